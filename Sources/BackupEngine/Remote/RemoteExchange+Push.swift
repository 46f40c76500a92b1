import GitObjects
import GitPack
import GitRemote
import GitStore

extension RemoteExchange {
    /// Sends what this repository has and the remote lacks: branch, tags of runs, evidence, records.
    ///
    /// All together where the host can; else the branch first and the records last, so that what is
    /// recorded is there.
    ///
    /// Never throws: the run is published, whatever becomes of the push.
    package func push() async -> PushRecord {
        var record = PushRecord(to: remote.name)
        do throws(BackupError) {
            let host = try await asking { () async throws(RemoteError) in
                try await remote.advertisement(for: .push)
            }
            for moves in try await self.moves(at: host) {
                try await push(moves, to: host, &record)
            }
        } catch {
            record.failure = error.asRemoteError
        }
        return record
    }

    /// The refs to move, in as many parts as there must be pushes.
    private func moves(at host: Advertisement) async throws(BackupError) -> [[RemoteMove]] {
        let pairs = try await self.pairs(host)
        var parts: [[RemoteMove]] = []
        for pair in pairs {
            guard let local = pair.local, local != pair.far else {
                parts.append([])
                continue
            }
            if let far = pair.far {
                let isAhead = try await storing { () async throws(GitError) in
                    try await store.isAncestor(far, of: local)
                }
                guard isAhead else { throw .remote(remote.name, .anotherWriter(pair.there)) }
            }
            parts.append([RemoteMove(pair.there, from: pair.far ?? .zero, to: local)])
        }
        let tags = try await tags(missingAt: host, pairs)
        let ordered = [parts[0], tags + parts[2], parts[1]]
        let all = host.offersAtomic ? [Array(ordered.joined())] : ordered
        return all.filter { !$0.isEmpty }
    }

    /// Tags of the runs whose records the remote lacks, and of the commits that it lacks.
    private func tags(
        missingAt host: Advertisement, _ pairs: [Pair]
    ) async throws(BackupError) -> [RemoteMove] {
        var names: Set<RefName> = []
        let runs = pairs[1]
        if let tip = runs.local, tip != runs.far {
            let commits = try await storing { () async throws(GitError) in
                try await store.commits(from: tip, without: runs.far)
            }
            for commit in commits {
                let record = try await readRecord(of: commit, in: store)
                if let name = record.tag.flatMap({ RefName.tag($0) }) { names.insert(name) }
            }
        }
        if pairs[0].far == nil {
            // A first push brings all of history, also what was imported without a record.
            let all = try await storing { () async throws(GitError) in
                try await store.refNames(below: "refs/tags/")
            }
            names.formUnion(
                try await complete(all.compactMap { RefName($0) }, with: pairs[0].local))
        }
        let missing = names.filter { host[$0] == nil }
        let ids = try await storing { () async throws(GitError) in
            try await store.readRefs(missing)
        }
        let places = RefPlaces(host.refs.keys.map(\.text))
        var moves: [RemoteMove] = []
        for (name, id) in ids.sorted(by: { $0.key < $1.key }) {
            if let other = places.inTheWay(of: name) {
                await say(.passedOver(name, for: other, isRemote: true))
            } else {
                moves.append(RemoteMove(name, from: .zero, to: id))
            }
        }
        return moves
    }

    /// Those of the tags that can be sent: from a partial repository, those of the branch's own
    /// history. What another branch of it leads to is not all here.
    private func complete(
        _ tags: [RefName], with tip: ObjectID?
    ) async throws(BackupError) -> [RefName] {
        guard await store.isPartial else { return tags }
        return try await storing { () async throws(GitError) in
            var complete: [RefName] = []
            for (name, id) in try await store.readRefs(tags) {
                // Of a tag whose commit is not here nothing but itself is.
                let target = (try? await store.peeledTarget(of: id)) ?? id
                guard let tip, await store.isHere(target),
                    try await store.read(target).0 == .commit,
                    try await store.isAncestor(target, of: tip)
                else { continue }
                complete.append(name)
            }
            return complete
        }
    }

    private func push(
        _ moves: [RemoteMove], to host: Advertisement, _ record: inout PushRecord
    ) async throws(BackupError) {
        let path = try await storing { () async throws(GitError) in
            try await store.pathForSentPack()
        }
        let known = knownRefs(of: host) + record.refs.values
        record.byteCount += try await storing { () async throws(GitError) in
            let outgoing = try await store.outgoing(from: moves.map(\.new), without: known)
            return try await store.write(
                outgoing, to: path,
                SentPackForm(usesOffsets: host.takesOffsetDeltas, isThin: host.takesThinPacks))
        }
        let report: Result<PushReport, BackupError>
        do throws(BackupError) {
            let pack: PackFile
            do throws(FileError) { pack = try PackFile(path) } catch {
                throw .store(GitError(error))
            }
            report = .success(
                try await asking { () async throws(RemoteError) in
                    try await remote.push(moves, pack: pack, to: host)
                })
        } catch {
            report = .failure(error)
        }
        await store.forget(path)
        try note(try report.get(), moves, &record)
    }

    private func note(
        _ report: PushReport, _ moves: [RemoteMove], _ record: inout PushRecord
    ) throws(BackupError) {
        for move in moves where report.taken.contains(move.ref) { record.refs[move.ref] = move.new }
        record.messages += report.messages
        guard let (_, reason) = report.refused.min(by: { $0.key < $1.key }) else { return }
        throw .remote(remote.name, reason)
    }

    /// What the remote has: its branches and our own refs. Tags lead to nothing else, unless there
    /// is no branch.
    private func knownRefs(of host: Advertisement) -> [ObjectID] {
        let own = [options.branch, options.runs, options.evidence]
        let heads = host.refs.filter {
            $0.key.text.hasPrefix("refs/heads/") || own.contains($0.key)
        }
        let known = host[options.branch] == nil ? host.refs : heads
        return known.values.sorted()
    }
}

extension RemoteError {
    static func anotherWriter(_ ref: RefName) -> RemoteError {
        RemoteError(
            .moved, "another writer moved \(ref)",
            hint: "The next run starts from what was written there, and keeps this one beside it.")
    }
}

extension BackupError {
    /// Why a push did not happen, whatever it was.
    fileprivate var asRemoteError: RemoteError {
        switch self {
        case .remote(_, let reason): reason
        case .store(let error):
            RemoteError(.file, "\(error.action) failed: \(error.reason)", hint: error.hint)
        case .unreadableRecord(let reason): RemoteError(.file, reason)
        case .newerRecord(let schema, _):
            RemoteError(.file, "a run record has the schema \(schema), which is unknown here")
        default: .cancelled
        }
    }
}
