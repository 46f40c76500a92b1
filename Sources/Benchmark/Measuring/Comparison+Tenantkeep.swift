import Foundation

extension Comparison {
    /// When the first run of a repository begins; the next ones a day later each.
    private static let epoch = 1_790_000_000
    private static let day = 86_400
    /// Who changed the changed users, each of them as many.
    static let authors = 20

    /// First backup, the same again, and on a copy of the first one in a hundred users changed.
    mutating func measureTenantkeep(_ round: Int) throws {
        let repository = scratch.path("tenantkeep-\(round).git")
        let copy = scratch.path("changed-\(round).git")
        try measureFirst(repository, round)
        try workshop.run(["cp", "-a", repository, copy])
        try measureUnchanged(repository, round)
        try measureChanged(copy, round)
    }

    private mutating func measureFirst(_ repository: String, _ round: Int) throws {
        let usage = try backUp(pages, into: repository, day: 0, changes: users)
        let sample = Sample(usage: usage, repository: try FolderSize(of: repository))
        add(sample, to: .firstBackup, round: round)
        noteWritten(repository)
    }

    private mutating func measureUnchanged(_ repository: String, _ round: Int) throws {
        let before = try objects(of: repository)
        let usage = try backUp(pages, into: repository, day: 1, changes: 0)
        var sample = Sample(usage: usage, repository: try FolderSize(of: repository))
        sample.newObjects = try objects(of: repository).merging(before) { $0 - $1 }
            .filter { $0.value != 0 }
        add(sample, to: .unchanged, round: round)
    }

    private mutating func measureChanged(_ repository: String, _ round: Int) throws {
        let before = try FolderSize(of: repository)
        let commits = try commits(of: repository)
        let packs = try Set(Pack.all(in: repository).map(\.name))
        let usage = try backUp(
            changedPages, into: repository, day: 1, changes: (users + 99) / 100,
            authors: Self.authors)
        let after = try FolderSize(of: repository)
        var sample = Sample(usage: usage, repository: after)
        sample.newCommits = try self.commits(of: repository) - commits
        sample.bytesAdded = after.bytes - before.bytes
        sample.largestTree = try Pack.all(in: repository).filter { !packs.contains($0.name) }
            .compactMap { try $0.largestTree(workshop) }.max()
        add(sample, to: .onePercent, round: round)
        noteWritten(repository)
    }

    /// Runs one backup from recorded pages as a process.
    ///
    /// - Parameter changes: how many objects it has to find changed.
    private func backUp(
        _ pages: String, into repository: String, day: Int, changes: Int, authors: Int? = nil
    ) throws -> Usage {
        let words = [
            workshop.programs.benchmark, "backup", "--pages", pages, "--repo", repository,
            "--start", "\(Self.epoch + day * Self.day)",
        ]
        let finished = try workshop.measure(words + (authors.map { ["--authors", "\($0)"] } ?? []))
        let outcome = try finished.decoded(BackupRun.Outcome.self)
        guard outcome.objects == users, outcome.changes == changes else {
            throw Failed(
                "A backup of \(users) users, \(changes) of them changed, found "
                    + "\(outcome.objects), \(outcome.changes) of them changed.")
        }
        return finished.usage
    }

    /// How many commits the branch has.
    private func commits(of repository: String) throws -> Int {
        Int(try workshop.git(repository, "rev-list", "--count", "main")) ?? 0
    }

    /// How many objects a repository has, by kind.
    private func objects(of repository: String) throws -> [String: Int] {
        let kinds = try workshop.git(
            repository, "cat-file", "--batch-all-objects", "--unordered",
            "--batch-check=%(objecttype)")
        return kinds.split(separator: "\n").reduce(into: [:]) { $0[String($1), default: 0] += 1 }
    }
}
