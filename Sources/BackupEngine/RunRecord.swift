package import FoundationEssentials
package import GitStore
import GraphCatalog

/// What one run did, as `run.json` holds it. It is where the next run reads where to go on.
package struct RunRecord: Codable, Sendable, Equatable {
    /// What this program reads and writes. Members are added within a schema, never changed.
    package static let knownSchema = 1

    package var schema = knownSchema
    /// ISO 8601, UTC, whole seconds.
    package var start: String
    package var end: String
    package var tenant: String
    /// The program's.
    package var version: String
    /// By the type's name.
    package var types: [String: TypeRecord]
    package var audit: AuditRecord
    /// Secrets left out.
    package var withheld: Int
    package var branch: BranchMove
    /// The tag's name without `refs/tags/`; `nil` if nothing changed.
    package var tag: String?

    /// The names of the types that were not read, or not all of them.
    var keptTypes: Set<String> { Set(types.filter { $0.value.outcome == .kept }.keys) }

    /// Where the branch stood and stands; 40 hexadecimal digits.
    package struct BranchMove: Codable, Sendable, Equatable {
        package var name: String
        package var before: String?
        package var after: String?
    }
}

/// How the reading of one type ended.
package struct TypeRecord: Codable, Sendable, Equatable {
    package enum Outcome: String, Codable, Sendable {
        /// All of it was read.
        case complete
        /// It failed; all it had stays as it was.
        case kept
        /// Not to be had here, which is no failure; what it once had stays.
        case skipped
    }

    package var outcome: Outcome
    /// Why it was kept or skipped, or is complete without something.
    package var reason: String?
    /// Lists that would have led to more of it, and that nobody here was ever permitted to read.
    package var without: [String]?
    /// Members that need a permission of their own, and what applications have added, as far as it
    /// was read.
    package var members: [String]?
    /// The same, as far as nobody here is permitted to read it.
    package var membersNotRead: [String]?
    /// What to do about it, if that is known. Shown, not recorded.
    package var hint: String?
    /// The filter of a narrowed read; empty if everything was asked for.
    package var scope: String?
    /// In the backup after this run.
    package var objects: Int
    package var created: Int?
    package var updated: Int?
    package var deleted: Int?
    package var requests: Int?
    /// Waited for throttle limits.
    package var waitSeconds: Double?
    /// Whether the run is incomplete because of it (exit status 3). Not recorded: `kept`, and
    /// skipped for want of a permission.
    package var isIncomplete: Bool

    package init(
        _ outcome: Outcome, reason: String? = nil, hint: String? = nil, scope: String? = nil,
        objects: Int, isIncomplete: Bool = false
    ) {
        self.outcome = outcome
        self.reason = reason
        self.hint = hint
        self.scope = scope
        self.objects = objects
        self.isIncomplete = isIncomplete
    }

    private enum CodingKeys: String, CodingKey {
        case outcome, reason, without, members, membersNotRead, scope, objects, created, updated,
            deleted, requests, waitSeconds
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        outcome = try values.decode(Outcome.self, forKey: .outcome)
        reason = try values.decodeIfPresent(String.self, forKey: .reason)
        without = try values.decodeIfPresent([String].self, forKey: .without)
        members = try values.decodeIfPresent([String].self, forKey: .members)
        membersNotRead = try values.decodeIfPresent([String].self, forKey: .membersNotRead)
        scope = try values.decodeIfPresent(String.self, forKey: .scope)
        objects = try values.count(.objects) ?? 0
        created = try values.count(.created)
        updated = try values.count(.updated)
        deleted = try values.count(.deleted)
        requests = try values.count(.requests)
        waitSeconds = try values.decodeIfPresent(Double.self, forKey: .waitSeconds)
        isIncomplete = outcome == .kept
    }
}

extension KeyedDecodingContainer {
    /// A number of things. Whoever wrote the record, sums and differences of such numbers fit.
    fileprivate func count(_ key: Key) throws -> Int? {
        try decodeIfPresent(Int.self, forKey: key).map { min(max($0, 0), 1 << 40) }
    }
}

/// What was read of one log that tells who made changes.
package struct LogRecord: Codable, Sendable, Equatable {
    /// As in ``AuditRecord``.
    package var outcome: TypeRecord.Outcome
    /// Why it was kept or skipped, or which part of it was not read.
    package var reason: String?
    /// What to do about it. Shown, not recorded.
    package var hint: String?
    package var from: String?
    package var to: String?
    /// As in ``AuditRecord``.
    package var lost: [String]?
    package var requests: Int

    init(_ outcome: TypeRecord.Outcome, requests: Int) {
        self.outcome = outcome
        self.requests = requests
    }

    private enum CodingKeys: String, CodingKey {
        case outcome, reason, from, to, lost, requests
    }
}

/// What was read of Entra's audit log, and of others.
package struct AuditRecord: Codable, Sendable, Equatable {
    /// `kept` if not all of the window was read, or not all of it used: the marks stay.
    package var outcome: TypeRecord.Outcome
    /// Why it was kept or skipped, or which part of it was not read.
    package var reason: String?
    /// What to do about it. Shown, not recorded.
    package var hint: String?
    /// The window that was read, ISO 8601.
    package var from: String?
    package var to: String?
    /// Parts of the window that the service could not send, as ISO 8601 intervals. They are not
    /// asked for again.
    package var lost: [String]?
    package var requests: Int
    /// IDs of the events that told who made this run's changes, and of those before that the next
    /// run may read again. No event is used twice.
    package var used: [String]
    /// What was made and undone between two runs, at most 100 events, one line each.
    package var undone: [String]
    /// All of them, if there are more.
    package var undoneCount: Int?
    /// How many events were noted on commits of earlier runs, for which they came too late, by the
    /// commit's ID.
    package var noted: [String: Int]?
    /// The start of each type's last complete read with a finished sweep, by its name.
    package var marks: [String: String]?
    /// Other logs, for types that Entra's own does not tell of, by name.
    package var logs: [String: LogRecord]?
    /// Seconds that the service's clock was ahead of this machine's, negative if it was behind; `nil`
    /// if both agreed. All times here are of the service's clock, those of the run of the machine's.
    package var clockOffset: Double?

    package init(
        _ outcome: TypeRecord.Outcome, reason: String? = nil, requests: Int = 0,
        used: [String] = [], undone: [String] = [], marks: [String: String]? = nil
    ) {
        self.outcome = outcome
        self.reason = reason
        self.requests = requests
        self.used = used
        self.undone = undone
        self.marks = marks
    }

    private enum CodingKeys: String, CodingKey {
        case outcome, reason, from, to, lost, requests, used, undone, undoneCount, noted, marks,
            logs,
            clockOffset
    }

    /// Nobody asked for it: changes are committed in the configured name.
    package static let notRead = AuditRecord(.skipped)
}

/// What a run gives back to whoever started it.
package struct BackupResult: Sendable {
    /// As published; of a dry run, as it would be.
    package let record: RunRecord
    /// What changed: in a dry run everything, in path order; else what the commits' texts list.
    package let changes: [ChangedObject]
    /// Types kept, or skipped for want of a permission (exit status 3).
    package let isIncomplete: Bool
    /// `nil` if there is no remote.
    package var push: PushRecord?
    /// Why the run may not be on the disk although it is published; `nil` if it is.
    package var unsynced: GitError?
}

/// One object that a run creates, updates or deletes.
package struct ChangedObject: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case created = "A"
        case updated = "M"
        case deleted = "D"
    }

    package let kind: Kind
    /// The type's name.
    package let type: String
    /// From the top of the tree to the file.
    package let path: String
    /// Its display name, else its ID. A tenant's text: show it escaped.
    package let name: String
}

extension Date {
    /// `2026-11-01T02:00:00Z`
    package var timestamp: String { formatted(.iso8601) }
}
