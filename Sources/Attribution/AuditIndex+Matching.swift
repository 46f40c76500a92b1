import GraphCatalog

extension AuditIndex {
    /// Returns the events that had a part in a change, the newest first.
    ///
    /// A change belongs to everybody whose act is in the difference, so the strongest kind alone does
    /// not decide. Of an updated object:
    ///
    /// - an event that says it changed a member that differs counts (`exact`);
    /// - one whose every property is as it was does not: that was put back, made and undone;
    /// - one that does not say what it changed, in Graph's words, counts (`object`) as long as a
    ///   member differs that no exact event explains. Adele's exact event and Diego's mute one are
    ///   both authors if two members differ and Adele changed one, and only Adele is if she changed
    ///   all that differs.
    ///
    /// A creation belongs to whoever created, restored or since changed the object; a deletion to
    /// whoever deleted it. What joins others belongs to whoever joined or parted them (`parent`),
    /// else to whoever deleted or restored one of its ends: it went and came with that. What nothing
    /// was found for by ID is sought by activity.
    ///
    /// What an object says itself counts as events do, unless a log tells the same.
    package func matches(for change: ObjectChange) -> [Match] {
        let search = Search(self, change)
        for stage in [search.object, search.joins, search.ends, search.activities] {
            let matches = stage()
            guard matches.isEmpty else { return matches.sorted { $0.event.time > $1.event.time } }
        }
        return []
    }
}

/// The search for the events of one change.
private struct Search {
    let index: AuditIndex
    let change: ObjectChange
    let difference: ObjectDifference
    let ids: [String]

    init(_ index: AuditIndex, _ change: ObjectChange) {
        self.index = index
        self.change = change
        difference = ObjectDifference(change.before, change.after)
        ids = change.ids.map(folded)
    }

    private var id: String { ids.last ?? "" }

    /// Whether an act can have been part of the change by its time.
    private func isInTime(_ act: Act) -> Bool {
        act.time <= change.read && change.since.map { act.time >= $0 } ?? true
    }

    /// Whether such an act leads to such a change.
    private func leads(_ act: Act) -> Bool {
        (act.event.operation == .deletion) == (change.kind == .deleted)
    }

    // MARK: - By ID

    /// Events about the object itself. Of one that joins others, they explain no more than what is
    /// in it: the ID is that of who joined.
    func object() -> [Match] {
        guard change.kind == .updated || change.type.evidence.isEmpty else { return [] }
        let names = [id] + change.type.auditIDs.compactMap(difference.text)
        let acts = names.flatMap(index.acts(about:)).filter { isInTime($0) && leads($0) }
        return explained(acts + stated(besides: acts), as: .object) { $0.members(of: id) }
    }

    /// What the object says itself, but what a log tells too: a log knows more, and when it writes
    /// an act down differs a little from when that was.
    private func stated(besides acts: [Act]) -> [Act] {
        change.statements.compactMap { statement in
            var act = Act(statement)
            act.actor = index.actor(of: statement)
            let isTold = acts.contains { told in
                abs(told.time.ticks - act.time.ticks) <= Self.delay
                    && (told.actor.map { $0.key == act.actor?.key } ?? false)
            }
            return isInTime(act) && !isTold ? act : nil
        }
    }

    private static let delay: Int64 = 300 * 10_000_000

    private func explained(
        _ acts: [Act], as kind: Match.Kind, _ members: (AuditEvent) -> Set<String>
    ) -> [Match] {
        var explained: Set<String> = []
        var exact: [Act] = []
        var possible: [Act] = []
        for act in acts {
            let names = act.events.reduce(into: Set<String>()) { $0.formUnion(members($1)) }
            switch difference.fit(of: names) {
            case .exact(let members):
                explained.formUnion(members)
                exact.append(act)
            case .possible: possible.append(act)
            case .undone: break
            }
        }
        let isExplained = difference.isWhole && explained.isSuperset(of: difference.changed)
        let others = isExplained && !exact.isEmpty ? [] : possible
        return exact.map { Match($0, kind == .object ? .exact : kind) }
            + others.map { Match($0, kind) }
    }

    // MARK: - By what it joins

    func joins() -> [Match] {
        change.type.evidence.flatMap { evidence -> [Match] in
            let clues = evidence.clues.compactMap { clue in value(of: clue).map { (clue, $0) } }
            let needed = clues.filter { !$0.0.isOptional }
            guard needed.count == evidence.clues.count(where: { !$0.isOptional }) else { return [] }
            return index.joins(of: needed.map(\.1)).filter { act in
                isInTime(act) && isMade(by: act, evidence)
                    && act.events.contains { event in
                        clues.allSatisfy { event.names($0.1, for: $0.0) }
                    }
            }.map { Match($0, .parent) }
        }
    }

    private func isMade(by act: Act, _ evidence: Evidence) -> Bool {
        func begins(_ starts: [String]) -> Bool {
            starts.contains { act.event.activity.hasPrefix($0) }
        }
        switch change.kind {
        case .created: return begins(evidence.added)
        case .deleted: return begins(evidence.removed)
        case .updated: return begins(evidence.added) || begins(evidence.removed)
        }
    }

    private func value(of clue: Evidence.Clue) -> String? {
        switch clue.place {
        case .object: id
        case .parent: ids.count > 1 ? ids[ids.count - 2] : nil
        case .member(let name): difference.text(name)
        }
    }

    /// Deletions or restorations of what the object is below or joins.
    func ends() -> [Match] {
        guard change.kind != .updated else { return [] }
        let wanted: AuditEvent.Operation = change.kind == .deleted ? .deletion : .restoration
        let members = change.type.evidence.flatMap(\.clues).filter { !$0.isOptional }
        var acts: [String: Act] = [:]
        for end in Set(ids + members.compactMap(value)) {
            for act in index.lives(of: end) where isInTime(act) {
                guard act.event.operation == wanted else { continue }
                acts[act.event.id] = act
            }
        }
        return acts.values.map { Match($0, .parent) }
    }

    // MARK: - By activity

    /// Where several types or objects share an activity, an event must say that it is about this one:
    /// by its ID or, of what there is only one of, by a value that the object had or has now, else
    /// by a member that differs. Without all that, an activity that no other type has is enough.
    func activities() -> [Match] {
        let acts = change.type.auditActivities.flatMap(index.acts(of:)).filter(isInTime)
        guard !acts.isEmpty else { return [] }
        guard isOnly else { return found(acts.filter(names)) }
        for fits in [agrees, isClear, isOwn] {
            let fitting = acts.filter(fits)
            if !fitting.isEmpty { return found(fitting) }
        }
        return []
    }

    private func found(_ acts: [Act]) -> [Match] {
        explained(acts, as: .activity) { $0.members(of: nil) }
    }

    /// Whether the type has one object.
    private var isOnly: Bool { change.type.isSingleFile || change.type.answer == .object }

    private func names(_ act: Act) -> Bool {
        !isOnly
            && act.events.flatMap(\.targets).contains { target in
                target.id == id || target.displayName.map(folded) == id
                    || target.properties.contains { $0.holds(id) }
            }
    }

    /// Whether the event names a value that was there or is there now.
    private func agrees(_ act: Act) -> Bool {
        act.events.flatMap(\.targets).flatMap(\.properties).contains(where: difference.agrees)
    }

    /// Whether the event says it changed a member that differs.
    private func isClear(_ act: Act) -> Bool {
        act.events.contains { event in
            if case .exact = difference.fit(of: event.members(of: nil)) { return true }
            return false
        }
    }

    /// Whether no other type knows the activity, and it does not say that it changed what is as it
    /// was.
    private func isOwn(_ act: Act) -> Bool {
        guard !SharedActivities.contain(act.event.activity) else { return false }
        return act.events.allSatisfy { event in
            if case .undone = difference.fit(of: event.members(of: nil)) { return false }
            return true
        }
    }
}

/// Activities that several types of the catalog declare.
private enum SharedActivities {
    private static let counts = (GraphResource.all + GraphResource.all.flatMap(\.children))
        .flatMap(\.auditActivities).map(folded).reduce(into: [String: Int]()) {
            $0[$1, default: 0] += 1
        }

    static func contain(_ activity: String) -> Bool { counts[folded(activity), default: 0] > 1 }
}

extension Match {
    fileprivate init(_ act: Act, _ kind: Kind) {
        self.init(event: act.event, kind: kind, actor: act.actor, twins: act.twins)
    }
}

extension AuditEvent {
    /// Whether the event names an ID where a clue says it does.
    fileprivate func names(_ id: String, for clue: Evidence.Clue) -> Bool {
        if let name = clue.property {
            let properties = targets.flatMap(\.properties).filter { $0.name == name }
            if !properties.isEmpty { return properties.contains { $0.holds(id) } }
            if clue.isOptional { return true }
        }
        return targets.contains { $0.id == id }
    }
}
