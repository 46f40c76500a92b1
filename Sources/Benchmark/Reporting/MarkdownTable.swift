import Foundation

/// A table in Markdown, its columns aligned so that it reads as plain text too.
struct MarkdownTable {
    let head: [String]
    let rows: [[String]]

    /// The first column is text, the others are figures.
    var text: String {
        let widths = head.indices.map { column in
            ([head] + rows).map { $0[column].count }.max() ?? 0
        }
        let rule = widths.enumerated().map { index, width in
            index == 0
                ? String(repeating: "-", count: width)
                : String(repeating: "-", count: max(width - 1, 1)) + ":"
        }
        return ([head, rule] + rows).map { line($0, widths) }.joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells, widths).enumerated().map { index, cell in
            let space = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
            return index == 0 ? cell.0 + space : space + cell.0
        }
        return "| \(padded.joined(separator: " | ")) |"
    }
}

extension MarkdownTable {
    /// Everything compared, a line each.
    init(_ lines: [ResultLine]) {
        head = ["", "wall", "times", "CPU", "peak memory", "repository", "on disk"]
        rows = lines.map { line in
            [
                line.title, Self.range(line), String(format: "%.2f", line.times),
                Self.seconds(line.cpu), Self.megabytes(Double(line.peakMemory)),
                Self.megabytes(line.repositoryBytes), Self.megabytes(line.repositoryOnDisk),
            ]
        }
    }

    /// The parts of a backup, a line each.
    init(stages: [StageRate]) {
        head = ["stage, on one core", "MB/s", "µs an object"]
        rows = stages.map {
            [
                $0.name, String(format: "%.0f", $0.megabytesPerSecond),
                String(format: "%.2f", $0.microsecondsPerObject),
            ]
        }
    }

    private static func range(_ line: ResultLine) -> String {
        guard line.rounds > 1 else { return seconds(line.wall) }
        return String(
            format: "%.2f s (%.2f–%.2f)", line.wall, line.leastWall, line.mostWall)
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.2f s", value) }

    private static func megabytes(_ bytes: Double) -> String {
        String(format: "%.1f MB", bytes / 1e6)
    }
}
