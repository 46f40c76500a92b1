import Foundation

/// A first backup of a tenant a dozen times as large.
struct LargeRun: Codable {
    /// How many times the users of the comparison.
    static let factor = 12

    let users: Int
    let pageBytes: Int
    let usage: Usage
    let repository: FolderSize

    /// Records the pages, backs them up once, checks the repository and removes both.
    init(_ workshop: Workshop, users: Int) throws {
        let pages = workshop.scratch.path("large-pages")
        let repository = workshop.scratch.path("large.git")
        Console().say("Recording \(users) users")
        try workshop.run(
            [workshop.programs.benchmark, "record", "--users", "\(users)", "--pages", pages])
        let finished = try workshop.measure([
            workshop.programs.benchmark, "backup", "--pages", pages, "--repo", repository,
            "--start", "1790000000",
        ])
        let outcome = try finished.decoded(BackupRun.Outcome.self)
        guard outcome.objects == users else {
            throw Failed("The large backup holds \(outcome.objects) of \(users) users.")
        }
        self.users = users
        usage = finished.usage
        pageBytes = try PageFolder(pages).byteCount
        try workshop.scratch.remove("large-pages")
        self.repository = try FolderSize(of: repository)
        Console().say("Large run: \(String(format: "%.2f s", usage.wall)); checking it")
        try RepositoryChecks(workshop: workshop).checkObjects(of: repository)
        try workshop.scratch.remove("large.git")
    }
}
