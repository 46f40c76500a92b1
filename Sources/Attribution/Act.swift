/// What somebody did once, however many services logged it.
struct Act: Sendable {
    /// As the service nearest to the act logged it.
    var event: AuditEvent
    /// As the others logged it.
    var twins: [AuditEvent] = []
    var actor: Actor?
    /// The earliest of the events; services log some seconds after the fact.
    var time: Moment

    init(_ event: AuditEvent) {
        self.event = event
        actor = event.actor
        time = event.time
    }

    var events: [AuditEvent] { [event] + twins }

    /// Takes the directory's own event of the act in. The service named a person where it knew one;
    /// the directory may name the service instead.
    mutating func join(_ twin: AuditEvent) {
        twins.append(twin)
        time = min(time, twin.time)
        guard !event.isUnattended, actor == nil || actor?.kind == .service else { return }
        if twin.actor?.kind == .person || actor == nil { actor = twin.actor }
    }
}

/// Finds the directory's own events of what other services logged too.
///
/// Conditional access, PIM and others log what they do, and the directory logs what that did to it,
/// within the minute. Both are one act if they name the same object and role, both did the same to
/// it, and the directory names the same actor, nobody, or a service that stands in for people.
struct TwinFinder {
    private static let directory = "Core Directory"
    private static let window: Int64 = 60 * 10_000_000

    private let events: [AuditEvent]
    private var byTarget: [String: [Int]] = [:]
    private var isTaken: [Bool]

    /// - Parameter events: the oldest first.
    private init(_ events: [AuditEvent]) {
        self.events = events
        isTaken = events.map { _ in false }
        let named = Set(
            events.lazy.filter { $0.service != Self.directory }.flatMap(\.targets).compactMap(\.id))
        guard !named.isEmpty else { return }
        for (place, event) in events.enumerated() where event.service == Self.directory {
            for id in Set(event.targets.compactMap(\.id)).intersection(named) {
                byTarget[id, default: []].append(place)
            }
        }
    }

    static func acts(_ events: [AuditEvent]) -> [Act] {
        var finder = TwinFinder(events)
        var acts: [Int: Act] = [:]
        for (place, event) in events.enumerated() where event.service != directory {
            acts[place] = Act(event)
            guard let twin = finder.twin(of: event) else { continue }
            finder.isTaken[twin] = true
            acts[place]?.join(events[twin])
        }
        return events.indices.compactMap { place in
            acts[place] ?? (finder.isTaken[place] ? nil : Act(events[place]))
        }
    }

    /// Returns the nearest in time of those that share the object fewest others are about.
    private func twin(of event: AuditEvent) -> Int? {
        let near = Set(event.targets.compactMap(\.id)).map { id in
            window(of: byTarget[id] ?? [], around: event.time)
        }
        for places in near.sorted(by: { ($0.count, $0.first ?? 0) < ($1.count, $1.first ?? 0) }) {
            let twins = places.filter { !isTaken[$0] && isTwin(events[$0], of: event) }
            if let twin = twins.min(by: { distance($0, event) < distance($1, event) }) {
                return twin
            }
        }
        return nil
    }

    private func distance(_ place: Int, _ event: AuditEvent) -> Int64 {
        abs(events[place].time.ticks - event.time.ticks)
    }

    private func window(of places: [Int], around time: Moment) -> ArraySlice<Int> {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if events[places[middle]].time.ticks < time.ticks - Self.window {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return places[low...].prefix { events[$0].time.ticks <= time.ticks + Self.window }
    }

    private func isTwin(_ twin: AuditEvent, of event: AuditEvent) -> Bool {
        guard twin.operation == event.operation, twin.isJoin == event.isJoin else { return false }
        let (roles, others) = (event.roles, twin.roles)
        guard roles.isEmpty || others.isEmpty || !roles.isDisjoint(with: others) else {
            return false
        }
        guard let actor = twin.actor, actor.kind != .service else { return true }
        guard !event.isUnattended else { return false }
        guard let known = event.actor else { return true }
        return known.key == actor.key || known.kind == .service
    }
}

extension AuditEvent {
    /// What the event calls the role it is about.
    fileprivate var roles: Set<String> {
        var names: Set<String> = []
        for target in targets {
            if target.type == "Role" {
                names.formUnion([target.id, target.displayName].compactMap { $0.map(folded) })
            }
            for property in target.properties where property.name.hasPrefix("Role.") {
                let values = [property.new, property.old].compactMap(Property.text)
                names.formUnion(values.map(folded))
            }
        }
        return names
    }
}
