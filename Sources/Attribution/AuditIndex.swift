/// The events of a sweep, found by what they are about.
package struct AuditIndex: Sendable {
    /// Every event, once by its ID, the oldest first; twins and failures too.
    package let events: [AuditEvent]

    /// - Parameter used: IDs of events that earlier runs used.
    package init(_ events: [AuditEvent], used: Set<String> = []) {
        var known: Set<String> = []
        self.events = events.filter { known.insert($0.id).inserted }.sorted { $0.time < $1.time }
    }

    /// Returns the events that had a part in a change, the newest first.
    package func matches(for change: ObjectChange) -> [Match] { [] }
}
