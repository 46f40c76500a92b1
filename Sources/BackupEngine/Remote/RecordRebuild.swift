import FoundationEssentials
import GitObjects
import GitStore

/// Makes the record and the tag of a run whose commits are there without them.
///
/// A push to a host that cannot move refs together may have ended after the branch. What the commits
/// say of their run is enough for the next one to go on from: when it began, and which events it used.
struct RecordRebuild {
    let options: BackupOptions
    let store: GitStore
    let taken: Set<RefName>

    /// Looks at the branch's tip, and makes what is missing.
    func run(_ tell: @Sendable (BackupEvent) async -> Void) async throws(BackupError) {
        let (tip, runs) = try await storing { () async throws(GitError) in
            (try await store.readRef(options.branch), try await store.readRef(.runs))
        }
        guard let tip else { return }
        var last: RunRecord?
        if let runs {
            let commit = try await storing { () async throws(GitError) in
                try await store.commit(runs)
            }
            last = try await readRecord(of: commit, in: store)
        }
        let commits = try await commits(ofRunAt: tip, after: last?.branch.after)
        guard let newest = commits.first, let oldest = commits.last,
            let start = newest.commit.trailers[RunText.runKey]?.first,
            let date = Date(timestamp: start)
        else { return }
        // A record in the name of another tenant would hide whose commits these are.
        try await options.refuseOtherTenant(at: tip, after: last, in: store)
        let follows = oldest.parent.map { "\($0)" } == last?.branch.after
        if !follows, try await isRecorded(newest.id, start, last, runs) { return }
        try await write(record(of: commits, start, after: last), date, tip, runs)
        await tell(.rebuilt(run: start))
    }

    /// Whether a record tells of the run with this newest commit, as after a person has moved the
    /// branch back. Which of two runs was later, their times do not tell: a clock may have been wrong.
    private func isRecorded(
        _ commit: ObjectID, _ start: String, _ last: RunRecord?, _ runs: ObjectID?
    ) async throws(BackupError) -> Bool {
        // Most often somebody else's commits stand between both runs.
        if let end = last?.branch.after.flatMap({ ObjectID(hex: $0) }) {
            let isLater = try await storing { () async throws(GitError) in
                try await store.isAncestor(end, of: commit)
            }
            if isLater { return false }
        }
        var next = runs
        while let id = next {
            let run = try await storing { () async throws(GitError) in try await store.commit(id) }
            let record = try await readRecord(of: run, in: store)
            if record.branch.after == "\(commit)" || record.start == start { return true }
            next = try await storing { () async throws(GitError) in
                try await store.parents(of: id, on: .runs).first
            }
        }
        return false
    }

    private typealias Found = (id: ObjectID, commit: Commit, parent: ObjectID?)

    /// The commits of the run that the tip belongs to, the newest first, down to the last run's tip.
    /// Those that a disk without history lacks are fetched.
    private func commits(
        ofRunAt tip: ObjectID, after last: String?
    ) async throws(BackupError) -> [Found] {
        try await storing { () async throws(GitError) in
            var commits: [Found] = []
            var next: ObjectID? = tip
            var run: String?
            while let id = next, "\(id)" != last {
                let commit = try await store.commit(id)
                let own = commit.trailers[RunText.runKey]?.first
                guard own != nil, run == nil || own == run else { break }
                run = own
                next = try await store.parents(of: id, on: .branch).first
                commits.append((id, commit, next))
            }
            return commits
        }
    }

    private func record(
        of commits: [Found], _ start: String, after last: RunRecord?
    ) -> RunRecord {
        var audit = AuditRecord(
            .kept, reason: "The record of this run was lost and made anew from its commits",
            marks: last?.audit.marks)
        let events = commits.flatMap { $0.commit.trailers["Audit-Event"] ?? [] }.compactMap {
            $0.split(separator: ";").last.map { String($0).trimmed }
        }
        audit.used = Set((last?.audit.used ?? []) + events).sorted()
        let before = commits.last?.parent.map { "\($0)" } ?? last?.branch.after
        return RunRecord(
            start: start, end: start, tenant: options.tenant, version: options.version,
            types: (last?.types ?? [:]).mapValues(\.unchanged), audit: audit, withheld: 0,
            branch: .init(
                name: options.branch.text, before: before,
                after: commits.first.map { "\($0.id)" }))
    }

    private func write(
        _ record: RunRecord, _ start: Date, _ tip: ObjectID, _ runs: ObjectID?
    ) async throws(BackupError) {
        let identity = Signature(
            name: options.identityName, email: options.identityEmail,
            time: Int64(start.timeIntervalSince1970))
        let text = RunText(
            start: start, tenant: options.tenant, resources: [:], root: options.root,
            skipsCI: options.skipsCI)
        var record = record
        let name = try await RunTag(start: record.start, format: options.tagFormat)
            .freeName(in: store, taken: taken)
        record.tag = name
        let tag = Tag(
            target: tip, kind: .commit, name: name, tagger: identity,
            message: text.tag(authors: [], record))
        let chain = RunChain(store: store, identity: identity, text: text)
        let commit = try await chain.write(record, after: runs)
        try await storing { () async throws(GitError) in
            let tagID = try await store.write(.tag, tag.bytes)
            var updates = [RefUpdate(.runs, from: runs, to: commit)]
            if let ref = RefName.tag(name) {
                updates.append(RefUpdate(ref, from: nil, to: tagID, peeled: tip))
            }
            try await store.publish(updates)
        }
    }
}

extension TypeRecord {
    /// The type as it was, as far as anybody knows.
    fileprivate var unchanged: TypeRecord {
        var record = self
        (record.created, record.updated, record.deleted) = (nil, nil, nil)
        (record.requests, record.waitSeconds) = (nil, nil)
        // What the lost run could read nobody knows. A list that is refused now is no longer refused
        // as ever, so what it led to is kept.
        record.without = nil
        return record
    }
}

extension Commit {
    /// The lines `Key: value` at the end of the text, by their keys.
    var trailers: [String: [String]] {
        let block = message.split(separator: "\n\n").last ?? ""
        var trailers: [String: [String]] = [:]
        for line in block.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            trailers[String(parts[0]), default: []].append(String(parts[1]).trimmed)
        }
        return trailers
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
