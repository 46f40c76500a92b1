import Foundation
import Synchronization

/// The one folder below which everything temporary lies.
struct Scratch: Sendable {
    let path: String

    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Runs `body` with a new folder that is gone afterwards, also after a failure or a signal.
    ///
    /// - Parameter parent: where to make it; `nil` for the system's temporary folder.
    static func with<Value>(
        in parent: String?, _ body: (Scratch) async throws -> Value
    ) async throws -> Value {
        let scratch = try Scratch(in: parent ?? FileManager.default.temporaryDirectory.path)
        let signals = Interruption.watch()
        defer { for signal in signals { signal.cancel() } }
        do {
            defer { scratch.removeAll() }
            return try await body(scratch)
        } catch let interruption as Interruption {
            _exit(128 + interruption.signal)
        }
    }

    private init(in parent: String) throws {
        let name = "tenantkeep-benchmark-\(UUID().uuidString.prefix(8).lowercased())"
        path = URL(filePath: parent).appending(path: name).path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Failed("Could not make \(path): \(error.localizedDescription)")
        }
    }

    private func removeAll() {
        ChildProcess.endAll()
        ChildProcess.waitForAll()
        try? FileManager.default.removeItem(atPath: path)
    }

    func make(_ name: String) throws -> String {
        let path = path(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(name))
    }

    /// New files for what a process prints.
    func newOutput() -> ChildProcess.Output {
        let number = Self.outputs.withLock {
            $0 += 1
            return $0
        }
        return ChildProcess.Output(
            standard: path("output-\(number).txt"), errors: path("errors-\(number).txt"))
    }

    // A Mutex: the counter has to be one for all of the process.
    private static let outputs = Mutex(0)
}
