package import GraphCatalog

/// Which events can have had a part in some changes, by what the events name.
///
/// It answers before the changes are compared with anything, so it may want too much. It never
/// leaves out an event of Entra's log that ``AuditIndex/matches(for:)`` finds by an ID or an
/// activity; of the logs of Azure and Intune, which name objects in ways of their own, it wants all.
///
/// - Memory: eight bytes for each object that changed, and for each above one.
package struct EventInterest: Sendable {
    private var ids: Set<UInt64> = []
    private var activities: Set<String> = []
    /// What events that join objects of these types are called begins with one of these.
    private var beginnings: Set<String> = []
    private var takesAll = false

    /// No event is wanted but those of other logs.
    package init() {}

    /// Notes an ID of an object that changed, or of one above it.
    package mutating func note(id: some Sequence<UInt8>) { ids.insert(nameHash(id)) }

    /// Notes that an object changed whose ID nobody knows.
    package mutating func noteUnknown() { takesAll = true }

    /// Notes that objects of a type changed.
    package mutating func note(_ type: GraphResource) {
        activities.formUnion(type.auditActivities.map(folded))
        // Their events name other objects than the one that changed.
        if !type.auditIDs.isEmpty { takesAll = true }
        let starts = type.evidence.flatMap { $0.added + $0.removed }
        beginnings.formUnion(starts)
    }

    /// Whether the event can tell of one of the changes.
    package func wants(_ event: AuditEvent) -> Bool {
        guard event.form == .directory, !takesAll else { return true }
        // Of what was done in vain nothing is left.
        guard event.isSuccess else { return false }
        if activities.contains(folded(event.activity)) { return true }
        if beginnings.contains(where: event.activity.hasPrefix) { return true }
        return event.targets.contains { target in
            if let id = target.id, ids.contains(nameHash(id.utf8)) { return true }
            return target.properties.contains { property in
                [property.new, property.old].contains { value in
                    AuditEvent.Property.text(value).map { ids.contains(nameHash($0.utf8)) } ?? false
                }
            }
        }
    }
}
