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
    ///   - events: of all logs, as they are known now.
    ///   - isFinished: whether all changes were looked at.
    ///   - logs: what was swept, Entra's log first.
    ///   - types: how the reading of each ended.
    ///   - line: what a record says of an event that was undone; `nil` for what no backup holds.
    ///   - respelled: places of changes in which only the spelling of a file changes.
    init(
        _ credits: Credits, _ events: [AuditEvent], _ isFinished: Bool,
        _ logs: [(window: AuditWindow, log: AuditLog)], _ types: [String: TypeRecord],
        after last: RunRecord?, late: LateEvents, respelled: Set<Int>,
        undone line: (AuditEvent) -> String?
    ) {
        self.credits = credits
        lateNotes = late.notes
        self.respelled = respelled
        let used = credits.used.union(late.used)
        let usedBefore = Set(last?.audit.used ?? [])
        var known = Dictionary(events.map { ($0.id, $0) }) { first, _ in first }
        var marks = logs.first?.window.marks ?? [:]
        var records: [String: LogRecord] = [:]
        var undone: [AuditEvent] = []
        var unsettled: Set<String> = []
        for (window, log) in logs {
            let record = LogRecord(log, window, isFinished: isFinished)
            let isComplete = record.outcome == .complete
            let own = window.marks(after: types, isFinished: isComplete)
            let settled = window.settled(own, types)
            let isNew = last?.audit.marks == nil || own.keys.allSatisfy { marks[$0] == nil }
            marks.merge(own) { $1 }
            records[log.name] = record
            for event in log.events.compactMap({ known.removeValue(forKey: $0.id) }) {
                // What is settled is never read again.
                guard let settled, Double(event.time.seconds) < settled.timeIntervalSince1970
                else {
                    unsettled.insert(event.id)
                    continue
                }
                let isOld = window.settledBefore.map {
                    Double(event.time.seconds) < $0.timeIntervalSince1970
                }
                let isUsed =
                    isOld == true || used.contains(event.id) || usedBefore.contains(event.id)
                if isComplete, !isNew, event.isSuccess, !isUsed { undone.append(event) }
            }
        }
        let isComplete = records.values.allSatisfy { $0.outcome == .complete }
        let stillNeeded = isComplete ? usedBefore.intersection(unsettled) : usedBefore
        var record = AuditRecord(
            records, first: logs.first?.log.name, logs.first?.window.clockOffset)
        record.marks = marks.mapValues(\.timestamp)
        record.used = used.union(stillNeeded).sorted()
        undone.sort { $0.time < $1.time }
        let lines = undone.compactMap(line)
        record.undone = Array(lines.prefix(Self.listed))
        if lines.count > Self.listed { record.undoneCount = lines.count }
        record.noted = late.record
        self.record = record
    }
}

extension LogRecord {
    /// - Parameter isFinished: whether all changes were looked at.
    init(_ log: AuditLog, _ window: AuditWindow, isFinished: Bool) {
        self.init(.complete, requests: log.requests)
        from = window.from.timestamp
        to = log.to.timestamp
        if let failure = log.failure {
            outcome = failure.isAbsence ? .skipped : .kept
            reason = failure.reason
            hint = failure.hint
        } else if !isFinished {
            outcome = .kept
            reason = "The time limit left no time to look at all changes"
        } else if let first = log.lost.first {
            lost = log.lost.map(\.text)
            var times = log.lost.prefix(Self.mostListed).map {
                "from \($0.from.timestamp) to \($0.to.timestamp)"
            }.joined(separator: ", ")
            if log.lost.count > Self.mostListed {
                times += " and \(log.lost.count - Self.mostListed) more times"
            }
            reason = "The log does not send what was logged \(times): \(first.reason.reason)"
            hint = first.reason.hint
        } else if let gap = log.gap {
            reason = gap.reason
            hint = gap.hint
        }
    }

    /// Lost parts that the reason lists.
    private static let mostListed = 10
}

extension AuditRecord {
    /// - Parameters:
    ///   - first: the log that the record's own members are of; it has the others in ``logs``.
    ///   - clockOffset: as of the windows.
    init(_ records: [String: LogRecord], first: String?, _ clockOffset: TimeInterval?) {
        var others = records
        let own = first.flatMap { others.removeValue(forKey: $0) }
        self.init(own?.outcome ?? .skipped, reason: own?.reason, requests: own?.requests ?? 0)
        hint = own?.hint
        lost = own?.lost
        from = own?.from
        to = own?.to
        logs = others.isEmpty ? nil : others
        self.clockOffset = clockOffset == 0 ? nil : clockOffset
    }
}
