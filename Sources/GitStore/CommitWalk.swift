import GitObjects

/// The commits that some lead to and others do not, as `git rev-list` finds them.
///
/// Newest first on both sides, so that only what is new, and a little beyond, is read. A clock that
/// went wrong makes it find too many, never too few.
struct CommitWalk {
    /// Parents before their children.
    private(set) var commits: [(id: ObjectID, commit: Commit)] = []
    private var seen: [ObjectID: Mark] = [:]
    private var queue: [(id: ObjectID, commit: Commit)] = []

    private struct Mark {
        var isKnown: Bool
        var parents: [ObjectID] = []
    }

    /// - Parameters:
    ///   - tips: commits that are here.
    ///   - known: commits to leave out with all they lead to.
    init(
        from tips: [ObjectID], without known: [ObjectID], in store: isolated GitStore
    ) throws(GitError) {
        for id in known where store.isHere(id) { try add(id, isKnown: true, store) }
        for id in tips { try add(id, isKnown: false, store) }
        while queue.contains(where: { seen[$0.id]?.isKnown == false }) {
            let (id, commit) = removeNewest()
            guard let mark = seen[id] else { continue }
            for parent in commit.parents { try add(parent, isKnown: mark.isKnown, store) }
            if !mark.isKnown { commits.append((id, commit)) }
        }
        commits.removeAll { seen[$0.id]?.isKnown ?? false }
        commits = ordered()
    }

    private mutating func add(
        _ id: ObjectID, isKnown: Bool, _ store: isolated GitStore
    ) throws(GitError) {
        if let mark = seen[id] {
            if isKnown, !mark.isKnown { markKnown(id) }
            return
        }
        let commit = try store.commit(id)
        seen[id] = Mark(isKnown: isKnown, parents: commit.parents)
        queue.append((id, commit))
    }

    private mutating func markKnown(_ id: ObjectID) {
        var rest = [id]
        while let next = rest.popLast() {
            guard let mark = seen[next], !mark.isKnown else { continue }
            seen[next]?.isKnown = true
            rest += mark.parents
        }
    }

    private mutating func removeNewest() -> (id: ObjectID, commit: Commit) {
        let newest = queue.indices.max {
            queue[$0].commit.committer.time < queue[$1].commit.committer.time
        }
        return queue.remove(at: newest ?? 0)
    }

    /// The commits found, parents first.
    private func ordered() -> [(id: ObjectID, commit: Commit)] {
        let found = Dictionary(commits.map { ($0.id, $0.commit) }) { first, _ in first }
        var placed: Set<ObjectID> = []
        var ordered: [(id: ObjectID, commit: Commit)] = []
        for (id, _) in commits {
            var rest = [id]
            while let next = rest.last {
                guard let commit = found[next], !placed.contains(next) else {
                    rest.removeLast()
                    continue
                }
                let before = commit.parents.filter { found[$0] != nil && !placed.contains($0) }
                guard before.isEmpty else {
                    rest += before
                    continue
                }
                placed.insert(next)
                ordered.append((next, commit))
                rest.removeLast()
            }
        }
        return ordered
    }
}
