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
    /// Gives the run's end; everything else uses its start.
    let now: @Sendable () -> Date
    /// Who made the change at a place in path order.
    let authors: @Sendable (Int) -> Authors?

    package init(
        from source: Source, _ options: BackupOptions,
        now: @escaping @Sendable () -> Date = { Date.now },
        authors: @escaping @Sendable (Int) -> Authors? = { _ in nil },
        progress: @escaping @Sendable (BackupEvent) async -> Void = { _ in }
    ) {
        self.source = source
        self.options = options
        self.now = now
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
            tenant: options.tenant, progress: progress,
            previousCounts: last.record?.types.mapValues(\.objects) ?? [:])
        let readings = try await reader.read(options.selection)
        try refuseIfNothingWasRead(readings)
        Heap.letsGoOfPages()
        await progress(.comparing)
        let plan = try await plan(readings, against: last, reader)
        let written = try await write(plan, after: last, in: store)
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
        let record: RunRecord?
    }

    private func lastState(of store: GitStore) async throws(BackupError) -> State {
        let (branch, tree, runs, commit) = try await storing { () async throws(GitError) in
            let branch = try await store.readRef(options.branch)
            let runs = try await store.readRef(.runs)
            var tree: ObjectID?
            if let branch { tree = try await store.commit(branch).tree }
            var commit: Commit?
            if let runs { commit = try await store.commit(runs) }
            return (branch, tree, runs, commit)
        }
        var record: RunRecord?
        if let commit { record = try await readRecord(of: commit, in: store) }
        if let recorded = record?.tenant, recorded.lowercased() != options.tenant.lowercased() {
            throw .otherTenant(
                repository: options.repository, recorded: recorded, given: options.tenant)
        }
        return State(branch: branch, tree: tree, runs: runs, record: record)
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

    // MARK: Writing

    /// A run whose objects are all written, and that nobody can see yet.
    private struct WrittenRun {
        let result: BackupResult
        /// None of a dry run.
        var moves: [RefUpdate] = []
    }

    private func write(
        _ plan: Plan, after last: State, in store: GitStore
    ) async throws(BackupError) -> WrittenRun {
        let records = plan.records
        for (name, record) in records.sorted(by: { $0.key < $1.key }) {
            await progress(.ended(type: name, record))
        }
        var run = RunWriter(options: options, plan: plan, store: store)
        var listed: [ChangedObject] = []
        if !plan.changes.isEmpty {
            let shares = ChangeShares(
                plan.changes.changes.count, isFirstRun: last.branch == nil, authors)
            listed = try await run.writeCommits(of: shares, on: last.branch, last.tree)
        }
        if options.isDryRun { listed = try await allChanges(of: plan, in: store) }
        let record = try await run.record(records, before: last.branch, end: now())
        var written = WrittenRun(
            result: BackupResult(
                record: record, changes: listed,
                isIncomplete: records.values.contains(where: \.isIncomplete)))
        if !options.isDryRun {
            written.moves = try await run.moves(
                record, branchBefore: last.branch, runsBefore: last.runs)
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
