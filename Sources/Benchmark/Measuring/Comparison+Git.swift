import Foundation

extension Comparison {
    /// What git needs for the finished files or blobs. Its repositories go when measured.
    mutating func measureGit(_ round: Int) throws {
        try measureAdd(round)
        try measureImport(wholeStream, .fastImport, round)
        try measureImport(blobStream, .blobsAlone, round)
    }

    private mutating func measureAdd(_ round: Int) throws {
        let files = try filesOnce()
        let repository = try newRepository()
        let options = "--git-dir '\(repository)' --work-tree '\(files)'"
        let script = "git \(options) add -A && git \(options) commit --quiet -m Backup"
        let usage = try workshop.measure(["sh", "-c", script]).usage
        try add(usage, to: .gitAdd, repository, round)
    }

    private mutating func measureImport(_ stream: String, _ subject: Subject, _ round: Int) throws {
        let repository = try newRepository()
        let usage = try workshop.measure(
            ["git", "--git-dir", repository, "fast-import", "--quiet"], input: .file(stream)
        ).usage
        try add(usage, to: subject, repository, round)
    }

    private mutating func add(
        _ usage: Usage, to subject: Subject, _ repository: String, _ round: Int
    ) throws {
        if subject != .blobsAlone { try compareTrees(repository) }
        let sample = Sample(usage: usage, repository: try FolderSize(of: repository))
        add(sample, to: subject, round: round)
        try scratch.remove("git.git")
    }

    /// Git and Tenantkeep have to have stored the same.
    private func compareTrees(_ repository: String) throws {
        let expected = try workshop.git(written[0], "rev-parse", "main^{tree}")
        guard try workshop.git(repository, "rev-parse", "main^{tree}") == expected else {
            throw Failed("Git's tree is not the one that Tenantkeep wrote.")
        }
    }

    private func newRepository() throws -> String {
        let path = scratch.path("git.git")
        try workshop.run(["git", "init", "--quiet", "--bare", "-b", "main", path])
        return path
    }

    /// The backup's files in a folder, written the first time.
    private func filesOnce() throws -> String {
        let files = scratch.path("files")
        guard !FileManager.default.fileExists(atPath: files) else { return files }
        console.say("Writing the files for git add")
        let archive = scratch.path("files.tar")
        try workshop.git(written[0], "archive", "--output", archive, "main")
        try workshop.run(["tar", "-xf", archive, "-C", try scratch.make("files")])
        try scratch.remove("files.tar")
        return files
    }
}
