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
        try await withStore { store throws(BackupError) in try await run(in: store) }
    }

    func withStore(
        _ body: (GitStore) async throws(BackupError) -> BackupResult
    ) async throws(BackupError) -> BackupResult {
        let store = try open()
        let result: Result<BackupResult, BackupError>
        do throws(BackupError) { result = .success(try await body(store)) } catch {
            result = .failure(error)
        }
        // What could not be removed is a temporary file, and listed for the next run.
        try? await store.close()
        return try result.get()
    }

    private func run(in store: GitStore) async throws(BackupError) -> BackupResult {
        let remote = try await begin(in: store)
        let last = try await lastState(of: store)
        try await options.refuseTwoFolders(in: last.tree, isAdopted: last.isAdopted, store)
        var sweeps = try await sweeps(after: last, await clockOffset(), in: store)
        let earlier = try await earlierRuns(before: last, since: sweeps, in: store)
        sweeps.note(earlier.reads)
        let (counts, kept) =
            earlier.counts.isEmpty
            ? (last.record?.types.mapValues(\.objects) ?? [:], last.record?.keptTypes ?? [])
            : (earlier.counts, earlier.kept)
        let users = GraphResource.all.filter(\.countsUsers).compactMap { counts[$0.name] }.first
        if let users { await source.expect(users: users) }
        let reader = TenantReader(
            source: TimeLimited(source: source, clock: clock, deadline: options.readDeadline),
            store: store,
            packers: PagePackers(options.workers, await store.holdings),
            tenant: options.tenant, now: clock.now, progress: progress,
            previousCounts: counts,
            leftOut: last.record?.types.compactMapValues(\.without) ?? [:],
            parents: options.acceptDeletions ? WalkedParents() : last.parents,
            previouslyKept: kept, interest: sweeps.interest,
            previousMembers: options.acceptDeletions
                ? [:] : last.record?.types.compactMapValues(\.members) ?? [:])
        async let swept = sweeps.logs()
        let readings = try await reader.read(options.selection)
        try refuseIfNothingWasRead(readings)
        Heap.letsGoOfPages()
        await progress(.comparing)
        let plan = try await plan(readings, against: last, reader)
        let credited = try await credited(
            plan, sweeps, await swept, after: last, earlier, in: store)
        let written = try await write(
            plan, credited, after: last, in: store, taken: remote?.start.tags ?? [])
        // By now nothing is needed of what was read: a million names, while the pack is completed.
        return try await publish(written, in: store, to: remote)
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
    struct State {
        let branch: ObjectID?
        let tree: ObjectID?
        let runs: ObjectID?
        let notes: ObjectID?
        /// When the branch's tip was made.
        let tipTime: Date?
        let record: RunRecord?
        /// Objects of walked lists that the backup has parts of.
        let parents: WalkedParents

        /// Whether the branch ends in a commit that no run of ours is known to have written.
        var isAdopted: Bool {
            branch.map { "\($0)" != record?.branch.after } ?? false
        }
    }

    func lastState(of store: GitStore) async throws(BackupError) -> State {
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
        var parents = WalkedParents()
        if let run {
            record = try await readRecord(of: run, in: store)
            parents = try await WalkedParents(of: run, in: store)
        }
        try await options.refuseOtherTenant(at: branch, after: record, in: store)
        let time = (tip?.committer.time).map { Date(timeIntervalSince1970: Double($0)) }
        return State(
            branch: branch, tree: tip?.tree, runs: runs, notes: notes, tipTime: time,
            record: record, parents: parents)
    }

    private func refuseIfNothingWasRead(_ readings: [TypeReading]) throws(BackupError) {
        let roots = readings.filter { $0.ancestors.isEmpty }
        let failures = roots.compactMap(\.failure)
        guard failures.count == roots.count, let first = failures.first else { return }
        if failures.allSatisfy({ $0.kind == .notPermitted }) {
            throw .nothingPermitted(reason: first.reason)
        }
        let refusals = failures.filter { $0.kind == .signInExpired }
        if let refusal = refusals.first,
            failures.allSatisfy({ $0.kind == .signInExpired || $0.kind == .notPermitted })
        {
            throw .source(GraphError(.signInRefused, refusal.reason, hint: refusal.hint))
        }
        if failures.allSatisfy({ $0.kind == .unreachable }) { throw .source(first) }
    }

    // MARK: Deciding

    private func plan(
        _ readings: [TypeReading], against last: State,
        _ reader: TenantReader<TimeLimited<Source>>
    ) async throws(BackupError) -> Plan {
        let plan = { (readings: [TypeReading]) async throws(BackupError) -> Plan in
            let comparison: Comparison
            do throws(GitError) {
                comparison = try await compared(readings, last.tree, reader.store)
            } catch {
                throw .store(error)
            }
            let changes = try await reader.withoutRespelledIDs(
                try await reader.confirm(comparison.changes, readings), readings)
            return Plan(readings, comparison, changes)
        }
        if options.acceptDeletions { return try await plan(readings) }
        let settled = try await reader.settle(readings, plan: plan)
        let masked = try await reader.keepMasked(settled, plan: plan)
        return try await reader.doubtLists(of: masked, plan: plan)
    }

    private func compared(
        _ readings: [TypeReading], _ tree: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) -> Comparison {
        try Comparison(readings, with: tree, below: options.root, in: store)
    }

    // MARK: Asking who did it

    /// The sweeps of this run; none if nobody wants to know who made the changes.
    private func sweeps(
        after last: State, _ clockOffset: TimeInterval, in store: GitStore
    ) async throws(BackupError) -> AuditSweeps<Source> {
        guard let audit = options.audit, !options.isDryRun else { return AuditSweeps([]) }
        let record = try await last.record?.withMarks(
            before: options.start + clockOffset, from: last.runs, in: store)
        return AuditSweeps(
            of: options.selection.flatMap(\.types), in: options.tenant, from: source, audit, clock,
            in: store
        ) { types, log, longest in
            AuditWindow(
                of: types, in: log, after: record, adopted: last.tipTime, since: audit.since,
                start: options.start, clockOffset: clockOffset, longest: longest)
        }
    }

    private func earlierRuns(
        before last: State, since sweeps: AuditSweeps<Source>, in store: GitStore
    ) async throws(BackupError) -> EarlierRuns {
        let from = sweeps.windows.map(\.from).min()
        return try await EarlierRuns(
            from: from == nil ? nil : last.runs, coveredSince: from ?? options.start,
            now: sweeps.windows.first?.start ?? options.start, in: store)
    }

    private func credited(
        _ plan: Plan, _ sweeps: AuditSweeps<Source>, _ swept: [AuditLog], after last: State,
        _ earlier: EarlierRuns, in store: GitStore
    ) async throws(BackupError) -> Credited {
        guard let window = sweeps.windows.first else { return .nothing }
        // A run that was told to stop does not look for anybody.
        if Task.isCancelled { throw .interrupted }
        let logs = await sweeps.recall(await sweeps.tails(after: swept)) {
            EventInterest(of: plan, below: options.root)
        }
        let events = logs.flatMap(\.events)
        let used = earlier.used.union(last.record?.audit.used ?? [])
        var late = LateEvents(
            events, usedBefore: used, in: earlier, options,
            NotedEvents(last: last.notes, store: store), clock)
        // What an earlier run had certainly read is none of this run's changes, unless somebody says
        // from when on events count.
        if options.audit?.since == nil { try await late.find(.certain) }
        let index = AuditIndex(
            events, used: used.union(late.used), words: options.auditWords,
            isKnown: plan.readings.hold)
        let respelling = last.isAdopted ? try await Respelling(of: plan, in: store) : nil
        var attributor = Attributor(
            plan: plan, root: options.root, index: index, window: window, store: store,
            clock: clock, deadline: options.audit?.deadline, respelling: respelling)
        var (found, isFinished) = try await attributor.matches()
        if isFinished, !late.doubtful.isEmpty {
            // They may be of a change that nothing else explains.
            attributor.index = AuditIndex(
                events, used: used.union(late.settled),
                words: options.auditWords, isKnown: plan.readings.hold)
            attributor.lag = AuditWindow.overlap
            let more: [Int: [Match]]
            (more, isFinished) = try await attributor.matches(besides: found)
            late.giveUp(Set(more.values.joined().flatMap { [$0.event.id] + $0.twins.map(\.id) }))
            found.merge(more) { one, _ in one }
        }
        let names = try await ActorNames(readings: plan.readings, store: store).names(
            of: Set(index.events.compactMap(\.actor) + found.values.joined().compactMap(\.actor)))
        let credits = Credits(found, names: names, address: options.identityEmail)
        try await late.find(.possible, besides: credits.used)
        let undone = try await MadeAndUndone(
            index, of: logs, besides: credits.used.union(late.used), plan, in: store)
        return Credited(
            credits, index.events, isFinished && late.isFinished,
            Array(zip(sweeps.windows, logs)), plan.records, after: last.record, late: late,
            respelled: respelling?.places ?? []
        ) { event in
            undone.actors[event.id].map { RunText.undone(event, by: $0?.named(by: names)) }
        }
    }

    // MARK: Writing

    /// A run whose objects are all written, and that nobody can see yet.
    struct WrittenRun {
        var result: BackupResult
        /// None of a dry run.
        var moves: [RefUpdate] = []
    }

    private func write(
        _ plan: Plan, _ credited: Credited, after last: State, in store: GitStore,
        taken: Set<RefName>
    ) async throws(BackupError) -> WrittenRun {
        let records = plan.records
        for (name, record) in records.sorted(by: { $0.key < $1.key }) {
            await progress(.ended(type: name, record))
        }
        var run = RunWriter(options: options, plan: plan, store: store, taken: taken)
        var listed: [ChangedObject] = []
        if !plan.changes.isEmpty {
            let shares = ChangeShares(plan.changes.changes.count) { place in
                let owner = owner(ofChangeAt: place, credited)
                return owner == .unknown && last.branch == nil ? .baseline : owner
            }
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
            try await run.note(credited.lateNotes)
            written.moves = try await run.moves(
                record, last.parents.updated(by: plan.readings), branchBefore: last.branch,
                runsBefore: last.runs, notesBefore: last.notes)
        }
        return written
    }

    func publish(
        _ written: WrittenRun, in store: GitStore, to remote: BegunRemote?
    ) async throws(BackupError) -> BackupResult {
        guard !written.moves.isEmpty else { return written.result }
        if Task.isCancelled { throw .interrupted }
        await progress(.publishing)
        await warnOfWorkTrees(written.moves, in: store)
        let publication = try await storing { () async throws(GitError) in
            try await store.publish(written.moves)
        }
        var result = written.result
        result.unsynced = publication.unsynced
        if let head = publication.otherHead {
            await progress(.otherHead(head, branch: options.branch))
        }
        result.push = await push(to: remote)
        await tidy(store)
        return result
    }

    /// Says which work trees are left behind when the branch moves.
    private func warnOfWorkTrees(_ moves: [RefUpdate], in store: GitStore) async {
        guard moves.contains(where: { $0.name == options.branch }) else { return }
        // What cannot be read of a work tree is no reason to hold a backup back.
        for path in (try? await store.workTrees(on: options.branch)) ?? [] {
            await progress(.checkedOut(options.branch, at: path))
        }
    }

    /// Joins the packs of many runs. Nothing that goes wrong here takes the backup away.
    private func tidy(_ store: GitStore) async {
        do throws(GitError) { try await store.joinPacks() } catch {
            await progress(.untidy(error))
        }
    }

    private func owner(ofChangeAt place: Int, _ credited: Credited) -> Owner {
        guard options.audit == nil else { return credited.owner(at: place) }
        return authors(place).map(Owner.authors) ?? .unknown
    }

    private func allChanges(
        of plan: Plan, in store: GitStore
    ) async throws(BackupError) -> [ChangedObject] {
        try await ChangeNames(store: store, readings: plan.readings).describe(
            plan.changes, plan.changes.changes.indices, listing: .max, naming: 1_000
        ).listed
    }
}
