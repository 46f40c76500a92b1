import Encodings

/// A member of a type's objects that Graph does not give with the others: it is read from a list of its
/// own, with nothing else in it, and joined to the objects by their IDs, which are GUIDs.
///
/// References to other objects are named only where a request expands them, one relation a request
/// and not beside `$filter`. What needs a permission of its own cannot be selected where all other
/// members are not selected by name.
///
/// What it costs in resource units, for 100,000 users in pages of 999: 101 pages of 2 (the base cost
/// of 2, one less for `$select`, one more for `$expand`) are 202. To ask for each user would cost
/// 100,000.
/// <https://learn.microsoft.com/graph/query-parameters#expand>
package struct SeparateMember: Sendable {
    package enum Kind: Sendable {
        /// Another object, kept as `{"id": "…"}`.
        case reference
        /// Other objects, kept as `[{"id": "…"}, …]`.
        case references
        /// Whatever the member is.
        case value
    }

    /// In Graph and in the backup.
    package let name: String
    package let kind: Kind
    /// Each is enough; with none, whoever may read the type may read it.
    package let permissions: [String]

    init(_ name: String, _ kind: Kind, needs permissions: String...) {
        self.name = name
        self.kind = kind
        self.permissions = permissions
    }

    /// So many references are expanded at most, without a word about the others.
    package static let mostExpanded = 20

    private var query: [GraphRequest.Parameter] {
        switch kind {
        case .reference, .references: [.init("$select", "id"), .init("$expand", name)]
        case .value: [.init("$select", "id,\(name)")]
        }
    }

    /// Returns the read of the member of all objects of a type.
    package func request(of resource: GraphResource) -> GraphRequest {
        GraphRequest(
            service: resource.service, version: resource.version, path: resource.path,
            query: query + [.init("$top", "999")], bucket: resource.bucket, cost: resource.cost)
    }

    /// Returns the read of the member of one object.
    package func request(of resource: GraphResource, id: String) -> GraphRequest {
        GraphRequest(
            service: resource.service, version: resource.version,
            path: "\(resource.path)/\(percentEncoded(id.utf8))", query: query,
            bucket: resource.bucket, cost: resource.cost, answer: .object)
    }

    /// Returns the read of all that one object refers to.
    package func references(of resource: GraphResource, id: String) -> GraphRequest {
        GraphRequest(
            service: resource.service, version: resource.version,
            path: "\(resource.path)/\(percentEncoded(id.utf8))/\(name)",
            query: [.init("$select", "id"), .init("$top", "999")], bucket: resource.bucket,
            cost: resource.cost)
    }
}
