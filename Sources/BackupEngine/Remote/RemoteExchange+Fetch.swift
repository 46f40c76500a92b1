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
    ///   - tag: what the run will be tagged with.
    /// - Throws: ``BackupError/remote(_:_:)`` if there is nothing to go on from, and
    ///   ``BackupError/otherTenant(repository:recorded:given:)`` before any ref has moved.
    func start(
        tenant: String, run: Date, tag: RefName? = nil
    ) async throws(BackupError) -> RemoteStart {
        let host: Advertisement
        do throws(BackupError) {
            host = try await asking { () async throws(RemoteError) in
                try await remote.advertisement(for: .fetch)
            }
            return try await start(from: host, tenant: tenant, run: run, tag)
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
        from host: Advertisement, tenant: String, run: Date, _ tag: RefName?
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
        let now = pairs
        let isApart = try await storing { () async throws(GitError) in
            try await store.examinePromises(
                branch: now[0].far, tips: now.compactMap(\.far), of: remote.name)
        }
        await supplyMissing(from: host, pairs)
        try await refuseOtherBranch(than: tenant, pairs, from: host)
        let isStillPartial = await store.isPartial
        let brings = isStillPartial ? [] : try await tags(of: host, beside: tag)
        let settlement = try await settle(pairs, tags: brings, run: run, isApart: isApart)
        if let error = settlement.unsynced { await say(.unsynced(error)) }
        start.diverged = settlement.diverged
        for kept in start.diverged { await say(.diverged(kept)) }
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
        if let tenant = try await localTenant(pairs) {
            try await refuseOther(than: tenant, at: pairs[1].far)
            try await refuseOtherBranch(than: tenant, pairs, from: host)
        }
        let tags = try await tags(of: host)
        let settlement = try await settle(pairs, tags: tags, run: time)
        record.diverged = settlement.diverged
        record.unsynced = settlement.unsynced
        for kept in record.diverged { await say(.diverged(kept)) }
        for pair in try await self.pairs(host) {
            let before = pairs.first { $0.here == pair.here }?.local
            if let now = pair.local, now != before { record.refs[pair.here] = now }
        }
        for tag in tags { record.refs[tag.name] = tag.new }
        record.missing = await store.lostCount
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
    func bring(
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

    /// Run records that come with the last one: those that late events may be of.
    private static var records: Int { 6 }

    func receive(
        _ request: FetchRequest, from host: Advertisement, isComplete: Bool = false
    ) async throws(BackupError) {
        let path = try await storing { () async throws(GitError) in
            try await store.beginReceiving()
        }
        let answer = try await asking { () async throws(RemoteError) in
            try await remote.fetch(request, from: host, packTo: path)
        }
        do throws(GitError) {
            try await store.receive(
                Reception(
                    of: request.wants, shallow: Set(answer.shallow),
                    isFiltered: answer.isWithoutBlobs, isComplete: isComplete))
        } catch {
            if Task.isCancelled { throw .remote(remote.name, .cancelled) }
            guard error.kind == .incomplete else { throw .store(error) }
            throw lie("what it sent is not whole: \(error.reason)", hint: error.hint)
        }
    }

    /// The remote has what it must not have, which is no damage here.
    private func lie(_ reason: String, hint: String? = nil) -> BackupError {
        .remote(
            remote.name,
            RemoteError(.malformed, reason, hint: hint ?? "Look at the remote with git fsck."))
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
        try await expectCommit(runs, at: options.runs)
        let recorded: String
        do throws(BackupError) { recorded = try await recordedTenant(at: runs) } catch {
            switch error {
            case .unreadableRecord(let reason): throw lie(reason)
            case .store(let error) where error.kind == .damaged: throw lie(error.reason)
            default: throw error
            }
        }
        guard recorded.lowercased() == tenant.lowercased() else {
            throw .otherTenant(repository: remote.name, recorded: recorded, given: tenant)
        }
    }

    func expectCommit(_ id: ObjectID, at ref: RefName) async throws(BackupError) {
        do throws(GitError) { _ = try await store.commit(id) } catch {
            guard error.kind == .damaged else { throw .store(error) }
            throw lie("what \(ref) leads to there is no commit: \(error.reason)")
        }
    }

    private func recordedTenant(at run: ObjectID) async throws(BackupError) -> String {
        try await record(at: run).tenant
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
