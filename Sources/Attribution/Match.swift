/// An event that had a part in a change, and how that is known.
package struct Match: Sendable {
    /// The strongest first.
    package enum Kind: String, Sendable, CaseIterable, Comparable {
        /// A property the event changed is a changed property of the object.
        case exact
        /// The event is about the object.
        case object
        /// The event is about what the object joins: both ends of a membership or grant, or the end
        /// or return of one of them.
        case parent
        /// The event is of an activity that changes this type, whose objects the log does not name.
        case activity

        package static func < (one: Self, other: Self) -> Bool {
            one.rank < other.rank
        }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package let event: AuditEvent
    package let kind: Kind
    /// Who did it: the event's actor, or that of its twin.
    package let actor: Actor?
    /// Further events that tell of the same act. They are as used as ``event`` is.
    package let twins: [AuditEvent]
}

extension [Match] {
    /// The people and applications of the matches, ordered by their newest event, then by name;
    /// everybody once.
    package var actors: [Actor] {
        var newest: [String: (actor: Actor, time: Moment)] = [:]
        for match in self {
            guard let actor = match.actor else { continue }
            if let known = newest[actor.key], known.time >= match.event.time { continue }
            newest[actor.key] = (actor, match.event.time)
        }
        return newest.values.sorted { one, other in
            one.time != other.time
                ? one.time > other.time
                : (one.actor.name, one.actor.id) < (other.actor.name, other.actor.id)
        }.map(\.actor)
    }

    /// When the newest of the events with an actor was.
    package var newest: Moment? { filter { $0.actor != nil }.map(\.event.time).max() }
}
