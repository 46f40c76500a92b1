import GitObjects
import GitRemote
import GitStore

/// Whose backup both sides hold.
extension RemoteExchange {
    /// Refuses a remote's branch with commits of another tenant. Its record may be lost, or may say
    /// otherwise.
    ///
    /// - Throws: ``BackupError/otherTenant(repository:recorded:given:)`` before any ref has moved.
    func refuseOtherBranch(
        than tenant: String, _ pairs: [Pair], from host: Advertisement
    ) async throws(BackupError) {
        guard let tip = pairs[0].far else { return }
        try await expectCommit(tip, at: options.branch)
        var last: RunRecord?
        if let runs = pairs[1].far { last = try await record(at: runs) }
        let branch = BranchTenant(store: store, record: last) {
            (run, commit) async throws(BackupError) in
            try await tags(ofRun: run, at: commit, from: host)
        }
        guard let found = try await branch.find(at: tip) else { return }
        guard found.lowercased() == tenant.lowercased() else {
            throw .otherTenant(repository: remote.name, recorded: found, given: tenant)
        }
    }

    /// The tenant whose backup is here, if there is one.
    func localTenant(_ pairs: [Pair]) async throws(BackupError) -> String? {
        if let runs = pairs[1].local { return try await record(at: runs).tenant }
        guard let tip = pairs[0].local else { return nil }
        return try await BranchTenant(of: store, after: nil).find(at: tip)
    }

    func record(at run: ObjectID) async throws(BackupError) -> RunRecord {
        let commit = try await storing { () async throws(GitError) in try await store.commit(run) }
        return try await readRecord(of: commit, in: store)
    }

    /// The remote's tags that may be the one of a run. They are fetched, unless they are here.
    private func tags(
        ofRun run: String, at commit: ObjectID, from host: Advertisement
    ) async throws(BackupError) -> [ObjectID] {
        let tags = host.refs.filter { $0.key.isTag }
        let usual = TagFormat.standard.name(ofRunAt: run)
        let own = tags.filter { name, _ in
            // A host on this machine does not say where tags lead.
            host.peeled[name].map { $0 == commit }
                ?? usual.map { name.text.hasPrefix("refs/tags/\($0)") } ?? false
        }
        let cuts = await store.shallowCommits
        try await bring(own.values, from: host) {
            // All that they lead to is here.
            $0.haves = [commit]
            $0.shallow = cuts.sorted()
        }
        return own.values.sorted()
    }
}
