import FoundationEssentials
import GitObjects
import GitRemote
import GitStore

extension RemoteExchange {
    /// The remote's tags that a whole repository gets, each with where it leads.
    ///
    /// A tag that is a folder of tags here, or of the run's own, cannot stand here. It is passed over.
    ///
    /// - Parameter own: the tag that the run is to have.
    func tags(
        of host: Advertisement, beside own: RefName? = nil
    ) async throws(BackupError) -> [RefUpdate] {
        let tags = host.refs.filter { $0.key.isTag }
        let (here, below) = try await storing { () async throws(GitError) in
            (
                try await store.readRefs(tags.keys),
                try await store.refNames(below: "refs/tags/") + [own?.text].compactMap(\.self)
            )
        }
        let places = RefPlaces(below)
        var updates: [RefUpdate] = []
        for (name, id) in tags where here[name] == nil {
            if let other = places.inTheWay(of: name) {
                await say(.passedOver(name, for: other, isRemote: false))
                continue
            }
            guard await store.isHere(id) else { continue }
            let peeled: ObjectID?
            do throws(GitError) { peeled = try await store.peeledTarget(of: id) } catch {
                // A tag of nothing is no tag; all else it could be has been checked.
                guard error.kind == .damaged else { throw .store(error) }
                continue
            }
            updates.append(RefUpdate(name, from: nil, to: id, peeled: peeled))
        }
        return updates
    }

    /// How refs were brought to where a remote has them.
    struct Settlement {
        /// Refs that keep what the remote has not.
        var diverged: [RefName] = []
        /// Why it is not certain that the moved refs are on the disk; `nil` if it is.
        var unsynced: GitError?
    }

    /// Moves refs to where the remote has them.
    ///
    /// - Parameter isApart: whether what is here cannot be completed, so that it is no beginning for
    ///   the next run: where the remote has nothing in its place, that begins anew.
    func settle(
        _ pairs: [Pair], tags: [RefUpdate], run: Date, isApart: Bool = false
    ) async throws(BackupError) -> Settlement {
        var settlement = Settlement()
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
        // The record belongs to its branch: if one of both has gone another way, both follow the
        // remote.
        if !apart.isEmpty || isApart {
            let name = try await nameOfLocalRun(or: run)
            for pair in pairs where pair.local != nil && pair.local != pair.far {
                guard let local = pair.local, try await !isBehind(pair) else { continue }
                let keeper = try await freeName(name, pair.suffix)
                updates.append(RefUpdate(keeper, from: nil, to: local))
                settlement.diverged.append(keeper)
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
            for update in moves where update.name == branch {
                for path in (try? await store.workTrees(on: branch)) ?? [] {
                    await say(.checkedOut(branch, at: path))
                }
            }
            settlement.unsynced = try await storing { () async throws(GitError) in
                try await store.publish(moves, reason: "fetch")
            }.unsynced
        }
        // Only now that another ref keeps them.
        let ends = isApart ? pairs.filter { $0.far == nil } : []
        let removed = Dictionary(
            uniqueKeysWithValues: ends.compactMap { pair in pair.local.map { (pair.here, $0) } })
        if !removed.isEmpty {
            try await storing { () async throws(GitError) in try await store.remove(removed) }
        }
        return settlement
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
        return try await record(at: tip).start.replacing(":", with: "-")
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

/// Which refs there are, and which others git cannot keep beside them: a ref is a file, so it is no
/// folder of others.
struct RefPlaces {
    private let names: Set<String>
    /// Every folder of one of the refs, and one ref in it.
    private var folders: [String: String] = [:]

    init(_ names: some Sequence<String>) {
        self.names = Set(names)
        for name in self.names.sorted() {
            for folder in Self.folders(of: name) where folders[folder] == nil {
                folders[folder] = name
            }
        }
    }

    /// A ref that stands in the way of a new one; `nil` if none does.
    func inTheWay(of name: RefName) -> String? {
        folders[name.text] ?? Self.folders(of: name.text).first(where: names.contains)
    }

    private static func folders(of name: String) -> [String] {
        name.indices.filter { name[$0] == "/" }.map { String(name[..<$0]) }
    }
}
