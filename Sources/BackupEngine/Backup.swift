import Attribution
package import FoundationEssentials
import GitObjects
import GitStore
package import GraphCatalog

/// One run: reads the tenant from a source and publishes what changed.
///
///     read → canonical bytes → object → difference against the last tree → commit, tag, record → publish
///
/// - Durability: everything appears at once, as one pack and one replacement of `packed-refs`. A
///   run that fails or is killed leaves the repository as it was.
/// - Determinism: the same tenant gives the same tree, whatever the order of pages and retries.
package struct Backup<Source: GraphSource>: Sendable {
    let source: Source
    let options: BackupOptions
    let progress: @Sendable (BackupEvent) async -> Void
    /// Tells when something was read, and the run's end; everything else uses its start.
    let clock: RunClock
    /// Who made the change at a place in path order, if nobody asks the audit log.
    let authors: @Sendable (Int) -> Authors?

    package init(
        from source: Source, _ options: BackupOptions,
        now: @escaping @Sendable () -> Date = RunClock.machine.now,
        sleep: @escaping @Sendable (Date) async throws -> Void = RunClock.machine.sleep,
        authors: @escaping @Sendable (Int) -> Authors? = { _ in nil },
        progress: @escaping @Sendable (BackupEvent) async -> Void = { _ in }
    ) {
        self.source = source
        self.options = options
        clock = RunClock(now: now, sleep: sleep)
        self.authors = authors
        self.progress = progress
    }

    /// Makes the backup.
    ///
    /// - Throws: only what concerns the whole run; a type that fails is kept and recorded.
    package func run() async throws(BackupError) -> BackupResult {
        let store = try open()
        let result: Result<BackupResult, BackupError>
        do throws(BackupError) { result = .success(try await run(in: store)) } catch {
            result = .failure(error)
        }
        // What could not be removed is a temporary file, and listed for the next run.
        try? await store.close()
        return try result.get()
    }

    private func run(in store: GitStore) async throws(BackupError) -> BackupResult {
        let last = try await lastState(of: store)
        let reader = TenantReader(
            source: source, store: store,
            packers: PagePackers(options.workers, await store.holdings),
            tenant: options.tenant, now: clock.now, progress: progress,
            previousCounts: last.record?.types.mapValues(\.objects) ?? [:])
        let sweep = sweep(after: last)
        async let swept = sweep?.log()
        let readings = try await reader.read(options.selection)
        try refuseIfNothingWasRead(readings)
        Heap.letsGoOfPages()
        await progress(.comparing)
        let plan = try await plan(readings, against: last, reader)
        let credited = try await credited(plan, sweep, await swept, after: last, in: store)
        let written = try await write(plan, credited, after: last, in: store)
        // By now nothing is needed of what was read: a million names, while the pack is completed.
        return try await publish(written, in: store)
    }

    private func open() throws(BackupError) -> GitStore {
        let purpose: GitStore.Purpose =
            options.isDryRun ? .preview : .run(branch: options.branch)
        let unique =
            "\(options.start.timestamp.filter { $0 != ":" })-\(UInt32.random(in: 0 ... .max))"
        do { return try GitStore(at: options.repository, for: purpose, unique: unique) } catch {
            throw .store(error)
        }
    }

    // MARK: The last backup

    /// Where the repository stands when the run begins.
    private struct State {
        let branch: ObjectID?
        let tree: ObjectID?
        let runs: ObjectID?
        let notes: ObjectID?
        /// When the branch's tip was made.
        let tipTime: Date?
        let record: RunRecord?
    }

    private func lastState(of store: GitStore) async throws(BackupError) -> State {
        let (branch, tip, runs, notes, run) = try await storing { () async throws(GitError) in
            let branch = try await store.readRef(options.branch)
            let runs = try await store.readRef(.runs)
            let notes = try await store.readRef(.evidence)
            var tip: Commit?
            if let branch { tip = try await store.commit(branch) }
            var run: Commit?
            if let runs { run = try await store.commit(runs) }
            return (branch, tip, runs, notes, run)
        }
        var record: RunRecord?
        if let run { record = try await readRecord(of: run, in: store) }
        if let recorded = record?.tenant, recorded.lowercased() != options.tenant.lowercased() {
            throw .otherTenant(
                repository: options.repository, recorded: recorded, given: options.tenant)
        }
        let time = (tip?.committer.time).map { Date(timeIntervalSince1970: Double($0)) }
        return State(
            branch: branch, tree: tip?.tree, runs: runs, notes: notes, tipTime: time,
            record: record)
    }

    private func refuseIfNothingWasRead(_ readings: [TypeReading]) throws(BackupError) {
        let roots = readings.filter { $0.ancestors.isEmpty }
        let failures = roots.compactMap(\.failure)
        guard failures.count == roots.count, let first = failures.first else { return }
        if failures.allSatisfy({ $0.kind == .notPermitted }) {
            throw .nothingPermitted(reason: first.reason)
        }
        if failures.allSatisfy({ $0.kind == .unreachable }) { throw .source(first) }
    }

    // MARK: Deciding

    private func plan(
        _ readings: [TypeReading], against last: State, _ reader: TenantReader<Source>
    ) async throws(BackupError) -> Plan {
        let plan = { (readings: [TypeReading]) async throws(BackupError) -> Plan in
            let comparison: Comparison
            do throws(GitError) {
                comparison = try await compared(readings, last.tree, reader.store)
            } catch {
                throw .store(error)
            }
            let changes = try await reader.confirm(comparison.changes, readings)
            return Plan(readings, comparison, changes)
        }
        if options.acceptDeletions { return try await plan(readings) }
        return try await reader.settle(readings, plan: plan)
    }

    private func compared(
        _ readings: [TypeReading], _ tree: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) -> Comparison {
        try Comparison(readings, with: tree, below: options.root, in: store)
    }

    // MARK: Asking who did it

    /// The sweep of this run; `nil` if nobody wants to know who made the changes.
    private func sweep(after last: State) -> AuditSweep<Source>? {
        guard let audit = options.audit, !options.isDryRun else { return nil }
        let types = options.selection.flatMap(\.types)
        let window = AuditWindow(
            of: types, after: last.record, adopted: last.tipTime, since: audit.since,
            start: options.start)
        return AuditSweep(
            source: source, window: window, clock: clock, deadline: audit.deadline)
    }

    private func credited(
        _ plan: Plan, _ sweep: AuditSweep<Source>?, _ log: AuditLog?, after last: State,
        in store: GitStore
    ) async throws(BackupError) -> Credited {
        guard let sweep, let swept = log else { return .nothing }
        // A run that was told to stop does not look for anybody.
        if Task.isCancelled { throw .interrupted }
        let log = await sweep.tail(after: swept)
        let index = AuditIndex(
            log.events, used: Set(last.record?.audit.used ?? []), isKnown: plan.readings.hold)
        let attributor = Attributor(
            plan: plan, root: options.root, index: index, window: sweep.window, store: store,
            clock: clock, deadline: sweep.deadline)
        let (found, isFinished) = try await attributor.matches()
        let names = try await ActorNames(readings: plan.readings, store: store).names(
            of: Set(index.events.compactMap(\.actor) + found.values.joined().compactMap(\.actor)))
        return Credited(
            Credits(found, names: names, address: options.identityEmail), index.events, isFinished,
            log,
            plan.records, after: last.record, sweep.window
        ) { RunText.undone($0, by: $0.actor?.named(by: names)) }
    }

    // MARK: Writing

    /// A run whose objects are all written, and that nobody can see yet.
    private struct WrittenRun {
        let result: BackupResult
        /// None of a dry run.
        var moves: [RefUpdate] = []
    }

    private func write(
        _ plan: Plan, _ credited: Credited, after last: State, in store: GitStore
    ) async throws(BackupError) -> WrittenRun {
        let records = plan.records
        for (name, record) in records.sorted(by: { $0.key < $1.key }) {
            await progress(.ended(type: name, record))
        }
        var run = RunWriter(options: options, plan: plan, store: store)
        var listed: [ChangedObject] = []
        if !plan.changes.isEmpty {
            let shares = ChangeShares(
                plan.changes.changes.count, isFirstRun: last.branch == nil,
                options.audit == nil ? authors : credited.credits.authors)
            listed = try await run.writeCommits(
                of: shares, credited.credits, on: last.branch, last.tree)
        }
        if options.isDryRun { listed = try await allChanges(of: plan, in: store) }
        let record = try await run.record(
            records, credited.record, before: last.branch, end: clock.now())
        var written = WrittenRun(
            result: BackupResult(
                record: record, changes: listed,
                isIncomplete: records.values.contains(where: \.isIncomplete)))
        if !options.isDryRun {
            written.moves = try await run.moves(
                record, branchBefore: last.branch, runsBefore: last.runs,
                notesBefore: last.notes)
        }
        return written
    }

    private func publish(
        _ written: WrittenRun, in store: GitStore
    ) async throws(BackupError) -> BackupResult {
        guard !written.moves.isEmpty else { return written.result }
        if Task.isCancelled { throw .interrupted }
        await progress(.publishing)
        try await storing { () async throws(GitError) in try await store.publish(written.moves) }
        await tidy(store)
        return written.result
    }

    /// Joins the packs of many runs. Nothing that goes wrong here takes the backup away.
    private func tidy(_ store: GitStore) async {
        do throws(GitError) { try await store.joinPacks() } catch {
            await progress(.untidy(error))
        }
    }

    private func allChanges(
        of plan: Plan, in store: GitStore
    ) async throws(BackupError) -> [ChangedObject] {
        try await ChangeNames(store: store, readings: plan.readings).describe(
            plan.changes, plan.changes.changes.indices, listing: .max, naming: 1_000
        ).listed
    }
}
