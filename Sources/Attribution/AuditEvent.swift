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
    /// Whether it was done: neither in vain, nor merely asked for.
    package let isSuccess: Bool
    /// `nil` if the log names nobody, or says that nobody acted.
    package internal(set) var actor: Actor?
    package let targets: [Target]
    package let additionalDetails: [(key: String, value: String)]
    /// The event as the log has it, secrets and all: only its canonical form is for others.
    package let evidence: [UInt8]

    let operation: Operation
    /// Whether it neither makes nor removes anything.
    package var changesWhatIsThere: Bool { operation == .update }
    /// Whether something joined something else, or parted from it. PIM does nothing else, and names
    /// all that it is concerned with.
    var isJoin: Bool
    let isUnattended: Bool
    let isActorNamed: Bool
    /// Everything the event calls its actor besides, in lower case.
    let actorNames: Set<String>
    /// An object says it of itself, and no log has it.
    package internal(set) var isStatement = false
    /// It tells only of the end of what objects are in.
    package var isOfEnd = false
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
            let time = json["activityDateTime"]?.string.flatMap(Moment.init)
        else { return nil }
        let activity = json["activityDisplayName"]?.string ?? ""
        let service = json["loggedByService"]?.string ?? ""
        let isPIM = service == "PIM"
        let type = json["operationType"]?.string
        let isJoin = isPIM || type == "Assign" || type == "Unassign"
        let targets = (json["targetResources"]?.array ?? []).map {
            Target($0, id: "id", type: $0["type"] == nil ? "Type" : "type")
        }
        self.init(
            id: id, time: time, activity: activity, service: service,
            category: json["category"]?.string ?? "",
            isSuccess: json["result"]?.string == "success"
                && !(isPIM && Self.isAsking(activity)),
            // PIM calls most of what it does an update of its own requests.
            operation: Operation(activity, type: isPIM ? nil : type, of: isJoin ? nil : targets),
            initiator: Initiator(json["initiatedBy"], applications: applications),
            targets: targets,
            additionalDetails: (json["additionalDetails"]?.array ?? []).compactMap { detail in
                guard let key = detail["key"]?.string else { return nil }
                return (key, detail["value"]?.string ?? "")
            }, evidence: Array(json.bytes), isJoin: isJoin)
    }

    /// Whether PIM was only asked to do something, or not to. What it did is logged besides.
    private static func isAsking(_ activity: String) -> Bool {
        [" requested", " request approved", " denied", " canceled"].contains(
            where: activity.contains)
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
    /// object (`Add service principal credentials`) from that of one. So does the activity where the
    /// target is of a known kind: who deletes a user's key changes the user.
    ///
    /// - Parameter targets: `nil` if something joined something else, or parted from it.
    fileprivate init(_ activity: String, type: String?, of targets: [AuditEvent.Target]?) {
        self.init(activity, type: type)
        guard let targets, self == .creation || self == .deletion else { return }
        let isPart = [" for ", " from ", " to "].contains(where: activity.contains)
        let kinds = Self.kinds.intersection(targets.map { folded($0.type) })
        let name = folded(activity.filter { $0 != " " })
        if isPart || !kinds.isEmpty && !kinds.contains(where: name.hasSuffix) { self = .update }
    }

    private static let kinds: Set = ["user", "group", "application", "serviceprincipal", "device"]

    private init(_ activity: String, type: String?) {
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
