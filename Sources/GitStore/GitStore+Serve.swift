package import GitObjects
import GitPack
import Glibc

/// What a fetch brings from this repository.
package struct Served: Sendable {
    package let outgoing: Outgoing
    /// Commits that come without their parents.
    package var shallow: [ObjectID] = []
    /// Commits whose parents the other side lacked and now gets.
    package var unshallow: [ObjectID] = []
}

extension GitStore {
    /// Finds what another repository wants of this one (git's `upload-pack`).
    ///
    /// - Parameters:
    ///   - wants: commits, tags or blobs.
    ///   - haves: commits that the other side has; those not here are passed over.
    ///   - shallow: commits that it has without their parents.
    ///   - depth: commits of each line of history that it wants; `nil` for all.
    ///   - withBlobs: whether it wants what folders hold.
    /// - Throws: ``GitError`` of kind `damaged` if something wanted is not here.
    package func served(
        _ wants: [ObjectID], without haves: [ObjectID], shallow: Set<ObjectID>, depth: Int?,
        withBlobs: Bool
    ) throws(GitError) -> Served {
        let own = cuts.shallow
        defer { cuts.shallow = own }
        // Where the other side's history is cut off, it is for this walk, too.
        cuts.shallow = own.union(shallow)
        let known = haves.filter(isHere)
        guard let depth else {
            let outgoing = try outgoing(from: wants, without: known, withBlobs: withBlobs)
            return Served(
                outgoing: outgoing,
                shallow: own.intersection(outgoing.commits).subtracting(shallow).sorted())
        }
        let had = Set(try CommitWalk(from: known, without: [], in: self).commits.map(\.id))
        cuts.shallow = own
        var outgoing = Outgoing(withBlobs: withBlobs)
        let tips = try addTags(from: wants, to: &outgoing)
        cuts.shallow = own.union(try commits(atDepth: depth, below: tips))
        let walk = try CommitWalk(from: tips, without: [], in: self)
        for (id, commit) in walk.commits where !had.contains(id) {
            try add(commit, id, to: &outgoing)
        }
        let reached = Set(walk.commits.map(\.id))
        return Served(
            outgoing: outgoing,
            shallow: cuts.shallow.intersection(reached).subtracting(shallow).sorted(),
            unshallow: shallow.intersection(reached).subtracting(cuts.shallow).sorted())
    }

    /// The commits so many generations down that have parents.
    private func commits(
        atDepth depth: Int, below tips: [ObjectID]
    ) throws(GitError) -> [ObjectID] {
        var level = tips
        var seen = Set(tips)
        for _ in 1..<max(depth, 1) {
            var parents: [ObjectID] = []
            for id in level {
                parents += try commit(id).parents.filter { seen.insert($0).inserted }
            }
            level = parents
        }
        var ends: [ObjectID] = []
        for id in level where try !commit(id).parents.isEmpty { ends.append(id) }
        return ends
    }

    /// - Throws: if this user may not write here.
    package func expectWritable() throws(GitError) {
        for path in [folder, "\(folder)/refs", packFolder] where access(path, W_OK) != 0 {
            throw GitError(FileError("write to \(path)"))
        }
    }
}
