import Foundation

/// A run after a week without one, in a tenant whose audit log has a million events of that week and
/// where every second of 20,000 users changed an object, their own.
struct BusyWeek: Codable {
    private static let users = 20_000
    private static let every = 2
    private static let events = 1_000_000
    private static let epoch = 1_790_000_000

    let usage: Usage
    /// Commits that came onto the branch, and by how many authors.
    let commits: Int
    let authors: Int
    /// Bytes that came into the repository.
    let bytesAdded: Int

    init(_ workshop: Workshop) throws {
        let pages = workshop.scratch.path("week-pages")
        let changed = workshop.scratch.path("week-changed-pages")
        let repository = workshop.scratch.path("week.git")
        let program = workshop.programs.benchmark
        Console().say("Recording \(Self.users) users")
        try workshop.run([program, "record", "--users", "\(Self.users)", "--pages", pages])
        try workshop.run([
            program, "change", "--pages", pages, "--into", changed, "--every", "\(Self.every)",
        ])
        let backup = [program, "backup", "--repo", repository, "--every", "\(Self.every)"]
        try workshop.run(backup + ["--pages", pages, "--start", "\(Self.epoch)", "--events", "0"])
        let before = try FolderSize(of: repository).bytes
        let first = try workshop.git(repository, "rev-parse", "main")
        let end = Self.epoch + Int(AuditedWeek.seconds)
        let finished = try workshop.measure(
            backup + ["--pages", changed, "--start", "\(end)", "--events", "\(Self.events)"])
        let changes = try finished.decoded(BackupRun.Outcome.self).changes
        guard changes == Self.users / Self.every else {
            throw Failed("The run after a busy week found \(changes) users changed.")
        }
        usage = finished.usage
        bytesAdded = try FolderSize(of: repository).bytes - before
        let names = try workshop.git(repository, "log", "--format=%an <%ae>", "\(first)..main")
            .split(separator: "\n")
        commits = names.count
        authors = Set(names).count
        Console().say(String(format: "Busy week: %.2f s; checking it", usage.wall))
        try RepositoryChecks(workshop: workshop).checkObjects(of: repository)
        for path in ["week-pages", "week-changed-pages", "week.git"] {
            try workshop.scratch.remove(path)
        }
    }

    /// What was measured, in a sentence.
    var sentence: String {
        String(
            format: """
                A week without a run: %d audit events, %d of %d users changed by themselves: %.1f s, \
                %.0f MB of memory, %d commits by %d authors, %.1f MB more in the repository.
                """,
            Self.events, Self.users / Self.every, Self.users, usage.wall,
            Double(usage.peakMemory) / 1e6, commits, authors, Double(bytesAdded) / 1e6)
    }

    var verdicts: [Verdict] {
        [
            Verdict(
                "a million audit events and 10,000 authors below 512 MB",
                Double(usage.peakMemory) / 1e6, " MB", digits: 1, usage.peakMemory < 512_000_000),
            Verdict(
                "every one of 10,000 authors has the commit", "\(authors)",
                authors == Self.users / Self.every && commits == authors),
        ]
    }
}
