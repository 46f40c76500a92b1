import FoundationEssentials
import GitObjects
import GitStore

/// A run that is over, with what late events need to know of it. Its times are of the service's
/// clock, as far as the run knew that.
struct EarlierRun: Sendable {
    let start: Date
    /// The end of the second in which it ended; records have whole seconds.
    let end: Date
    /// Where the branch stood before and after it.
    let before: ObjectID?
    let after: ObjectID?
    /// The start of each type's last complete read before it, by the type's name.
    let reads: [String: Date]
    /// The names of the types that it read.
    let types: [String]
    let audit: AuditRecord

    /// When the first thing can have happened that its commits tell of; `nil` if that is not known.
    var since: Date? {
        let times = types.compactMap(since(for:))
        return times.count == types.count ? times.min() : nil
    }

    /// When the first thing can have happened to a type that its commits tell of; `nil` if nothing
    /// of it was read before.
    func since(for type: String) -> Date? { reads[type].map { $0 - AuditWindow.lag } }
}

/// A commit that a run has made.
struct MadeCommit: Sendable {
    let id: ObjectID
    let commit: Commit
    /// The tree it was made on; `nil` for none.
    let treeBefore: ObjectID?
}

extension EarlierRun {
    /// Returns the run's commits, the oldest first; `nil` if they are not here, as in a copy without
    /// history.
    func commits(in store: isolated GitStore) throws(GitError) -> [MadeCommit]? {
        guard let after, after != before else { return [] }
        guard store.isHere(after) else { return nil }
        var made: [MadeCommit] = []
        var (id, commit) = (after, try store.commit(after))
        while id != before {
            guard let parent = commit.parents.first else {
                guard before == nil else { return nil }
                made.append(MadeCommit(id: id, commit: commit, treeBefore: nil))
                break
            }
            let next = try store.commit(parent)
            made.append(MadeCommit(id: id, commit: commit, treeBefore: next.tree))
            (id, commit) = (parent, next)
        }
        return made.reversed()
    }
}

/// The runs that changed what events of one audit window tell of.
struct EarlierRuns: Sendable {
    /// The oldest first.
    private(set) var runs: [EarlierRun] = []
    /// The start of each type's last complete read, by its name, if a run of these made it.
    private(set) var reads: [String: Date] = [:]
    /// Objects of each type after the last of the runs that read any.
    private(set) var counts: [String: Int] = [:]
    /// Types that the last of the runs that read any could not read.
    private(set) var kept: Set<String> = []
    /// IDs of the events that these runs used.
    private(set) var used: Set<String> = []

    /// So many runs that seem to have ended before the window are looked behind: the clock may have
    /// been wrong for some of them.
    private static let lookedBehind = 3

    /// Reads the records back to the runs that ended before the window.
    ///
    /// - Parameters:
    ///   - tip: of the chain of runs.
    ///   - now: by the service's clock.
    init(
        from tip: ObjectID?, coveredSince from: Date, now: Date, in store: GitStore
    ) async throws(BackupError) {
        var records: [RunRecord] = []
        var older: [RunRecord] = []
        var next = tip
        while let id = next {
            let commit = try await storing { () async throws(GitError) in
                try await store.commit(id)
            }
            let record = try await readRecord(of: commit, in: store)
            older.append(record)
            if let end = record.serviceTime(record.end), end >= from {
                records += older
                older = []
            }
            guard older.count < Self.lookedBehind else { break }
            next = try await storing { () async throws(GitError) in
                try await store.parents(of: id, on: .runs).first
            }
        }
        for record in records.reversed() { append(record, now) }
    }

    private mutating func append(_ record: RunRecord, _ now: Date) {
        guard let start = record.serviceTime(record.start),
            let end = record.serviceTime(record.end)
        else { return }
        used.formUnion(record.audit.used)
        if !record.types.isEmpty {
            counts = record.types.mapValues(\.objects)
            kept = record.keptTypes
        }
        // Nobody knows when a run in the future was, so no event can be told to be before or after.
        guard start <= now else { return }
        runs.append(
            EarlierRun(
                start: start, end: end + 1,
                before: record.branch.before.flatMap { ObjectID(hex: $0) },
                after: record.branch.after.flatMap { ObjectID(hex: $0) }, reads: reads,
                types: record.types.filter { $0.value.outcome != .skipped }.map(\.key),
                audit: record.audit))
        for (name, type) in record.types where type.outcome == .complete { reads[name] = start }
    }
}
