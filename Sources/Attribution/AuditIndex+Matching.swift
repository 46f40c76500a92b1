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
        difference = ObjectDifference(
            change.before, change.after, leavingOut: change.type.volatile)
        ids = change.ids.map(folded)
    }

    private var id: String { ids.last ?? "" }

    /// Whether an act can have been part of the change by its time, and by its log.
    private func isInTime(_ act: Act) -> Bool {
        let form = act.event.form
        guard form == .directory || form == change.type.audit.form else { return false }
        return act.time <= change.read && change.since.map { act.time >= $0 } ?? true
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
        return explained(standing(acts) + stated(besides: acts), as: .object) {
            $0.members(of: id)
        }
    }

    /// The acts that no later one made void: what came back before it was deleted again was deleted
    /// by the last, and what was deleted before it was made anew was made by the last. Whoever wiped
    /// what was deleted already took nothing away.
    private func standing(_ acts: [Act]) -> [Act] {
        let lives = index.lives(of: id).filter(isInTime)
        switch change.kind {
        case .updated: return acts
        case .created:
            let creation = lives.last { $0.event.operation == .creation }
            return Self.standing(
                acts, after: lives.filter { !leads($0) && $0.time < creation?.time ?? $0.time })
        case .deleted:
            let deletions = Self.standing(acts, after: lives.filter { !leads($0) })
            let first = deletions.filter { !$0.event.activity.hasPrefix("Hard") }
            return first.isEmpty ? deletions : first
        }
    }

    /// The acts after the last of those that undid what was before.
    private static func standing(_ acts: [Act], after others: [Act]) -> [Act] {
        guard let last = others.map(\.time).max() else { return acts }
        let standing = acts.filter { $0.time >= last }
        return standing.isEmpty ? acts : standing
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
        guard !change.type.evidence.isEmpty else { return unknownJoins() }
        return change.type.evidence.flatMap { evidence -> [Match] in
            let clues = evidence.clues.compactMap { clue in value(of: clue).map { (clue, $0) } }
            let needed = clues.filter { !$0.0.isOptional }
            guard needed.count == evidence.clues.count(where: { !$0.isOptional }) else { return [] }
            let acts = index.joins(of: needed.map(\.1)).filter { act in
                isInTime(act)
                    && act.events.contains { event in
                        clues.allSatisfy { event.names($0.1, for: $0.0) }
                    }
            }
            return standing(
                added: acts.filter { $0.event.begins(evidence.added) },
                removed: acts.filter { $0.event.begins(evidence.removed) })
        }
    }

    /// The joins that are in the difference.
    private func standing(added: [Act], removed: [Act]) -> [Match] {
        switch change.kind {
        case .created: Self.standing(added, after: removed).map { Match($0, .parent) }
        case .deleted: Self.standing(removed, after: added).map { Match($0, .parent) }
        case .updated: (added + removed).map { Match($0, .parent) }
        }
    }

    /// Acts that let the object join the one it is below, where the catalog does not say how such
    /// acts are called.
    private func unknownJoins() -> [Match] {
        guard ids.count > 1, change.kind != .updated else { return [] }
        let ends = ids.suffix(2)
        let acts = index.joins(of: Array(ends)).filter { act in
            isInTime(act) && act.event.isJoin
                && act.events.contains { event in ends.allSatisfy(event.names) }
        }
        return standing(
            added: acts.filter { $0.event.operation == .creation },
            removed: acts.filter { $0.event.operation == .deletion })
    }

    private func value(of clue: Evidence.Clue) -> String? {
        switch clue.place {
        case .object: id
        case .parent: ids.count > 1 ? ids[ids.count - 2] : nil
        case .member(let name), .role(let name): difference.text(name)
        }
    }

    /// Deletions or restorations of what the object is in, is below or joins.
    func ends() -> [Match] {
        guard change.kind != .updated else { return [] }
        let wanted: AuditEvent.Operation = change.kind == .deleted ? .deletion : .restoration
        let members = change.type.evidence.flatMap(\.clues).filter { !$0.isOptional }
        var acts: [String: Act] = [:]
        for end in Set(ids + members.compactMap(value) + holders) {
            let lives = index.lives(of: end).filter(isInTime)
            let fitting = lives.filter { $0.event.operation == wanted }
            for act in Self.standing(
                fitting, after: lives.filter { $0.event.operation != wanted })
            {
                acts[act.event.id] = act
            }
        }
        return acts.values.map { Match($0, .parent) }
    }

    /// Of an object in Azure, what it is in: its ID begins with theirs.
    private var holders: [String] {
        guard change.type.audit.form == .azure else { return [] }
        return id.indices.filter { id[$0] == "/" }.map { String(id[..<$0]) }
    }

    // MARK: - By activity

    /// Where several types or objects share an activity, an event must say that it is about this one:
    /// by its ID or, of what there is only one of, by telling how it came from its state before to
    /// the one it has now, else by a value that it had or has, else by a member that differs.
    /// Without all that, an activity that no other type has is enough.
    ///
    /// What there is only one of is kept in an object inside the service, whose ID tells which
    /// events belong together.
    func activities() -> [Match] {
        let acts = change.type.auditActivities.flatMap(index.acts(of:)).filter(isInTime)
        guard !acts.isEmpty else { return [] }
        guard isOnly else { return found(acts.filter(names)) }
        let stories = Story.all(of: acts.filter { !index.isAboutAnObject($0) })
        for fits in [tells, agrees, isClear, isOwn] {
            let fitting = stories.filter(fits)
            if !fitting.isEmpty { return found(fitting.flatMap(\.acts)) }
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

    /// Whether the story leads from the state before to the one now.
    private func tells(_ story: Story) -> Bool { difference.isTold(by: story.properties) }

    /// Whether the story names a value that was there or is there now.
    private func agrees(_ story: Story) -> Bool {
        story.properties.contains(where: difference.agrees)
    }

    /// Whether the story says that a member changed that differs.
    private func isClear(_ story: Story) -> Bool {
        story.acts.flatMap(\.events).contains { event in
            if case .exact = difference.fit(of: event.members(of: nil)) { return true }
            return false
        }
    }

    /// Whether no other type knows the activities, and they do not say that they changed what is as
    /// it was.
    private func isOwn(_ story: Story) -> Bool {
        guard !story.acts.contains(where: { index.words.areShared($0.event.activity) }) else {
            return false
        }
        return story.acts.flatMap(\.events).allSatisfy { event in
            if case .undone = difference.fit(of: event.members(of: nil)) { return false }
            return true
        }
    }
}

/// What was done to one object inside the service, the oldest act first.
private struct Story {
    var acts: [Act]

    /// - Parameter acts: an act that names no object is a story of its own.
    static func all(of acts: [Act]) -> [Story] {
        var stories: [String: Story] = [:]
        for act in acts.sorted(by: { $0.time < $1.time }) {
            let object = act.event.targets.compactMap(\.id).sorted().joined(separator: " ")
            stories[object.isEmpty ? act.event.id : object, default: Story(acts: [])].acts
                .append(act)
        }
        return stories.sorted { $0.key < $1.key }.map(\.value)
    }

    var properties: [AuditEvent.Property] {
        acts.flatMap(\.events).flatMap(\.targets).flatMap(\.properties)
    }
}

extension Match {
    fileprivate init(_ act: Act, _ kind: Kind) {
        self.init(event: act.event, kind: kind, actor: act.actor, twins: act.twins)
    }
}

extension AuditEvent {
    fileprivate func begins(_ starts: [String]) -> Bool {
        starts.contains { activity.hasPrefix($0) }
    }

    /// Whether the event is about an object, or says that it changed something that is one.
    fileprivate func names(_ id: String) -> Bool {
        targets.contains { target in
            target.id == id || target.properties.contains { $0.holds(id) }
        }
    }

    /// Whether the event names an ID where a clue says it does.
    fileprivate func names(_ id: String, for clue: Evidence.Clue) -> Bool {
        if case .role = clue.place {
            let roles = targets.filter { $0.type == "Role" }.compactMap(\.displayName)
            return roles.isEmpty || roles.contains { folded($0) == id }
        }
        let properties = targets.flatMap(\.properties).filter { clue.properties.contains($0.name) }
        if !properties.isEmpty { return properties.contains { $0.holds(id) } }
        return clue.isOptional || targets.contains { $0.id == id }
    }
}
