import Attribution
import FoundationEssentials
import GitObjects
import GitStore
import GraphCatalog

/// Writes a run's commits, tag and record, and publishes them.
struct RunWriter {
    private let options: BackupOptions
    private let plan: Plan
    private let store: GitStore
    private let text: RunText
    private var tip: ObjectID?
    private var tag: String?
    private var tagID: ObjectID?
    private var authors: [String] = []
    private var knownAuthors: Set<String> = []
    private var notes: EvidenceNotes
    /// Tags that a remote has.
    private let taken: Set<RefName>

    init(options: BackupOptions, plan: Plan, store: GitStore, taken: Set<RefName> = []) {
        self.options = options
        self.plan = plan
        self.store = store
        self.taken = taken
        notes = EvidenceNotes(in: store)
        let resources = plan.readings.map { ($0.resource.name, $0.resource) }
        text = RunText(
            start: options.start, tenant: options.tenant,
            resources: Dictionary(resources) { first, _ in first },
            root: options.root, skipsCI: options.skipsCI)
    }

    private var identity: Signature {
        Signature(
            name: options.identityName, email: options.identityEmail,
            time: Int64(options.start.timeIntervalSince1970))
    }

    private func signature(of owner: Owner) -> Signature {
        switch owner {
        case .authors(let authors): authors.signature
        case .unknown where options.audit != nil:
            Signature(name: "unknown", email: identity.email, time: identity.time)
        case .baseline, .unknown: identity
        }
    }

    /// Writes one commit for each share of the changes, each on top of the one before.
    ///
    /// - Returns: the changes that the commits' texts list.
    mutating func writeCommits(
        of shares: ChangeShares, _ credits: Credits, on branch: ObjectID?, _ tree: ObjectID?
    ) async throws(BackupError) -> [ChangedObject] {
        let editor = TreeEditor(plan.changes, shares: shares.shares, count: shares.owners.count)
        let trees: [ObjectID?]
        do throws(GitError) { trees = try await edited(editor, tree, store) } catch {
            throw .store(error)
        }
        let names = ChangeNames(store: store, readings: plan.readings)
        var listed: [ChangedObject] = []
        tip = branch
        for (share, owner) in shares.owners.enumerated() {
            let described = try await names.describe(
                plan.changes, shares.places(of: share), listing: RunText.listed,
                naming: RunText.listed)
            let group = owner.authors.flatMap(credits.group)
            let signature = signature(of: owner)
            let who = owner.authors?.names ?? [signature.name]
            let commit = Commit(
                tree: try await topTree(trees[share]), parents: tip.map { [$0] } ?? [],
                author: signature, committer: identity,
                message: text.commit(by: who, described, group))
            let id = try await write(.commit, commit.bytes)
            tip = id
            if options.audit?.keepsEvidence == true {
                try await notes.add(group?.credited.map(\.event) ?? [], to: id)
            }
            for author in who where knownAuthors.insert(author).inserted { authors.append(author) }
            listed += described.listed
        }
        return listed
    }

    /// Writes notes on commits of earlier runs.
    ///
    /// - Parameter late: what each is to hold, the newest event first.
    mutating func note(_ late: [ObjectID: [AuditEvent]]) async throws(BackupError) {
        for (commit, events) in late { try await notes.add(events, to: commit) }
    }

    private func edited(
        _ editor: TreeEditor, _ tree: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) -> [ObjectID?] {
        try editor.apply(to: tree, in: store)
    }

    /// A tree with nothing in it is still a tree.
    private func topTree(_ tree: ObjectID?) async throws(BackupError) -> ObjectID {
        if let tree { return tree }
        return try await write(.tree, [])
    }

    private func write(_ kind: ObjectKind, _ bytes: [UInt8]) async throws(BackupError) -> ObjectID {
        try await storing { () async throws(GitError) in try await store.write(kind, bytes) }
    }

    /// Returns the run's record; writes its tag if there is a commit.
    mutating func record(
        _ types: [String: TypeRecord], _ audit: AuditRecord, before: ObjectID?, end: Date
    ) async throws(BackupError) -> RunRecord {
        var record = RunRecord(
            start: options.start.timestamp, end: end.timestamp, tenant: options.tenant,
            version: options.version, types: types, audit: audit, withheld: plan.withheld,
            branch: .init(
                name: options.branch.text, before: before.map { "\($0)" },
                after: (tip ?? before).map { "\($0)" }))
        guard let tip else { return record }
        let name = try await freeTagName()
        record.tag = name
        let tag = Tag(
            target: tip, kind: .commit, name: name, tagger: identity,
            message: text.tag(authors: authors, record))
        tagID = try await write(.tag, tag.bytes)
        self.tag = name
        return record
    }

    private func freeTagName() async throws(BackupError) -> String {
        try await RunTag(start: options.start.timestamp, format: options.tagFormat)
            .freeName(in: store, taken: taken)
    }

    /// Writes the run's record and its evidence, and returns the moves that make the run visible: of
    /// branch, tag, notes and run chain.
    func moves(
        _ record: RunRecord, _ parents: WalkedParents? = nil, branchBefore: ObjectID?,
        runsBefore: ObjectID?, notesBefore: ObjectID?
    ) async throws(BackupError) -> [RefUpdate] {
        var updates = [
            RefUpdate(
                .runs, from: runsBefore, to: try await writeRun(record, parents, after: runsBefore))
        ]
        if let tip {
            updates.append(RefUpdate(options.branch, from: branchBefore, to: tip))
        }
        let evidence = try await notes.commit(
            after: notesBefore, by: identity, text.evidence(record.start))
        if let evidence {
            updates.append(RefUpdate(.evidence, from: notesBefore, to: evidence))
        }
        if let tag, let tagID, let ref = RefName.tag(tag) {
            updates.append(RefUpdate(ref, from: nil, to: tagID, peeled: tip))
        }
        return updates
    }

    private func writeRun(
        _ record: RunRecord, _ parents: WalkedParents?, after last: ObjectID?
    ) async throws(BackupError) -> ObjectID {
        try await RunChain(store: store, identity: identity, text: text)
            .write(record, parents, after: last)
    }
}
