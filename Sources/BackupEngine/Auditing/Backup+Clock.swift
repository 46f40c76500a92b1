import FoundationEssentials
import GitObjects
import GitStore
import GraphCatalog

extension Backup {
    /// Returns how many seconds the service's clock is ahead of this machine's, and tells if that is
    /// much. Only what concerns the audit log needs it.
    func clockOffset() async -> TimeInterval {
        guard options.audit != nil, !options.isDryRun else { return 0 }
        let offset = await source.clockOffset() / .seconds(1)
        if abs(offset) > BackupEvent.toldClockOffset { await progress(.clock(aheadBy: -offset)) }
        return offset
    }
}

extension RunRecord {
    /// One of the run's own times, by the service's clock.
    func serviceTime(_ timestamp: String) -> Date? {
        Date(timestamp: timestamp).map { $0 + (audit.clockOffset ?? 0) }
    }

    /// Runs whose records are looked at for marks.
    private static let lookedAt = 100

    /// The record without marks in the future, as a run with a wrong clock leaves them: each is
    /// replaced by the newest one of an earlier run that is not in the future, if there is one.
    ///
    /// - Parameters:
    ///   - now: by the service's clock.
    ///   - tip: the commit of this record.
    func withMarks(
        before now: Date, from tip: ObjectID?, in store: GitStore
    ) async throws(BackupError) -> RunRecord {
        var record = self
        let marks = audit.marks ?? [:]
        var open = marks.filter { Date(timestamp: $0.value).map { $0 > now } ?? true }.keys.sorted()
        for type in open { record.audit.marks?[type] = nil }
        var next = tip
        var count = 0
        while let id = next, !open.isEmpty, count < Self.lookedAt {
            let commit = try await storing { () async throws(GitError) in
                try await store.commit(id)
            }
            let older = try await readRecord(of: commit, in: store).audit.marks ?? [:]
            for type in open {
                guard let mark = older[type], let date = Date(timestamp: mark), date <= now else {
                    continue
                }
                record.audit.marks?[type] = mark
            }
            open.removeAll { record.audit.marks?[$0] != nil }
            count += 1
            next = try await storing { () async throws(GitError) in
                try await store.parents(of: id, on: .runs).first
            }
        }
        return record
    }
}
