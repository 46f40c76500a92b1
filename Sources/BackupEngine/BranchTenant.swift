import GitObjects
import GitStore

/// Finds whose backup the commits of a branch are.
///
/// Commits of this program name their tenant in a trailer. Those of older versions do not; their
/// run's record or tag does. Commits of other programs say nothing, so the ones below them count.
///
/// Cost: one commit, unless the newest ones name no tenant.
struct BranchTenant {
    let store: GitStore
    /// The newest record of the runs that made the branch; `nil` if it is lost.
    let record: RunRecord?
    /// Returns the tags that may be the one of a run, which has this start and this newest commit.
    let tags: (_ run: String, _ commit: ObjectID) async throws(BackupError) -> [ObjectID]

    /// Commits looked at where older ones have to be fetched: with a record nothing is fetched.
    private static let fetched = 64

    /// Returns the tenant that the nearest commit of a run belongs to; `nil` if no commit tells.
    func find(at tip: ObjectID) async throws(BackupError) -> String? {
        var next: ObjectID? = tip
        var count = 0
        while let id = next {
            let commit = try await storing { () async throws(GitError) in
                try await store.commit(id)
            }
            if let tenant = try await tenant(of: commit, id) { return tenant }
            count += 1
            next = commit.parents.first
            if next == nil, record == nil, count < Self.fetched {
                next = try await storing { () async throws(GitError) in
                    try await store.parents(of: id, on: .branch).first
                }
            }
        }
        return nil
    }

    private func tenant(
        of commit: Commit, _ id: ObjectID
    ) async throws(BackupError) -> String? {
        let trailers = commit.trailers
        let run = trailers[RunText.runKey]?.first
        if run != nil, let tenant = trailers[RunText.tenantKey]?.first { return tenant }
        if let record, record.branch.after == "\(id)" { return record.tenant }
        guard let run else { return nil }
        for tag in try await tags(run, id) {
            if let tenant = try await tenant(ofTag: tag, of: id) { return tenant }
        }
        return nil
    }

    private func tenant(
        ofTag tag: ObjectID, of commit: ObjectID
    ) async throws(BackupError) -> String? {
        let bytes: [UInt8]
        do throws(GitError) { bytes = try await store.read(tag, .tag) } catch {
            // A tag of somebody else's may be no annotated one, or lead to what is not here.
            guard error.kind == .damaged else { throw .store(error) }
            return nil
        }
        guard (try? Tag.target(of: bytes)) == commit else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).split(separator: "\n\n", maxSplits: 1)
        return text.last.flatMap(RunText.tenant(ofTag:))
    }
}

extension BranchTenant {
    /// - Parameter record: the newest record of the runs here.
    init(of store: GitStore, after record: RunRecord?) {
        self.init(store: store, record: record) { _, _ async throws(BackupError) in
            let refs = try await storing { () async throws(GitError) in try await store.refs() }
            return refs.filter { $0.key.isTag }.values.sorted()
        }
    }
}

extension BackupOptions {
    /// Refuses a branch, and a record of its last run, of another tenant.
    ///
    /// - Throws: ``BackupError/otherTenant(repository:recorded:given:)``.
    func refuseOtherTenant(
        at tip: ObjectID?, after record: RunRecord?, in store: GitStore
    ) async throws(BackupError) {
        var found = [record?.tenant]
        if let tip { found.append(try await BranchTenant(of: store, after: record).find(at: tip)) }
        for recorded in found.compactMap(\.self) where recorded.lowercased() != tenant.lowercased()
        {
            throw .otherTenant(repository: repository, recorded: recorded, given: tenant)
        }
    }
}
