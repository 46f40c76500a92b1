import Foundation

/// All that a benchmark found, as its JSON document holds it.
struct Results: Codable {
    let machine: Machine
    let users: Int
    let rounds: Int
    let pageBytes: Int
    let canonicalBytes: Int
    let rows: [Row]
    let stages: [StageRate]
    var large: LargeRun?
    var verdicts: [Verdict] = []

    subscript(_ subject: Subject) -> Row {
        rows.first { $0.subject == subject } ?? Row(subject)
    }

    /// What the figures are for, in a sentence.
    var heading: String {
        let size = { (bytes: Int) in String(format: "%.0f MB", Double(bytes) / 1e6) }
        let each = { (bytes: Int) in String(format: "%.2f KB", Double(bytes) / Double(users) / 1e3)
        }
        return """
            \(users) made-up users: \(size(pageBytes)) of Graph pages (\(each(pageBytes)) a user), \
            \(size(canonicalBytes)) of canonical JSON (\(each(canonicalBytes))). \
            \(machine.description). Medians of \(rounds) rounds, least and most in brackets; \
            peak memory is the most of all rounds.
            """
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let url = URL(filePath: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try encoder.encode(self).write(to: url)
    }
}

/// Where it was measured.
struct Machine: Codable {
    let processor: String
    let cores: Int
    let git: String

    init(_ workshop: Workshop) throws {
        let lines = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8).split(
            separator: "\n")
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        processor = model?.trimmingCharacters(in: .whitespaces) ?? "unknown processor"
        cores = ProcessInfo.processInfo.activeProcessorCount
        git = try workshop.run(["git", "--version"]).text()
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    var description: String { "\(cores) cores of \(processor), \(git)" }
}
