import GraphCatalog

/// Types with their permissions and groups, and what an application must be granted to read all
/// of them.
struct TypeTable {
    private let resources: [GraphResource]

    init(_ resources: [GraphResource]) {
        self.resources = resources
    }

    /// One permission for each type, the first of those that are enough; sorted.
    var permissions: [String] {
        Set(resources.compactMap(\.permissions.application.first)).sorted()
    }

    var lines: [String] {
        let rows = resources.map {
            [
                $0.name,
                $0.permissions.application.isEmpty
                    ? "none for applications"
                    : $0.permissions.application.joined(separator: " or "),
                $0.groups.joined(separator: ", "),
            ]
        }
        return columns([["TYPE", "PERMISSION", "GROUPS"]] + rows)
            + ["", "Permissions the application needs for these types:"]
            + permissions.map { "  \($0)" }
    }

    var document: Document {
        Document(
            types: resources.map {
                Document.TypeEntry(
                    name: $0.name, groups: $0.groups, folder: $0.folder,
                    permissions: Document.Permissions(
                        application: $0.permissions.application,
                        delegated: $0.permissions.delegated))
            },
            permissions: permissions)
    }

    /// What `types --json` prints.
    struct Document: Encodable, Sendable {
        struct Permissions: Encodable, Sendable {
            let application: [String]
            let delegated: [String]
        }

        struct TypeEntry: Encodable, Sendable {
            let name: String
            let groups: [String]
            let folder: String
            let permissions: Permissions
        }

        let types: [TypeEntry]
        /// For an application to read all of ``types``.
        let permissions: [String]
    }
}
