import Foundation

/// All that a benchmark found, as its JSON document holds it.
struct Results: Codable {
    let machine: Machine
    /// The day of the measurement, such as `2026-11-24`, in UTC.
    let date: String
    let users: Int
    let rounds: Int
    let pageBytes: Int
    let canonicalBytes: Int
    /// What the table shows.
    private(set) var lines: [ResultLine] = []
    /// What it was made from.
    let rows: [Row]
    let stages: [StageRate]
    private(set) var large: LargeRun?
    private(set) var throttled: ThrottledRun?
    private(set) var authors: AuthorsRun?
    private(set) var remotes: RemoteRun?
    private(set) var week: BusyWeek?
    private(set) var verdicts: [Verdict] = []

    init(
        _ comparison: Comparison, _ content: Stream.Content, stages: [StageRate]
    ) throws {
        machine = try Machine(comparison.workshop)
        date = Date.now.formatted(.iso8601.year().month().day())
        users = comparison.users
        rounds = comparison.rounds
        pageBytes = try PageFolder(comparison.pages).byteCount
        canonicalBytes = content.canonicalBytes
        rows = comparison.rows
        self.stages = stages
        summarise()
    }

    mutating func add(_ run: LargeRun) {
        large = run
        summarise()
    }

    mutating func add(_ run: ThrottledRun) {
        throttled = run
        summarise()
    }

    mutating func add(_ run: AuthorsRun) {
        authors = run
        summarise()
    }

    mutating func add(_ run: RemoteRun) {
        remotes = run
        summarise()
    }

    mutating func add(_ run: BusyWeek) {
        week = run
        summarise()
    }

    private mutating func summarise() {
        let first = self[.firstBackup].wall
        lines = rows.map { ResultLine($0, first: first) }
        if let large { lines.append(ResultLine(large, first: first)) }
        verdicts = judged()
    }

    subscript(_ subject: Subject) -> Row {
        rows.first { $0.subject == subject } ?? Row(subject)
    }

    /// What the figures are for, in a sentence.
    var heading: String {
        let size = { (bytes: Int) in String(format: "%.0f MB", Double(bytes) / 1e6) }
        let each = { (bytes: Int) in String(format: "%.2f KB", Double(bytes) / Double(users) / 1e3)
        }
        let others = String(format: "%.0f %%", disturbance * 100)
        return """
            \(users) made-up users: \(size(pageBytes)) of Graph pages (\(each(pageBytes)) a user), \
            \(size(canonicalBytes)) of canonical JSON (\(each(canonicalBytes))). \
            \(machine.description), \(date). Medians of \(rounds) rounds, least and most in brackets; \
            peak memory is the most of all rounds. Other processes took \(others) of the machine \
            meanwhile.
            """
    }

    /// How much of the machine other processes took while something was measured, 0 to 1.
    var disturbance: Double {
        let usages = rows.flatMap(\.samples).map(\.usage)
        let time = usages.reduce(0) { $0 + $1.wall } * Double(machine.cores)
        return usages.reduce(0) { $0 + $1.othersCPU } / time
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
