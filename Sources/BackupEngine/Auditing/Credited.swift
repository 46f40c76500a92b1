import Attribution
import FoundationEssentials
import GitObjects

/// What a run has found out about who made its changes, and what it notes of that.
struct Credited: Sendable {
    let credits: Credits
    let record: AuditRecord
    /// Changes by nobody, in which only the spelling of a file changes, by their places.
    let respelled: Set<Int>
    /// What notes on commits of earlier runs are to hold, the newest event first.
    let lateNotes: [ObjectID: [AuditEvent]]

    /// Whose the change at a place is.
    func owner(at place: Int) -> Owner {
        if respelled.contains(place) { return .baseline }
        return credits.authors(at: place).map(Owner.authors) ?? .unknown
    }

    /// Nobody asked.
    static let nothing = Credited(credits: .none, record: .notRead)

    private init(credits: Credits, record: AuditRecord) {
        self.credits = credits
        self.record = record
        (lateNotes, respelled) = ([:], [])
    }

    /// Undone events a record and a tag list.
    private static let listed = 100

    /// - Parameters:
    ///   - events: of the sweep.
    ///   - isFinished: whether all changes were looked at.
    ///   - types: how the reading of each ended.
    ///   - respelled: places of changes in which only the spelling of a file changes.
    init(
        _ credits: Credits, _ events: [AuditEvent], _ isFinished: Bool, _ log: AuditLog,
        _ types: [String: TypeRecord], after last: RunRecord?, _ window: AuditWindow,
        late: LateEvents, respelled: Set<Int>,
        undone line: (AuditEvent) -> String
    ) {
        self.credits = credits
        lateNotes = late.notes
        self.respelled = respelled
        let used = credits.used.union(late.used)
        var record = AuditRecord(.complete, requests: log.requests)
        record.from = window.from.timestamp
        record.to = log.to.timestamp
        if let failure = log.failure {
            record.outcome = failure.isAbsence ? .skipped : .kept
            record.reason = failure.reason
            record.hint = failure.hint
        } else if !isFinished {
            record.outcome = .kept
            record.reason = "The time limit left no time to look at all changes"
        }
        let marks = window.marks(after: types, isFinished: record.outcome == .complete)
        record.marks = marks.mapValues(\.timestamp)
        let settled = window.settled(marks, types)
        let isSettled = { (event: AuditEvent) in
            settled.map { Double(event.time.seconds) < $0.timeIntervalSince1970 } ?? false
        }
        let usedBefore = Set(last?.audit.used ?? [])
        if last?.audit.marks != nil, record.outcome == .complete {
            let undone = events.filter {
                $0.isSuccess && isSettled($0) && !used.contains($0.id)
                    && !usedBefore.contains($0.id)
            }
            record.undone = undone.prefix(Self.listed).map(line)
            if undone.count > Self.listed { record.undoneCount = undone.count }
        }
        // What is settled is never read again.
        let seen = Set(events.filter { !isSettled($0) }.map(\.id))
        let stillNeeded =
            record.outcome == .complete ? usedBefore.intersection(seen) : usedBefore
        record.used = used.union(stillNeeded).sorted()
        record.noted = late.record
        self.record = record
    }
}
