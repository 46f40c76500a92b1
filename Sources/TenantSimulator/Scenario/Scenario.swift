/// Changes to a tenant with the people and programs who made them.
///
/// ```json
/// {"actors": {"adele": {"user": "adele@contoso.com"}, "sync": {"app": "<service principal ID>"}},
///  "changes": [
///    {"at": "-3d", "actor": "adele", "create": "users", "object": {"id": "…", …}},
///    {"at": "-2d", "actor": "sync", "update": "groups/<id>", "with": {"description": "…"}},
///    {"at": "-90m", "actor": "adele", "delete": "users/<id>"},
///    {"at": "-1h", "actor": "adele", "add": "groups/<id>/members", "reference": "<user ID>"},
///    {"at": "-30m", "actor": "adele", "remove": "groups/<id>/members", "reference": "<user ID>"}],
///  "events": []}
/// ```
///
/// - `at` is a date-time, or an age in seconds, minutes, hours or days before now.
/// - `"logged": "10m"` makes the events of a change appear that long after it, `"audit": false`
///   not at all; `"events": [{…}]` puts others in their place. `events` of the whole are added as
///   they are; their `activityDateTime` may be relative. A `service` is an actor that nobody asked:
///   `{"clock": {"service": "Azure AD PIM"}}` deletes what expires. What has an `eventDataId` is of Azure's
///   Activity Log, what has an `activityOperationType` of Intune's.
/// - Azure's objects are below `arm`, by IDs whose slashes are `%2F`. They note who made them. Groups
///   of resources, `arm/resourceGroups/<ID>`, can only be deleted, with all that is in them.
package struct Scenario: Sendable {
    struct Change: Sendable {
        enum Action: Sendable {
            case create(TenantPath, JSON)
            case update(TenantPath, JSON)
            case delete(TenantPath)
            case add(TenantPath, JSONText)
            case remove(TenantPath, JSONText)
        }

        var at: String
        var actor: Actor?
        var action: Action
        var delay: String?
        var isAudited: Bool
        var events: [JSON]?
    }

    /// Who did it, as the audit log names them.
    enum Actor: Sendable {
        case user(String)
        case app(String)
        /// A part of the service that does what nobody asked for, by its name.
        case service(String)
    }

    var changes: [Change]
    var events: [JSON]

    package init(parsing text: String) throws { try self.init(JSON(parsing: text)) }

    package init(file: String) throws {
        try self.init(JSON(parsing: contents(of: file)))
    }

    init(_ json: JSON) throws {
        var actors: [String: Actor] = [:]
        for member in json["actors"]?.members ?? [] {
            if let user = member.value["user"]?.string { actors[member.name.string] = .user(user) }
            if let app = member.value["app"]?.string { actors[member.name.string] = .app(app) }
            if let name = member.value["service"]?.string {
                actors[member.name.string] = .service(name)
            }
        }
        changes = try (json["changes"]?.elements ?? []).map { try Change($0, actors) }
        events = json["events"]?.elements ?? []
    }
}

extension Scenario.Change {
    fileprivate init(_ json: JSON, _ actors: [String: Scenario.Actor]) throws {
        at = json["at"]?.string ?? "now"
        delay = json["logged"]?.string
        isAudited = json["audit"]?.bool ?? true
        events = json["events"]?.elements
        if let name = json["actor"]?.string {
            guard let actor = actors[name] else {
                throw FixtureError(description: "The scenario has no actor “\(name)”")
            }
            self.actor = actor
        }
        action = try Action(json)
    }
}

extension Scenario.Change.Action {
    fileprivate init(_ json: JSON) throws {
        func path(_ name: JSONText) -> TenantPath? {
            json[name]?.string.map { TenantPath(segments: ResourceType.segments($0)) }
        }
        if let path = path("create"), let object = json["object"] {
            self = .create(path, object)
        } else if let path = path("update"), let patch = json["with"] {
            self = .update(path, patch)
        } else if let path = path("delete") {
            self = .delete(path)
        } else if let path = path("add"), let reference = json["reference"]?.text {
            self = .add(path, reference)
        } else if let path = path("remove"), let reference = json["reference"]?.text {
            self = .remove(path, reference)
        } else {
            throw FixtureError(
                description: "A change of the scenario says nothing: \(json.compact)")
        }
    }
}

/// Returns the moment a text means: a date-time, `now`, or an age such as `-3d`, `-90m`, `10s`.
func moment(_ text: String, now: Timestamp) -> Timestamp? {
    if text == "now" { return now }
    if let seconds = duration(text) { return now + seconds }
    return Timestamp(text)
}

/// Returns the seconds a text such as `-3d` or `10m` means.
func duration(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let last = text.last, let unit = units[last], let count = Double(text.dropLast()) else {
        return nil
    }
    return count * unit
}

extension Tenant {
    /// Makes the changes of a scenario and logs them as the service would.
    ///
    /// - Throws: if a change names nothing that is there. What came before it stays changed.
    mutating func play(_ scenario: Scenario, now: Timestamp) throws {
        for change in scenario.changes {
            guard let time = moment(change.at, now: now) else {
                throw FixtureError(description: "“\(change.at)” is not a time")
            }
            let events = try apply(
                change.action, Writers(tenant: self, actor: change.actor, time: time))
            let visible = time + (change.delay.flatMap(duration) ?? 0)
            guard change.isAudited else { continue }
            for event in change.events ?? events { log(event, time, visible) }
        }
        for event in scenario.events {
            let time = (event["eventTimestamp"] ?? event["activityDateTime"])?.string.flatMap {
                moment($0, now: now)
            }
            log(event, time ?? now, time ?? now)
        }
    }

    private mutating func log(_ event: JSON, _ time: Timestamp, _ visible: Timestamp) {
        var event = event
        let log = AuditEvent.Log(of: event)
        let member: JSONText = log == .azure ? "eventTimestamp" : "activityDateTime"
        // Some services log seconds after the fact.
        let time = event[member]?.string.flatMap { Timestamp($0) } ?? time
        event[member] = JSON(time.iso(fraction: 7))
        events.append(
            AuditEvent(log: log, time: time, visibleFrom: max(visible, time), json: event))
    }

    private mutating func apply(
        _ action: Scenario.Change.Action, _ writers: Writers
    ) throws -> [JSON] {
        switch action {
        case .create(let path, let object):
            var object = object
            if object["id"] == nil, object["tenantId"] == nil { object["id"] = JSON(newGUID()) }
            object = writers.stamped(object, path, isNew: true)
            insert(object, into: path)
            return writers.events(.add, path, before: nil, after: object)
        case .update(let path, let patch):
            let patch = writers.stamped(patch, path, isNew: false)
            guard let (before, after) = update(path, with: patch) else { throw missing(path) }
            return writers.events(.update, path, before: before, after: after)
        case .delete(let path):
            if let group = ActivityWriter.group(at: path) {
                removeAzure(in: group)
                return writers.events(.delete, path, before: ["id": JSON(group)], after: nil)
            }
            guard let before = remove(path) else { throw missing(path) }
            return writers.events(.delete, path, before: before, after: nil)
        case .add(let path, let id):
            guard let target = directoryObject(id) else { throw missing(path.appending(id)) }
            insert(.string(id), into: path)
            return writers.directory.events(.add, reference: target, in: path)
        case .remove(let path, let id):
            guard let target = directoryObject(id), remove(path.appending(id)) != nil else {
                throw missing(path.appending(id))
            }
            return writers.directory.events(.delete, reference: target, in: path)
        }
    }

    private func missing(_ path: TenantPath) -> FixtureError {
        FixtureError(description: "The scenario names \(path.text), which is not there")
    }
}

/// Who writes down one change: the part of the service that keeps the object.
private struct Writers {
    let directory: AuditWriter
    private let intune: IntuneWriter
    private let azure: ActivityWriter

    init(tenant: Tenant, actor: Scenario.Actor?, time: Timestamp) {
        directory = AuditWriter(tenant: tenant, actor: actor, time: time)
        intune = IntuneWriter(tenant: tenant, actor: actor)
        azure = ActivityWriter(tenant: tenant, actor: actor, time: time)
    }

    /// Azure's objects note themselves who made them.
    func stamped(_ object: JSON, _ path: TenantPath, isNew: Bool) -> JSON {
        ActivityWriter.keeps(path) ? azure.stamped(object, path, isNew: isNew) : object
    }

    func events(
        _ operation: AuditWriter.Operation, _ path: TenantPath, before: JSON?, after: JSON?
    ) -> [JSON] {
        if ActivityWriter.keeps(path) {
            return azure.events(operation, path, after ?? before ?? .null)
        }
        if IntuneWriter.keeps(path) {
            return intune.events(operation, path, before: before, after: after)
        }
        return directory.events(operation, path, before: before, after: after)
    }
}

extension AuditEvent.Log {
    fileprivate init(of event: JSON) {
        self =
            event["eventDataId"] != nil
            ? .azure : event["activityOperationType"] != nil ? .intune : .directory
    }
}

extension SimulatedTenant {
    /// Changes the tenant as the scenario says; ages count from the simulator's clock.
    package func play(_ scenario: Scenario) throws { try simulation.play(scenario) }
}

extension Simulation {
    func play(_ scenario: Scenario) throws {
        let now = clock.now
        let failure = change { state -> FixtureError? in
            do {
                try state.tenant.play(scenario, now: now)
                return nil
            } catch {
                return error as? FixtureError ?? FixtureError(description: "\(error)")
            }
        }
        if let failure { throw failure }
    }
}
