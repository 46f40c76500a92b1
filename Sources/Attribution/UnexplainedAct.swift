package import GraphCatalog

/// Something that was done, and that no difference between two backups tells of.
package struct UnexplainedAct: Sendable {
    /// How an act may concern the objects of a type.
    package enum Concern: Sendable {
        /// It made one, deleted it or brought it back.
        case life
        /// It let one join something or part from it.
        case joining
        /// It is of an activity that changes the type, whose objects the log does not name.
        case activity
    }

    private let act: Act

    fileprivate init(_ act: Act) { self.act = act }

    /// As the service nearest to the act logged it.
    package var event: AuditEvent { act.event }

    /// Who did it: the event's actor, or that of its twin.
    package var actor: Actor? { act.actor }

    /// How the activity concerns a type, as far as its name says; `nil` if it says nothing.
    package func concern(with type: GraphResource) -> Concern? {
        let activity = folded(act.event.activity)
        let starts = type.evidence.flatMap { $0.added + $0.removed }
        if starts.contains(where: { act.event.activity.hasPrefix($0) }) { return .joining }
        if type.auditActivities.contains(where: { folded($0) == activity }) { return .activity }
        let isLife = type.auditNouns.contains { noun in
            Self.verbs.contains { "\($0) \(noun)" == activity }
        }
        return isLife ? .life : nil
    }

    private static let verbs = [
        "add", "create", "delete", "hard delete", "remove", "restore", "recover", "undelete",
    ]

    /// The objects the act is about, and what it says it changed of each, in Graph's words and lower
    /// case.
    package var changes: [(id: String, members: Set<String>)] {
        let ids = Set(act.events.flatMap(\.targets).compactMap(\.id)).sorted()
        return ids.map { id in
            (id, act.events.reduce(into: []) { $0.formUnion($1.members(of: id)) })
        }
    }

    /// What it says it changed of whatever it is about.
    package var members: Set<String> {
        act.events.reduce(into: []) { $0.formUnion($1.members(of: nil)) }
    }

    /// All IDs it names, also in the values of what it changed.
    package var ids: Set<String> {
        act.events.flatMap(\.targets).reduce(into: []) { ids, target in
            if let id = target.id { ids.insert(id) }
            for property in target.properties {
                for value in [property.new, property.old] {
                    if let text = AuditEvent.Property.text(value), text.utf8.count <= 64 {
                        ids.insert(folded(text))
                    }
                }
            }
        }
    }
}

extension AuditIndex {
    /// Acts that have had no part in anything, the oldest first.
    ///
    /// - Parameter used: IDs of events that had one, beside those of earlier runs.
    package func unexplained(besides used: Set<String>) -> [UnexplainedAct] {
        acts.filter { act in !act.events.contains { used.contains($0.id) } }
            .map(UnexplainedAct.init)
    }
}

/// The names of an object's members at whatever depth, in lower case.
package func memberNames(of object: [UInt8]) -> Set<String> {
    ObjectDifference(object, nil).known
}
