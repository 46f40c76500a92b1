package import CanonicalJSON
import GraphCatalog

/// One event of a log, or what an object says itself.
package struct AuditEvent: Sendable {
    /// Something the event is about.
    package struct Target: Sendable {
        package let type: String
        package let id: String?
        package let displayName: String?
        package let userPrincipalName: String?
        package let properties: [Property]
    }

    /// A property the event says was changed. Values are JSON, as the log has them, or text that
    /// is not; long ones may be cut off.
    package struct Property: Sendable {
        package let name: String
        package let old: String?
        package let new: String?
    }

    /// What an event did to what it is about.
    enum Operation: Sendable {
        case creation, restoration, deletion, update
    }

    /// Opaque; events are told apart by it.
    package let id: String
    package let time: Moment
    package let activity: String
    package let service: String
    package let category: String
    package let isSuccess: Bool
    /// `nil` if the log names nobody, or says that nobody acted.
    package internal(set) var actor: Actor?
    package let targets: [Target]
    package let additionalDetails: [(key: String, value: String)]
    /// The event as canonical JSON, secrets withheld.
    package let evidence: [UInt8]

    let operation: Operation
    /// Whether it neither makes nor removes anything.
    package var changesWhatIsThere: Bool { operation == .update }
    /// Whether the service says that something joined something else, or parted from it.
    let isJoin: Bool
    let isUnattended: Bool
    let isActorNamed: Bool
    /// Everything the event calls its actor besides, in lower case.
    let actorNames: Set<String>
    /// An object says it of itself, and no log has it.
    package internal(set) var isStatement = false
    /// What the log is about. Entra's tells of parts of the other services too; theirs tell of
    /// nothing but themselves, whatever IDs they name.
    var form = AuditSource.Form.directory

    init(
        id: String, time: Moment, activity: String, service: String, category: String,
        isSuccess: Bool, operation: Operation, initiator: Initiator, targets: [Target],
        additionalDetails: [(key: String, value: String)] = [], evidence: [UInt8],
        isJoin: Bool = false
    ) {
        self.id = id
        self.time = time
        self.activity = activity
        self.service = service
        self.category = category
        self.isSuccess = isSuccess
        actor = initiator.actor
        isUnattended = initiator.isUnattended
        isActorNamed = initiator.isNamed
        actorNames = initiator.names
        self.targets = targets
        self.additionalDetails = additionalDetails
        self.evidence = evidence
        self.operation = operation
        self.isJoin = isJoin
    }

    /// Reads one event of `auditLogs/directoryAudits`; `nil` if it has no ID or time.
    ///
    /// - Parameter applications: the display name of a service principal, by its ID in lower case.
    package init?(
        _ json: JSONValue, applications: (String) -> String? = { _ in nil }
    ) {
        guard let id = json["id"]?.string, !id.isEmpty,
            let time = json["activityDateTime"]?.string.flatMap(Moment.init),
            let evidence = try? canonicalized(Array(json.bytes))
        else { return nil }
        let activity = json["activityDisplayName"]?.string ?? ""
        let type = json["operationType"]?.string
        self.init(
            id: id, time: time, activity: activity,
            service: json["loggedByService"]?.string ?? "",
            category: json["category"]?.string ?? "",
            isSuccess: json["result"]?.string == "success",
            operation: Operation(activity, type: type),
            initiator: Initiator(json["initiatedBy"], applications: applications),
            targets: (json["targetResources"]?.array ?? []).map {
                Target($0, id: "id", type: $0["type"] == nil ? "Type" : "type")
            },
            additionalDetails: (json["additionalDetails"]?.array ?? []).compactMap { detail in
                guard let key = detail["key"]?.string else { return nil }
                return (key, detail["value"]?.string ?? "")
            }, evidence: evidence, isJoin: type == "Assign" || type == "Unassign")
    }
}

extension AuditEvent.Target {
    /// - Parameters:
    ///   - id: the member that holds the ID.
    ///   - type: likewise.
    init(_ json: JSONValue, id: String, type: String) {
        self.type = json[type]?.string ?? ""
        self.id = json[id]?.string.flatMap { $0.isEmpty ? nil : folded($0) }
        displayName = json["displayName"]?.string
        userPrincipalName = json["userPrincipalName"]?.string
        properties = (json["modifiedProperties"]?.array ?? []).compactMap { property in
            guard let name = property["displayName"]?.string else { return nil }
            return AuditEvent.Property(
                name: name, old: property["oldValue"]?.string, new: property["newValue"]?.string)
        }
    }
}

extension AuditEvent.Operation {
    /// The type of operation is the service's word for the request, so it tells an addition to an
    /// object (`Add service principal credentials`) from that of one.
    fileprivate init(_ activity: String, type: String?) {
        let word = activity.prefix { $0 != " " }
        switch (word, type) {
        case ("Restore", _), ("Recover", _), ("Undelete", _): self = .restoration
        case (_, "Update"): self = .update
        case ("Delete", _), ("Remove", _), ("Hard", _), (_, "Delete"): self = .deletion
        case ("Add", _), ("Create", _), ("Invite", _), ("Register", _), (_, "Add"):
            self = .creation
        default: self = .update
        }
    }
}

extension AuditEvent.Property {
    /// The text a value stands for: `"text"` and `["text"]` are `text`, `[true]` is
    /// `true`.
    static func text(_ value: String?) -> String? {
        guard let value else { return nil }
        let bytes = Array(value.utf8)
        guard bytes.first == 0x22 || bytes.first == 0x5B else { return value }
        if bytes.count > 1, bytes[0] == 0x22, bytes.last == 0x22, !bytes.contains(0x5C) {
            return String(decoding: bytes[1..<bytes.count - 1], as: UTF8.self)
        }
        guard let json = try? JSONValue(parsing: bytes) else { return value }
        let list = json.array ?? []
        guard list.count == 1 else { return json.string ?? value }
        return list[0].string ?? String(decoding: list[0].bytes, as: UTF8.self)
    }

    /// Whether one of the values is this text, however its letters are cased.
    func holds(_ text: String) -> Bool {
        [new, old].contains { Self.text($0).map(folded) == text }
    }
}
