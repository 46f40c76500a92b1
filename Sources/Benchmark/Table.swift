import Foundation

/// Times by what was timed, and what each left on the disk.
struct Table {
    private struct Row {
        let bytes: Int
        var times: [Duration] = []
        var result = 0

        /// Seconds.
        var median: Double { times.sorted()[times.count / 2] / .seconds(1) }
    }

    private var names: [String] = []
    private var rows: [String: Row] = [:]

    /// Times `body` once more.
    ///
    /// - Parameters:
    ///   - bytes: what it reads.
    ///   - body: returns the bytes it made.
    mutating func time(
        _ name: String, bytes: Int, _ body: () async throws -> Int
    ) async throws {
        var row = rows[name] ?? Row(bytes: bytes)
        let began = ContinuousClock.now
        row.result = try await body()
        row.times.append(ContinuousClock.now - began)
        if rows.updateValue(row, forKey: name) == nil { names.append(name) }
    }

    /// Prints a line for each, with its time as a multiple of `name`'s.
    func printAll(comparedWith name: String) {
        let measure = rows[name]?.median ?? 1
        print(line("", "seconds", "MB/s read", "MB made", "times"))
        for name in names {
            guard let row = rows[name] else { continue }
            print(
                line(
                    name, format(row.median, 3), format(Double(row.bytes) / row.median / 1e6, 0),
                    format(Double(row.result) / 1e6, 1), format(row.median / measure, 2)))
        }
    }

    private func line(_ name: String, _ figures: String...) -> String {
        let columns = figures.map { String(repeating: " ", count: max(0, 11 - $0.count)) + $0 }
        return name.padding(toLength: 40, withPad: " ", startingAt: 0) + columns.joined()
    }

    private func format(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
