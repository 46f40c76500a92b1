import FoundationEssentials
import GitObjects
import GitRemote
import GitStore

extension RemoteExchange {
    /// The remote's tags that a whole repository gets, each with where it leads.
    func tags(
        of host: Advertisement
    ) async throws(BackupError) -> [RefUpdate] {
        try await storing { () async throws(GitError) in
            var updates: [RefUpdate] = []
            let tags = host.refs.filter { $0.key.isTag }
            let here = try await store.readRefs(tags.keys)
            for (name, id) in tags where here[name] == nil {
                guard await store.isHere(id) else { continue }
                let peeled: ObjectID?
                do throws(GitError) { peeled = try await store.peeledTarget(of: id) } catch {
                    // A tag of nothing is no tag; all else it could be has been checked.
                    guard error.kind == .damaged else { throw error }
                    continue
                }
                updates.append(RefUpdate(name, from: nil, to: id, peeled: peeled))
            }
            return updates
        }
    }

    /// Moves refs to where the remote has them; returns the refs that keep what it has not.
    ///
    /// - Parameter isApart: whether what is here cannot be completed, so that it is no beginning for
    ///   the next run: where the remote has nothing in its place, that begins anew.
    func settle(
        _ pairs: [Pair], tags: [RefUpdate], run: Date, isApart: Bool = false
    ) async throws(BackupError) -> [RefName] {
        var behind: [Pair] = []
        var apart: [Pair] = []
        for pair in pairs {
            if let far = pair.far { try await expectCommit(far, at: pair.there) }
            switch try await standing(of: pair) {
            case .behind: behind.append(pair)
            case .apart: apart.append(pair)
            case .level: break
            }
        }
        var updates = tags
        var kept: [RefName] = []
        // The record belongs to its branch: if one of both has gone another way, both follow the
        // remote.
        if !apart.isEmpty || isApart {
            let name = try await nameOfLocalRun(or: run)
            for pair in pairs where pair.local != nil && pair.local != pair.far {
                guard let local = pair.local, try await !isBehind(pair) else { continue }
                let keeper = try await freeName(name, pair.suffix)
                updates.append(RefUpdate(keeper, from: nil, to: local))
                kept.append(keeper)
            }
            behind = pairs.filter { $0.far != nil && $0.far != $0.local }
        }
        for pair in behind {
            if let far = pair.far {
                updates.append(RefUpdate(pair.here, from: pair.local, to: far))
            }
        }
        if !updates.isEmpty {
            let moves = updates
            try await storing { () async throws(GitError) in try await store.publish(moves) }
        }
        // Only now that another ref keeps them.
        let ends = isApart ? pairs.filter { $0.far == nil } : []
        let removed = Dictionary(
            uniqueKeysWithValues: ends.compactMap { pair in pair.local.map { (pair.here, $0) } })
        if !removed.isEmpty {
            try await storing { () async throws(GitError) in try await store.remove(removed) }
        }
        return kept
    }

    private enum Standing {
        /// The remote has all of it and more.
        case behind
        /// Nothing is to be done to this side.
        case level
        /// Both have what the other has not.
        case apart
    }

    private func standing(of pair: Pair) async throws(BackupError) -> Standing {
        guard let far = pair.far, far != pair.local else { return .level }
        guard pair.local != nil else { return .behind }
        if try await isBehind(pair) { return .behind }
        return try await isAhead(pair) ? .level : .apart
    }

    private func isBehind(_ pair: Pair) async throws(BackupError) -> Bool {
        guard let local = pair.local, let far = pair.far else { return false }
        return try await storing { () async throws(GitError) in
            try await store.isAncestor(local, of: far)
        }
    }

    private func isAhead(_ pair: Pair) async throws(BackupError) -> Bool {
        guard let local = pair.local, let far = pair.far else { return false }
        return try await storing { () async throws(GitError) in
            try await store.isAncestor(far, of: local)
        }
    }

    /// The last run here, as a ref can be named.
    private func nameOfLocalRun(or run: Date) async throws(BackupError) -> String {
        let tip = try await storing { () async throws(GitError) in try await store.readRef(.runs) }
        guard let tip else { return run.timestamp.replacing(":", with: "-") }
        let commit = try await storing { () async throws(GitError) in try await store.commit(tip) }
        return try await readRecord(of: commit, in: store).start.replacing(":", with: "-")
    }

    private func freeName(
        _ run: String, _ suffix: String
    ) async throws(BackupError) -> RefName {
        var number = 1
        while true {
            let text = run + (number == 1 ? "" : "-\(number)") + suffix
            let name = RefName("refs/tenantkeep/diverged/\(text)")
            number += 1
            guard let name else { continue }
            let taken = try await storing { () async throws(GitError) in
                try await store.readRef(name)
            }
            if taken == nil { return name }
        }
    }
}
