import Attribution
import FoundationEssentials
import GitObjects
import GitStore
import GraphCatalog

extension Backup {
    /// Looks for the authors that commits of the last thirty days lack, and notes the events that
    /// tell of them on those commits. Nothing else of the tenant is read, and no commit changes.
    ///
    /// The run has a record of its own, without types. Marks stay where they are, but for types
    /// that have none, so the next backup reads what it would have read.
    ///
    /// - Throws: if there is no backup, or nothing of the audit log could be read.
    package func attributeLast() async throws(BackupError) -> BackupResult {
        if options.remote == nil { try refuseIfNothingIsThere() }
        return try await withStore { store throws(BackupError) in
            try await attributeLast(in: store)
        }
    }

    /// A repository is made by a backup only.
    private func refuseIfNothingIsThere() throws(BackupError) {
        do throws(GitError) {
            _ = try GitStore(at: options.repository, for: .reading, unique: "")
        } catch {
            throw .store(error)
        }
    }

    private func attributeLast(in store: GitStore) async throws(BackupError) -> BackupResult {
        let remote = try await begin(in: store)
        let last = try await lastState(of: store)
        guard let record = last.record else { throw .store(noRun) }
        let noted = NotedEvents(last: last.notes, store: store)
        let clockOffset = await clockOffset()
        let now = options.start + clockOffset
        let oldest = now - AuditWindow.longest
        let earlier = try await EarlierRuns(
            from: last.runs, coveredSince: oldest, now: now, in: store)
        let first = try await earlier.firstWithoutAuthors(noted)
        // What the last run did not get to may be about commits with notes.
        let times = [
            first.map { $0.since ?? $0.start - AuditWindow.firstLength }, record.audit.keptFrom,
        ].compactMap(\.self)
        guard let from = times.min() else {
            return result(of: self.record(AuditRecord(.complete), on: last))
        }
        let sweeps = sweeps(
            from: options.audit?.since ?? max(oldest, from), clockOffset, in: store)
        let logs = await sweeps.recall(await sweeps.logs()) { EventInterest() }
        if Task.isCancelled { throw .interrupted }
        let events = logs.flatMap(\.events)
        if let failure = logs.first?.failure, events.isEmpty { throw .auditLog(failure) }
        var late = LateEvents(events, usedBefore: earlier.used, in: earlier, options, noted, clock)
        try await late.find(.certain)
        try await late.find(.possible)
        var audit = AuditRecord(Array(zip(sweeps.windows, logs)), late)
        audit.used = late.used.union(record.audit.used).sorted()
        audit.marks = marks(earlier, audit).merging(record.audit.marks ?? [:]) { $1 }
        return try await publish(
            late, self.record(audit, on: last), after: last, in: store, to: remote)
    }

    /// For types without marks of the logs that were read to the end.
    private func marks(_ earlier: EarlierRuns, _ audit: AuditRecord) -> [String: String] {
        let logs = Dictionary(
            options.selection.flatMap(\.types).map { ($0.name, $0.audit.name) }
        ) { one, _ in one }
        return earlier.reads.filter { type, _ in
            logs[type].map(audit.isComplete) ?? false
        }.mapValues(\.timestamp)
    }

    private var noRun: GitError {
        GitError(
            .notARepository, "find the authors of changes",
            reason:
                "there is no backup in \(options.repository) yet",
            hint: "Make the first backup, or name another path with --repo.")
    }

    private func sweeps(
        from: Date, _ clockOffset: TimeInterval, in store: GitStore
    ) -> AuditSweeps<Source> {
        AuditSweeps(
            of: options.selection.flatMap(\.types), in: options.tenant, from: source,
            options.audit ?? AuditOptions(), clock, in: store
        ) { _, log, longest in
            AuditWindow(
                of: [], in: log, after: nil, adopted: nil, since: from, start: options.start,
                clockOffset: clockOffset, longest: longest)
        }
    }

    private func record(_ audit: AuditRecord, on last: State) -> RunRecord {
        let tip = last.branch.map { "\($0)" }
        return RunRecord(
            start: options.start.timestamp, end: clock.now().timestamp, tenant: options.tenant,
            version: options.version, types: [:], audit: audit, withheld: 0,
            branch: .init(name: options.branch.text, before: tip, after: tip))
    }

    private func result(of record: RunRecord) -> BackupResult {
        BackupResult(
            record: record, changes: [], isIncomplete: record.audit.keptFrom != nil)
    }

    private func publish(
        _ late: LateEvents, _ record: RunRecord, after last: State, in store: GitStore,
        to remote: BegunRemote?
    ) async throws(BackupError) -> BackupResult {
        var run = RunWriter(options: options, plan: .nothing, store: store)
        try await run.note(late.notes)
        let moves = try await run.moves(
            record, branchBefore: last.branch, runsBefore: last.runs, notesBefore: last.notes)
        return try await publish(
            WrittenRun(result: result(of: record), moves: moves), in: store, to: remote)
    }
}

extension AuditRecord {
    fileprivate init(_ logs: [(window: AuditWindow, log: AuditLog)], _ late: LateEvents) {
        let records = logs.map { window, log in
            (log.name, LogRecord(log, window, isFinished: late.isFinished))
        }
        self.init(
            Dictionary(uniqueKeysWithValues: records), first: logs.first?.log.name,
            logs.first?.window.clockOffset)
        // Nothing is skipped here: it is what was asked for.
        if outcome != .complete { outcome = .kept }
        noted = late.record
    }

    /// Whether all was read of the log with this name.
    fileprivate func isComplete(_ log: String) -> Bool {
        let isFirst = log == AuditSource.directory.name
        return (isFirst ? outcome : logs?[log]?.outcome) == .complete
    }

    /// Where the reading of logs began of which there is more to read.
    fileprivate var keptFrom: Date? {
        let own = outcome == .kept ? [from] : []
        let others = (logs ?? [:]).values.filter { $0.outcome == .kept }.map(\.from)
        return (own + others).compactMap { $0.flatMap(Date.init(timestamp:)) }.min()
    }
}

extension EarlierRuns {
    /// The oldest run with a commit whose authors nobody knows.
    fileprivate func firstWithoutAuthors(
        _ noted: NotedEvents
    ) async throws(BackupError) -> EarlierRun? {
        for run in runs {
            await noted.store.bringHistory(
                of: .branch, to: [run.before, run.after].compactMap(\.self))
            let commits = try await storing { () async throws(GitError) in
                try await run.commits(in: noted.store)
            }
            for made in commits ?? [] where run.lacksAuthors(made.commit) {
                if try await noted.events(on: made.id)?.isEmpty == true { return run }
            }
        }
        return nil
    }
}

extension EarlierRun {
    /// What is in the configured name was nobody's change, if the log was there to say so.
    private func isConfigured(_ commit: Commit) -> Bool {
        commit.author.name == commit.committer.name && audit.outcome == .complete
    }

    fileprivate func lacksAuthors(_ commit: Commit) -> Bool {
        !commit.isAttributed && !isConfigured(commit)
    }
}

extension Commit {
    /// Whether the text names the events that tell of the authors.
    var isAttributed: Bool { message.contains("\nAudit-Event: ") }
}
