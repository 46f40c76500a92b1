import FoundationEssentials
import GitObjects
import GitRemote
import GitStore

/// Where the remote stood when a run began.
struct RemoteStart: Sendable {
    /// Why nothing is known of it; `nil` if it answered.
    var failure: RemoteError?
    /// Tags of the remote, which no run of ours can take.
    var tags: Set<RefName> = []
    /// Refs that keep what only this repository has.
    var diverged: [RefName] = []
}

extension RemoteExchange {
    /// Brings this repository to where the remote is, or leaves it where it is ahead.
    ///
    /// A remote that cannot be asked does not stop a run that has a last state to go on from.
    ///
    /// - Parameters:
    ///   - tenant: whose backup it has to be.
    ///   - run: the run's start.
    /// - Throws: ``BackupError/remote(_:_:)`` if there is nothing to go on from, and
    ///   ``BackupError/otherTenant(repository:recorded:given:)`` before any ref has moved.
    func start(
        tenant: String, run: Date
    ) async throws(BackupError) -> RemoteStart {
        let host: Advertisement
        do throws(BackupError) {
            host = try await asking { () async throws(RemoteError) in
                try await remote.advertisement(for: .fetch)
            }
            return try await start(from: host, tenant: tenant, run: run)
        } catch {
            guard case .remote(_, let reason) = error, reason.kind != .cancelled,
                try await isBegun()
            else { throw error.asInterruption }
            await say(.remoteFailed(reason))
            return RemoteStart(failure: reason)
        }
    }

    /// Whether this repository has a last state.
    private func isBegun() async throws(BackupError) -> Bool {
        try await storing { () async throws(GitError) in
            let tip = try await store.readRef(branch)
            let runs = try await store.readRef(.runs)
            return tip != nil || runs != nil
        }
    }

    private func start(
        from host: Advertisement, tenant: String, run: Date
    ) async throws(BackupError) -> RemoteStart {
        let pairs = try await self.pairs(host)
        var start = RemoteStart()
        start.tags = Set(host.refs.keys.filter { $0.text.hasPrefix("refs/tags/") })
        let isEmpty = pairs.allSatisfy { $0.local == nil }
        let isPartial = await store.isPartial
        let isWhole = !isEmpty && !isPartial
        if isWhole || !host.offersDepth && isEmpty {
            try await bringHistory(pairs, from: host)
            try await refuseOther(than: tenant, at: pairs[1].far)
        } else {
            try await bringTip(pairs, from: host, tenant: tenant)
        }
        let isStillPartial = await store.isPartial
        let brings = isStillPartial ? [] : try await tags(of: host)
        start.diverged = try await settle(pairs, tags: brings, run: run)
        for kept in start.diverged { await say(.diverged(kept)) }
        await supplyMissing(from: host, pairs)
        return start
    }

    /// Brings all history of the remote, whatever this repository lacks.
    func fetchAll(at time: Date) async throws(BackupError) -> FetchRecord {
        let host = try await asking { () async throws(RemoteError) in
            try await remote.advertisement(for: .fetch)
        }
        let pairs = try await self.pairs(host)
        var record = FetchRecord(remote: remote.name)
        record.isEmpty = pairs.allSatisfy { $0.far == nil }
        guard !record.isEmpty else { return record }
        try await bringHistory(pairs, from: host)
        if let runs = pairs[1].local {
            try await refuseOther(than: try await recordedTenant(at: runs), at: pairs[1].far)
        }
        let tags = try await tags(of: host)
        record.diverged = try await settle(pairs, tags: tags, run: time)
        for kept in record.diverged { await say(.diverged(kept)) }
        for pair in try await self.pairs(host) {
            let before = pairs.first { $0.here == pair.here }?.local
            if let now = pair.local, now != before { record.refs[pair.here] = now }
        }
        for tag in tags { record.refs[tag.name] = tag.new }
        return record
    }

    // MARK: Objects

    /// Brings what the remote's refs lead to, all of it.
    private func bringHistory(
        _ pairs: [Pair], from host: Advertisement
    ) async throws(BackupError) {
        let tags = host.refs.filter { $0.key.isTag }.values
        let isPartial = await store.isPartial
        try await bring(pairs.compactMap(\.far) + tags, from: host, isComplete: isPartial) {
            (request) async throws(BackupError) in
            // What a partial repository has is not worth telling: it would hide what is missing.
            if !isPartial { request.haves = try await haves(pairs) }
        }
    }

    /// Brings what the remote's refs lead to, without what came before if nothing is here yet, and
    /// without blobs where the host can: but for the last run's record, which says whose it is.
    private func bringTip(
        _ pairs: [Pair], from host: Advertisement, tenant: String
    ) async throws(BackupError) {
        let isEmpty = pairs.allSatisfy { $0.local == nil }
        let (haves, shallow) = (try await haves(pairs), await store.shallowCommits)
        let cut = { (request: inout FetchRequest) in
            request.depth = isEmpty ? 1 : nil
            request.haves = haves
            request.shallow = shallow.sorted()
        }
        try await bring([pairs[1].far].compactMap(\.self), from: host) {
            cut(&$0)
            if isEmpty { $0.depth = Self.records }
        }
        try await refuseOther(than: tenant, at: pairs[1].far)
        try await bring([pairs[0].far, pairs[2].far].compactMap(\.self), from: host) {
            cut(&$0)
            $0.withoutBlobs = true
        }
    }

    /// Fetches what of these is not here, in one request.
    private func bring(
        _ wants: some Collection<ObjectID>, from host: Advertisement, isComplete: Bool = false,
        _ edit: (inout FetchRequest) async throws(BackupError) -> Void
    ) async throws(BackupError) {
        var missing: [ObjectID] = []
        for id in Set(wants).sorted() {
            let isHere = await store.isHere(id)
            if isComplete || !isHere { missing.append(id) }
        }
        guard !missing.isEmpty else { return }
        var request = FetchRequest(wants: missing)
        request.allowsThinPack = true
        try await edit(&request)
        await say(.fetching)
        try await receive(request, from: host, isComplete: isComplete)
    }

    private func receive(
        _ request: FetchRequest, from host: Advertisement, isComplete: Bool = false
    ) async throws(BackupError) {
        let path = try await storing { () async throws(GitError) in
            try await store.beginReceiving()
        }
        let answer = try await asking { () async throws(RemoteError) in
            try await remote.fetch(request, from: host, packTo: path)
        }
        try await storing { () async throws(GitError) in
            try await store.receive(
                Reception(
                    of: request.wants, shallow: Set(answer.shallow),
                    isFiltered: answer.isWithoutBlobs, isComplete: isComplete))
        }
    }

    /// Commits of ours that the remote may have, the newest first.
    private func haves(_ pairs: [Pair]) async throws(BackupError) -> [ObjectID] {
        try await storing { () async throws(GitError) in
            var haves: [ObjectID] = []
            for tip in pairs.compactMap(\.local) {
                haves += try await store.firstParents(of: tip, limit: 100)
            }
            return haves
        }
    }

    private func refuseOther(
        than tenant: String, at runs: ObjectID?
    ) async throws(BackupError) {
        guard let runs else { return }
        let recorded = try await recordedTenant(at: runs)
        guard recorded.lowercased() == tenant.lowercased() else {
            throw .otherTenant(repository: remote.name, recorded: recorded, given: tenant)
        }
    }

    private func recordedTenant(at run: ObjectID) async throws(BackupError) -> String {
        let commit = try await storing { () async throws(GitError) in try await store.commit(run) }
        return try await readRecord(of: commit, in: store).tenant
    }

    // MARK: Refs

    /// The remote's tags that a whole repository gets, each with where it leads.
    private func tags(
        of host: Advertisement
    ) async throws(BackupError) -> [RefUpdate] {
        try await storing { () async throws(GitError) in
            var updates: [RefUpdate] = []
            let tags = host.refs.filter { $0.key.isTag }
            let here = try await store.readRefs(tags.keys)
            for (name, id) in tags where here[name] == nil {
                guard await store.isHere(id) else { continue }
                updates.append(RefUpdate(name, from: nil, to: id, peeled: host.peeled[name]))
            }
            return updates
        }
    }

    /// Moves refs to where the remote has them; returns the refs that keep what it has not.
    private func settle(
        _ pairs: [Pair], tags: [RefUpdate], run: Date
    ) async throws(BackupError) -> [RefName] {
        var behind: [Pair] = []
        var apart: [Pair] = []
        for pair in pairs {
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
        if !apart.isEmpty {
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

    // MARK: Missing blobs

    /// Commits of the branch that are had when those of the last runs are wanted.
    private static var deeper: Int { 64 }
    /// Run records that come with the last one: those that late events may be of.
    private static var records: Int { 6 }

    /// Lets the store ask for blobs that it lacks; a host that does not hand them out one by one is
    /// asked for its whole tip.
    private func supplyMissing(from host: Advertisement, _ pairs: [Pair]) async {
        guard await store.isPartial else { return }
        await store.supplyHistory { _ in
            guard let tip = pairs[0].far else { return }
            var request = FetchRequest(wants: [tip], haves: [tip])
            request.shallow = await store.shallowCommits.sorted()
            request.depth = Self.deeper
            request.withoutBlobs = true
            request.allowsThinPack = true
            do throws(BackupError) { try await receive(request, from: host) } catch {
                await say(.missing(1, error))
            }
        }
        await store.supplyMissing { ids in
            do throws(BackupError) {
                do throws(BackupError) {
                    try await receive(FetchRequest(wants: ids), from: host)
                } catch {
                    guard case .remote(_, let reason) = error, reason.meansNoSingleObjects else {
                        throw error
                    }
                    // Old blobs stay missing: the history that names them is not fetched.
                    var request = FetchRequest(wants: Set(pairs.compactMap(\.far)).sorted())
                    request.depth = 1
                    try await receive(request, from: host)
                }
            } catch {
                await say(.missing(ids.count, error))
            }
        }
    }
}

extension RemoteError {
    /// Whether the host may still hand out whole refs.
    fileprivate var meansNoSingleObjects: Bool {
        [.missing, .refused, .malformed, .notFound].contains(kind)
    }
}

extension RefName {
    var isTag: Bool { text.hasPrefix("refs/tags/") }
}

extension BackupError {
    /// The same; what was cancelled is an interruption.
    var asInterruption: BackupError {
        if case .remote(_, let reason) = self, reason.kind == .cancelled { return .interrupted }
        return self
    }
}
