package import GraphCatalog

/// A difference between two runs in one object: what events are sought for.
package struct ObjectChange: Sendable {
    package enum Kind: Sendable {
        case created
        case updated
        case deleted
    }

    package let type: GraphResource
    /// From the root to the object: a group's and its member's.
    package let ids: [String]
    package let kind: Kind
    /// The canonical bytes in the run before; `nil` if there were none or they are not known.
    package let before: [UInt8]?
    /// The canonical bytes now.
    package let after: [UInt8]?
    /// Events before this are in the run before already; `nil` if there was none.
    package let since: Moment?
    /// What the object says itself of who made it as it is.
    package let statements: [AuditEvent]
    /// When the object was read, or its absence seen. Later events had no part in this change.
    package let read: Moment

    package init(
        _ type: GraphResource, ids: [String], kind: Kind, before: [UInt8]? = nil,
        after: [UInt8]? = nil, since: Moment? = nil,
        statements: [AuditEvent] = [], read: Moment
    ) {
        self.type = type
        self.ids = ids
        self.kind = kind
        self.before = before
        self.after = after
        self.since = since
        self.statements = statements
        self.read = read
    }
}
