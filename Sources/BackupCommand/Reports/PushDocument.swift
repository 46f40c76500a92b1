import BackupEngine
import GitObjects
import GitRemote

/// What became of a push, in JSON.
struct PushDocument: Encodable, Sendable {
    private let record: PushRecord
    private let status: ExitStatus?

    /// - Parameter status: of a command that did nothing else.
    init(_ record: PushRecord, status: ExitStatus? = nil) {
        self.record = record
        self.status = status
    }

    private enum CodingKeys: CodingKey {
        case remote, outcome, refs, bytes, reason, hint, exitStatus
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(record.remote, forKey: .remote)
        try values.encode(record.failure == nil ? "done" : "failed", forKey: .outcome)
        let refs = record.refs.map { ($0.text, "\($1)") }
        try values.encode(Dictionary(uniqueKeysWithValues: refs), forKey: .refs)
        try values.encode(record.byteCount, forKey: .bytes)
        try values.encodeIfPresent(record.failure?.reason, forKey: .reason)
        try values.encodeIfPresent(record.failure?.hint, forKey: .hint)
        try values.encodeIfPresent(status?.rawValue, forKey: .exitStatus)
    }
}

/// What a person is told of a push.
struct PushReportLines: Sendable {
    private let record: PushRecord

    init(_ record: PushRecord) {
        self.record = record
    }

    func show(on console: Console) async {
        for message in record.messages { await console.detail("The remote says: \(message)") }
        guard let failure else { return await console.say(sentence) }
        await console.say(failure)
    }

    var status: ExitStatus { record.failure == nil ? .done : .notPushed }

    /// Why not all was pushed.
    var failure: CommandFailure? {
        record.failure.map {
            CommandFailure(
                "Could not push to \(record.remote)", reason: $0.reason, hint: $0.hint,
                status: .notPushed)
        }
    }

    private var sentence: String {
        guard !record.refs.isEmpty else { return "The remote \(record.remote) has all of it." }
        let kilobytes = (record.byteCount + 999) / 1_000
        return
            "Pushed \(record.refs.count.counted("ref")), \(kilobytes.grouped) KB, to \(record.remote)"
    }
}

/// What `fetch --json` prints.
struct FetchDocument: Encodable, Sendable {
    private let record: FetchRecord

    init(_ record: FetchRecord) {
        self.record = record
    }

    private enum CodingKeys: CodingKey { case remote, refs, diverged, missing, exitStatus }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(record.remote, forKey: .remote)
        let refs = record.refs.map { ($0.text, "\($1)") }
        try values.encode(Dictionary(uniqueKeysWithValues: refs), forKey: .refs)
        try values.encode(record.diverged.map(\.text), forKey: .diverged)
        if record.missing > 0 { try values.encode(record.missing, forKey: .missing) }
        try values.encode(record.status.rawValue, forKey: .exitStatus)
    }
}
