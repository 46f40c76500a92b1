/// Who made a change, as the audit log names them.
package struct Actor: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case person
        case application
        /// A part of the service that does what people asked for elsewhere, or by itself.
        case service
    }

    package let kind: Kind
    /// Of the user or service principal; empty if the log does not say.
    package let id: String
    /// On one line, without `<` and `>`, at most 200 bytes. Applications and services end in
    /// ` (SP)`.
    package let name: String
    /// A person's principal name, cleaned as ``name`` is.
    package let email: String?

    package init(kind: Kind, id: String, name: String, email: String?) {
        (self.kind, self.id, self.name, self.email) = (kind, id, name, email)
    }
}
