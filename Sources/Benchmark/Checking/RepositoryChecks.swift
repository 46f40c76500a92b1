import Foundation

/// What git has to say about a repository that Tenantkeep wrote.
struct RepositoryChecks {
    let workshop: Workshop

    /// - Throws: what is wrong with it.
    func check(_ repository: String) throws {
        try checkObjects(of: repository)
        for pack in try Pack.all(in: repository) { try check(pack) }
        try checkClone(of: repository)
    }

    /// `git fsck` finds nothing and says nothing.
    func checkObjects(of repository: String) throws {
        let said = try workshop.run(
            ["git", "--git-dir", repository, "fsck", "--strict", "--full", "--no-progress"]
        ).everything()
        guard said.isEmpty else { throw Failed("git fsck said of \(repository):\n\(said)") }
    }

    /// Git makes the same index of a pack, byte for byte.
    private func check(_ pack: Pack) throws {
        let folder = try workshop.scratch.make("check")
        let copy = "\(folder)/\(pack.name)"
        try FileManager.default.copyItem(atPath: pack.path, toPath: "\(copy).pack")
        try workshop.git(pack.repository, "index-pack", "--strict", "\(copy).pack")
        guard try readFile("\(copy).idx") == readFile(pack.index) else {
            throw Failed("git index-pack makes another index of \(pack.path).")
        }
        try workshop.git(pack.repository, "verify-pack", "-v", pack.index)
        try workshop.scratch.remove("check")
    }

    private func checkClone(of repository: String) throws {
        let clone = workshop.scratch.path("clone.git")
        try workshop.run(["git", "clone", "--quiet", "--bare", "--no-local", repository, clone])
        try compareTrees(repository, clone, "A clone")
        try workshop.scratch.remove("clone.git")
    }

    /// Git can pack all of a copy anew, deltas and all.
    func checkRepacking(of repository: String) throws {
        let copy = workshop.scratch.path("repacked.git")
        try workshop.run(["cp", "-a", repository, copy])
        try workshop.git(copy, "repack", "-a", "-d", "-f", "--quiet")
        try checkObjects(of: copy)
        try compareTrees(repository, copy, "A repacked copy")
        try workshop.scratch.remove("repacked.git")
    }

    private func compareTrees(_ one: String, _ other: String, _ what: String) throws {
        let expected = try workshop.git(one, "rev-parse", "main^{tree}")
        guard try workshop.git(other, "rev-parse", "main^{tree}") == expected else {
            throw Failed("\(what) of \(one) has another tree.")
        }
    }
}
