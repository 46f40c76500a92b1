import BackupEngine
import FoundationEssentials
import GitObjects

/// What `--json` prints when a command fails.
struct FailureDocument: Encodable, Sendable {
    private struct Reasons: Encodable {
        let message: String
        let reason: String?
        let hint: String?

        private enum CodingKeys: CodingKey { case message, reason, hint }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(message, forKey: .message)
            try values.encode(reason, forKey: .reason)  // null if there is none
            try values.encode(hint, forKey: .hint)
        }
    }

    private let error: Reasons
    private let exitStatus: Int32

    init(_ failure: CommandFailure) {
        error = Reasons(message: failure.message, reason: failure.reason, hint: failure.hint)
        exitStatus = failure.status.rawValue
    }
}

/// What `backup --json` prints: the run record, and how the run ended.
struct BackupDocument: Encodable, Sendable {
    /// One object that would change.
    private struct Change: Encodable {
        let kind: String
        let type: String
        let path: String
        let name: String
    }

    private let record: RunRecord
    private let exitStatus: Int32
    private let push: PushDocument?
    /// Only of a dry run.
    private let changes: [Change]?

    init(
        _ record: RunRecord, _ status: ExitStatus, push: PushRecord? = nil,
        wouldChange changes: [ChangedObject]?
    ) {
        self.record = record
        self.push = push.map { PushDocument($0) }
        exitStatus = status.rawValue
        self.changes = changes?.map {
            Change(kind: $0.kind.rawValue, type: $0.type, path: $0.path, name: $0.name)
        }
    }

    private enum CodingKeys: CodingKey { case exitStatus, push, dryRun, changes }

    func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(exitStatus, forKey: .exitStatus)
        try values.encode(push, forKey: .push)  // null if there is no remote
        guard let changes else { return }
        try values.encode(true, forKey: .dryRun)
        try values.encode(changes, forKey: .changes)
    }
}

/// One run in `log --json`: its record and its commits.
struct LoggedRunDocument: Encodable, Sendable {
    private struct Author: Encodable {
        let name: String
        let email: String
        let date: String
    }

    private struct CommitDocument: Encodable {
        let id: String
        let author: Author
        let subject: String
    }

    private let run: LoggedRun

    init(_ run: LoggedRun) {
        self.run = run
    }

    private enum CodingKeys: CodingKey { case commits }

    func encode(to encoder: any Encoder) throws {
        try run.record.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        let commits = run.commits.map { commit in
            CommitDocument(
                id: "\(commit.id)",
                author: Author(
                    name: commit.author.name, email: commit.author.email,
                    date: Date(timeIntervalSince1970: Double(commit.author.time)).timestamp),
                subject: commit.subject)
        }
        try values.encode(commits, forKey: .commits)
    }
}
