/// Whoever answers a type's requests. Each has an origin, a token and limits of its own.
package enum Service: Sendable, Hashable {
    case graph
    /// Azure Resource Manager, at a version of the provider's interface: `2022-04-01`.
    case azure(apiVersion: String)

    package var isAzure: Bool { self != .graph }

    /// As messages name it.
    package var name: String {
        switch self {
        case .graph: "Graph"
        case .azure: "Azure"
        }
    }

    /// What to do about being permitted nothing, where that is no matter of permissions.
    package var roleHint: String? {
        switch self {
        case .graph: nil
        case .azure:
            "Give the application the role Reader in Azure, best at the root management group."
        }
    }

    /// The member of a page that links to the next one.
    package var linkName: String {
        switch self {
        case .graph: "@odata.nextLink"
        case .azure: "nextLink"
        }
    }
}
