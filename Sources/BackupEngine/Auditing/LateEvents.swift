import Attribution
import FoundationEssentials
import GitObjects
import GitStore
import GraphCatalog

/// Events that the log showed too late for the run whose changes they explain: it had swept the log
/// before, or had given it up.
///
/// An event belongs to the first run that read the type after it, or, as what was done does not
/// always show at once, to the next one. If it fits a file of that run's commits, and the commit's
/// own events do not explain all of that, it is noted there; what is published is never changed.
///
/// Cost: nothing but a look at the times, while all events are newer than the last run or used
/// already; else the folders that a run changed, and the bytes of what the events name.
struct LateEvents: Sendable {
    enum Certainty {
        /// It was before the run began.
        case certain
        /// It was before the run ended.
        case possible
    }

    /// What each commit's note is to hold now, the newest event first.
    private(set) var notes: [ObjectID: [AuditEvent]] = [:]
    /// How many of them are new.
    private var counts: [ObjectID: Int] = [:]
    /// The same for a record, by the commit's ID in hexadecimal; `nil` for none.
    var record: [String: Int]? {
        counts.isEmpty ? nil : Dictionary(uniqueKeysWithValues: counts.map { ("\($0)", $1) })
    }

    /// IDs of the events found, and of their twins.
    private(set) var used: Set<String> = []
    /// Those of them that change what was there and fit nothing but creations: in a first backup
    /// everything is new, whenever it was changed.
    private(set) var doubtful: Set<String> = []
    /// Those that are not doubtful.
    var settled: Set<String> { used.subtracting(doubtful) }
    /// Whether the time was enough to look at all runs.
    private(set) var isFinished = true

    private let runs: [EarlierRun]
    private let selection: [SelectedResource]
    private let root: RootPath
    private let noted: NotedEvents
    private let clock: RunClock
    private let deadline: Date?
    private let keepsEvidence: Bool
    private let words: AuditWords
    private let events: [AuditEvent]
    /// Of earlier runs.
    private let usedBefore: Set<String>
    /// What events may be about in each run that was looked at, by its place.
    private var changes: [Int: [CommitChanges]] = [:]
    private var known: [ObjectID: Note?] = [:]

    /// What is noted on a commit.
    private struct Note: Sendable {
        let events: [AuditEvent]
        let ids: Set<String>
        let index: AuditIndex

        init(_ events: [AuditEvent], _ words: AuditWords) {
            self.events = events
            ids = Set(events.map(\.id))
            index = AuditIndex(events, words: words)
        }
    }

    /// One commit of a run, and the files in it that events may be about.
    private struct CommitChanges: Sendable {
        let commit: ObjectID
        /// Whether its text names events.
        let isAttributed: Bool
        let changes: [TreeChanges.Change]
    }

    /// - Parameters:
    ///   - events: of the sweep.
    ///   - used: IDs of events that earlier runs used.
    init(
        _ events: [AuditEvent], usedBefore used: Set<String>, in runs: EarlierRuns,
        _ options: BackupOptions, _ noted: NotedEvents, _ clock: RunClock
    ) {
        self.runs = runs.runs
        self.noted = noted
        self.clock = clock
        selection = options.selection
        root = options.root
        deadline = options.audit?.deadline
        keepsEvidence = options.audit?.keepsEvidence ?? false
        words = options.auditWords
        usedBefore = used
        // Twins of an act are logged within the minute.
        let end = runs.runs.last.map { Moment($0.end).ticks + 60 * 10_000_000 } ?? .min
        self.events = events.filter { $0.time.ticks <= end }
    }

    /// Looks for late events.
    ///
    /// - Parameters:
    ///   - certainty: that an event was before the reading of what it is about.
    ///   - others: IDs of events that explain something else.
    mutating func find(
        _ certainty: Certainty, besides others: Set<String> = []
    ) async throws(BackupError) {
        guard !events.isEmpty else { return }
        let others = usedBefore.union(others)
        var kept: AuditIndex?
        for place in runs.indices {
            let run = runs[place]
            let index = kept ?? AuditIndex(events, used: others.union(settled), words: words)
            kept = index
            let mayHave = index.hasActs(
                from: run.since.map(Moment.init), to: Moment(run.read(certainty)))
            guard mayHave, run.before != run.after else { continue }
            if let deadline, clock.now() >= deadline {
                isFinished = false
                return
            }
            // What is certainly of one run is of no later one.
            if try await find(in: place, upTo: run.read(certainty), index) { kept = nil }
        }
    }

    /// - Returns: whether any event is certainly of this run.
    private mutating func find(
        in place: Int, upTo read: Date, _ index: AuditIndex
    ) async throws(BackupError) -> Bool {
        var hasSettled = false
        let commits = try await commits(of: place, namedBy: index)
        for commit in commits {
            var found: [String: Match] = [:]
            var certain: Set<String> = []
            for change in commit.changes {
                for match in try await matches(of: change, commit, runs[place], read, index) {
                    found[match.event.id] = match
                    if change.old != nil || !match.event.changesWhatIsThere {
                        certain.insert(match.event.id)
                    }
                }
            }
            for match in found.values {
                let ids = [match.event.id] + match.twins.map(\.id)
                if !certain.contains(match.event.id) {
                    doubtful.formUnion(ids)
                } else if !doubtful.isDisjoint(with: ids) {
                    giveUp(Set(ids))
                }
            }
            try await note(Array(found.values), on: commit.commit)
            hasSettled = hasSettled || !certain.isEmpty
        }
        return hasSettled
    }

    /// Takes back that events are late: they explain something else.
    mutating func giveUp(_ ids: Set<String>) {
        used.subtract(ids)
        doubtful.subtract(ids)
        for (commit, events) in notes {
            let rest = events.filter { !ids.contains($0.id) }
            counts[commit, default: 0] -= events.count - rest.count
            let isNew = counts[commit] != 0
            if !isNew { counts[commit] = nil }
            notes[commit] = isNew ? rest : nil
            known[commit] = .some(Note(rest, words))
        }
    }

    private mutating func note(
        _ matches: [Match], on commit: ObjectID
    ) async throws(BackupError) {
        guard !matches.isEmpty else { return }
        for match in matches { used.formUnion([match.event.id] + match.twins.map(\.id)) }
        guard keepsEvidence, let old = try await note(on: commit) else { return }
        let all = (old.events + matches.map(\.event)).sorted {
            ($1.time, $1.id) < ($0.time, $0.id)
        }
        known[commit] = Note(all, words)
        notes[commit] = all
        counts[commit, default: 0] += matches.count
    }

    // MARK: One change

    /// The events of a change that its commit does not know of.
    private mutating func matches(
        of change: TreeChanges.Change, _ commit: CommitChanges, _ run: EarlierRun, _ read: Date,
        _ index: AuditIndex
    ) async throws(BackupError) -> [Match] {
        let found = index.matches(for: try await objectChange(change, run, read))
        guard !found.isEmpty else { return [] }
        guard let note = try await note(on: commit.commit), !note.events.isEmpty else {
            // Without its events nobody knows what is left to explain.
            return commit.isAttributed ? found.filter { $0.kind == .exact } : found
        }
        // What the run itself found was before its end.
        let object = try await objectChange(change, run, run.end)
        let known = note.index.matches(for: object)
        let all = AuditIndex((known + found).flatMap { [$0.event] + $0.twins }, words: words)
        return all.matches(for: object).filter { match in
            !([match.event] + match.twins).contains { note.ids.contains($0.id) }
        }
    }

    private func objectChange(
        _ change: TreeChanges.Change, _ run: EarlierRun, _ read: Date
    ) async throws(BackupError) -> ObjectChange {
        let blobs = [change.old, change.new].compactMap { $0 }
        var bytes = try await storing { () async throws(GitError) in
            try await noted.store.blobsIfKept(blobs)
        }[...]
        let before = change.old == nil ? nil : bytes.removeFirst()
        let after = change.new == nil ? nil : bytes.removeFirst()
        var ids = change.ids
        if !change.type.hasFolders, let id = (after ?? before)?.ownText(named: change.type.idMember)
        {
            ids = [id]
        }
        let kind: ObjectChange.Kind =
            before == nil ? .created : after == nil ? .deleted : .updated
        return ObjectChange(
            change.type, ids: ids, kind: kind, before: before, after: after,
            since: run.since(for: change.type.name).map(Moment.init), read: Moment(read))
    }

    /// Returns what is noted on a commit; `nil` if that is not ours.
    private mutating func note(on commit: ObjectID) async throws(BackupError) -> Note? {
        if let note = known[commit] { return note }
        let note = try await noted.events(on: commit).map { Note($0, words) }
        known[commit] = .some(note)
        return note
    }

    // MARK: The changes of a run

    private mutating func commits(
        of place: Int, namedBy index: AuditIndex
    ) async throws(BackupError) -> [CommitChanges] {
        if let known = changes[place] { return known }
        let run = runs[place]
        let (selection, root, store) = (selection, root, noted.store)
        await store.bringHistory(of: .branch, to: [run.before, run.after].compactMap(\.self))
        let found = try await storing { () async throws(GitError) in
            try await Self.commits(of: run, selection, root, index, store)
        }
        changes[place] = found
        return found
    }

    /// The commits in which something changed that events may be about, the oldest first. Most runs
    /// have none, which one look at where they began and ended shows.
    private static func commits(
        of run: EarlierRun, _ selection: [SelectedResource], _ root: RootPath,
        _ index: AuditIndex, _ store: isolated GitStore
    ) throws(GitError) -> [CommitChanges] {
        let changes = { (old: ObjectID?, new: ObjectID?) throws(GitError) in
            try TreeChanges(
                of: selection, below: root, from: old, to: new, namedBy: index, in: store
            ).changes
        }
        let commits = try run.commits(in: store) ?? []
        guard let first = commits.first, let last = commits.last,
            try !changes(first.treeBefore, last.commit.tree).isEmpty
        else { return [] }
        return try commits.map { (made) throws(GitError) in
            CommitChanges(
                commit: made.id, isAttributed: made.commit.isAttributed,
                changes: try changes(made.treeBefore, made.commit.tree))
        }.filter { !$0.changes.isEmpty }
    }
}

extension EarlierRun {
    /// Until when an event may be of this run.
    fileprivate func read(_ certainty: LateEvents.Certainty) -> Date {
        certainty == .certain ? start : end
    }
}

extension BackupOptions {
    /// What the types of the catalog, and those of the user's own that are chosen, call activities.
    var auditWords: AuditWords {
        let known = Set(GraphResource.all.map(\.name))
        let own = selection.map(\.resource).filter { !known.contains($0.name) }
        return own.isEmpty ? .catalog : AuditWords(GraphResource.all + own)
    }
}

extension Moment {
    init(_ date: Date) { self.init(seconds: date.timeIntervalSince1970) }
}
