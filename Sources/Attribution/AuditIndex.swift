package import GraphCatalog

/// The events of a sweep, found by what they are about.
///
/// Failures and what earlier runs used are never found. What several services logged is one act
/// (``Match/twins``), and who is named differently from event to event has one name, the newest.
///
/// - Cost: linear in the events, and in the few acts that name the same IDs for each question.
package struct AuditIndex: Sendable {
    /// Every event, once by its ID, the oldest first; twins, failures and used ones too.
    package let events: [AuditEvent]

    let acts: [Act]
    let words: AuditWords
    private let isKnown: @Sendable (String) -> Bool
    /// Acts about an object, by its ID; without ``joins``, which leave the object as it is.
    private var about: [String: [Int32]] = [:]
    /// Of those, acts that create, delete or restore.
    private var lives: [String: [Int32]] = [:]
    /// Acts that let objects join others or part from them, by every ID they name.
    private var joins: [String: [Int32]] = [:]
    /// By their activity in lower case; again without joins.
    private var activities: [String: [Int32]] = [:]
    /// Who somebody is, by everything that events call them.
    private var people: [String: Actor] = [:]
    /// Hashes of all IDs above.
    private var named: Set<UInt64> = []

    /// - Parameters:
    ///   - used: IDs of events that earlier runs used.
    ///   - words: of the types that changes may be of.
    ///   - isKnown: whether an ID, in lower case, is that of an object of the tenant.
    package init(
        _ events: [AuditEvent], used: Set<String> = [], words: AuditWords = .catalog,
        isKnown: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.words = words
        self.isKnown = isKnown
        var known: Set<String> = []
        let unique = events.filter { known.insert($0.id).inserted }.sorted { $0.time < $1.time }
        self.events = Self.named(Self.joining(unique, words))
        acts = TwinFinder.acts(self.events.filter { $0.isSuccess })
            .filter { act in !act.events.contains { used.contains($0.id) } }
        for event in self.events {
            guard let actor = event.actor else { continue }
            let own = [actor.id, actor.email.map(folded) ?? ""].filter { !$0.isEmpty }
            for name in event.actorNames.union(own) { people[name] = actor }
        }
        for (place, act) in acts.enumerated() {
            act.event.isJoin ? addJoin(act, Int32(place)) : add(act, Int32(place))
        }
    }

    /// Marks what the types know to be joins, whether or not the service calls it so.
    private static func joining(_ events: [AuditEvent], _ words: AuditWords) -> [AuditEvent] {
        var known: [String: Bool] = [:]
        return events.map { event in
            guard !event.isJoin else { return event }
            var event = event
            event.isJoin = known[event.activity] ?? words.areJoin(event.activity)
            known[event.activity] = event.isJoin
            return event
        }
    }

    private mutating func add(_ act: Act, _ place: Int32) {
        activities[folded(act.event.activity), default: []].append(place)
        for id in Set(act.events.flatMap(\.targets).compactMap(\.id)) {
            about[id, default: []].append(place)
            named.insert(nameHash(id.utf8))
            if act.event.operation != .update { lives[id, default: []].append(place) }
        }
    }

    private mutating func addJoin(_ act: Act, _ place: Int32) {
        var ids: Set<String> = []
        for target in act.events.flatMap(\.targets) {
            if let id = target.id { ids.insert(id) }
            for property in target.properties {
                for value in [property.new, property.old] {
                    guard let text = AuditEvent.Property.text(value), text.utf8.count <= 64 else {
                        continue
                    }
                    ids.insert(folded(text))
                }
            }
        }
        for id in ids {
            joins[id, default: []].append(place)
            named.insert(nameHash(id.utf8))
        }
    }

    /// Gives everybody one name: the newest the log has, and a display name before a principal name.
    private static func named(_ events: [AuditEvent]) -> [AuditEvent] {
        var newest: [String: (actor: Actor, isNamed: Bool)] = [:]
        for event in events {
            guard let actor = event.actor, !actor.id.isEmpty else { continue }
            if let known = newest[actor.id], known.isNamed, !event.isActorNamed {
                let email = actor.email ?? known.actor.email
                newest[actor.id]?.actor = Actor(
                    kind: known.actor.kind, id: actor.id, name: known.actor.name, email: email)
            } else {
                newest[actor.id] = (actor, event.isActorNamed)
            }
        }
        return events.map { event in
            var event = event
            if let actor = event.actor { event.actor = newest[actor.id]?.actor ?? actor }
            return event
        }
    }

    // MARK: - Asking

    /// Returns whether an event could be found for an object; asked before its bytes are read. Never
    /// `false` where ``matches(for:)`` finds one.
    package func mayMatch(
        _ type: GraphResource, id: ArraySlice<UInt8>, parent: ArraySlice<UInt8>?
    ) -> Bool {
        if named.contains(nameHash(id)) { return true }
        if let parent, named.contains(nameHash(parent)) { return true }
        if !type.auditIDs.isEmpty, !acts.isEmpty { return true }
        if !type.auditActivities.isEmpty { return !activities.isEmpty }
        return !acts.isEmpty && type.evidence.contains { $0.clues.contains(where: \.isMember) }
    }

    /// Whom an object means by what it calls them, as the logs name them.
    func actor(of statement: AuditEvent) -> Actor? {
        statement.actorNames.lazy.compactMap { people[$0] }.first ?? statement.actor
    }

    /// Whether anything happened between two moments.
    package func hasActs(from: Moment?, to: Moment) -> Bool {
        acts.contains { act in act.time <= to && from.map { act.time >= $0 } ?? true }
    }

    func acts(about id: String) -> [Act] { find(about, id) }

    /// Acts that created, deleted or restored an object.
    func lives(of id: String) -> [Act] { find(lives, id) }

    /// Whether the act is about an object that the tenant has or had, by its ID.
    func isAboutAnObject(_ act: Act) -> Bool {
        act.events.flatMap(\.targets).compactMap(\.id).contains { id in
            lives[id] != nil || !id.allSatisfy { "0-".contains($0) } && isKnown(id)
        }
    }

    func acts(of activity: String) -> [Act] { find(activities, folded(activity)) }

    /// Acts that name all of some IDs, and perhaps others.
    func joins(of ids: [String]) -> [Act] {
        let places = ids.lazy.map { joins[$0] ?? [] }.min { $0.count < $1.count }
        return (places ?? []).map { acts[Int($0)] }
    }

    private func find(_ index: [String: [Int32]], _ key: String) -> [Act] {
        (index[key] ?? []).map { acts[Int($0)] }
    }
}

extension Evidence.Clue {
    fileprivate var isMember: Bool {
        switch place {
        case .member, .role: true
        case .object, .parent: false
        }
    }
}

/// FNV-1a of the bytes, ASCII letters in lower case.
func nameHash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { hash, byte in
        (hash ^ UInt64(0x41...0x5A ~= byte ? byte | 0x20 : byte)) &* 0x100_0000_01B3
    }
}
