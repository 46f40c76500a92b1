import GraphCatalog

/// Types with where they are and what they need, and the permissions that are enough for all of
/// them.
struct TypeTable {
    /// Who signs in.
    enum SignIn: String, Encodable {
        case application
        /// A person.
        case delegated
    }

    /// One type, with the addresses it has below its parents.
    private struct Row {
        let resource: GraphResource
        let path: String
        let folder: String
    }

    private let rows: [Row]
    private let signIn: SignIn

    init(_ chosen: [SelectedResource], for signIn: SignIn = .application) {
        rows = chosen.flatMap { Self.rows($0, path: "", folder: "") }
        self.signIn = signIn
    }

    private static func rows(
        _ selected: SelectedResource, path: String, folder: String
    ) -> [Row] {
        let resource = selected.resource
        let row = Row(
            resource: resource, path: joined(path, resource.path),
            folder: joined(folder, resource.folder))
        return [row]
            + selected.children.flatMap {
                rows($0, path: row.path + "/{id}", folder: row.folder + "/{id}")
            }
    }

    private static func joined(_ above: String, _ below: String) -> String {
        [above, below].filter { !$0.isEmpty }.joined(separator: "/")
    }

    // MARK: What it says

    /// Permissions that are enough for all types, each once, in byte order.
    ///
    /// Where one of several is enough, one that is needed anyway is taken, else the first.
    var permissions: [String] {
        let choices = rows.map(\.resource).filter { $0.obstacle(to: signIn) == nil }
            // The lists that lead to a type's parts are read with it.
            .flatMap { [$0] + $0.walks }.map { $0.permissions[signIn] }
        var union = Set(choices.filter { $0.count == 1 }.joined())
        for choice in choices where union.isDisjoint(with: choice) {
            if let first = choice.first { union.insert(first) }
        }
        return union.sorted()
    }

    /// Permissions to read the logs that tell who changed objects of the types, each once, in byte
    /// order.
    var auditPermissions: [String] {
        let readable = rows.map(\.resource).filter { $0.obstacle(to: signIn) == nil }
        return Set(readable.flatMap { $0.audit.permissions[signIn] }).sorted()
    }

    /// Groups of the listed types in byte order, with the types each chooses.
    private var groups: [(name: String, types: [String])] {
        var groups: [String: [String]] = [:]
        for row in rows {
            for group in row.resource.groups {
                groups[group, default: []].append(row.resource.name)
            }
        }
        return groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Types that this kind of sign-in cannot read, and why.
    private var unreadable: [(type: String, reason: String)] {
        rows.compactMap { row in
            row.resource.obstacle(to: signIn).map { (row.resource.name, $0) }
        }
    }

    // MARK: Forms

    var lines: [String] {
        let head = ["TYPE", "PERMISSION", "PATH", "FOLDER", "GROUPS"]
        let cells = rows.map { row in
            let permissions = row.resource.permissions[signIn]
            return [
                row.resource.name,
                permissions.isEmpty ? "none" : permissions.joined(separator: " or "),
                "\(row.resource.version.rawValue)/\(row.path)", row.folder,
                row.resource.groups.joined(separator: ", "),
            ]
        }
        let groups = self.groups.map { ["  \($0.name)", $0.types.count.counted("type")] }
        let reader = signIn == .application ? "the application" : "a signed-in person"
        return columns([head] + cells)
            + section("Groups:", columns(groups))
            + section(
                "What \(reader) cannot read:", columns(unreadable.map { ["  \($0)", $1] }))
            + section(
                "Permissions \(reader) needs for these types:", permissions.map { "  \($0)" })
            + section(
                "Permissions \(reader) needs to see who changed them:",
                auditPermissions.map { "  \($0)" })
    }

    /// Members that are not in the backup, type by type, and why.
    var gapLines: [String] {
        let cells = rows.flatMap { row in
            row.resource.gaps.flatMap { gap in
                gap.namesOrAll.map { ["  \(row.resource.name)", $0, gap.reason] }
            }
        }
        return section("What is not in the backup of an object, and why:", columns(cells))
    }

    private func section(_ heading: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", heading] + lines
    }

    var document: Document {
        Document(
            signIn: signIn,
            types: rows.map { row in
                Document.TypeEntry(
                    name: row.resource.name, version: row.resource.version.rawValue,
                    path: row.path, folder: row.folder, groups: row.resource.groups,
                    permissions: Document.Permissions(
                        application: row.resource.permissions.application,
                        delegated: row.resource.permissions.delegated),
                    unreadable: row.resource.obstacle(to: signIn),
                    leftOut: row.resource.gaps.map {
                        Document.Gap(members: $0.namesOrAll, reason: $0.reason)
                    })
            },
            groups: groups.map { Document.Group(name: $0.name, types: $0.types) },
            permissions: permissions, auditPermissions: auditPermissions)
    }

    /// What `types --json` prints. Part of the contract with users: members are added, never
    /// renamed.
    struct Document: Encodable {
        struct Permissions: Encodable {
            let application: [String]
            let delegated: [String]
        }

        struct Gap: Encodable {
            let members: [String]
            let reason: String
        }

        struct TypeEntry: Encodable {
            let name: String
            let version: String
            let path: String
            let folder: String
            let groups: [String]
            let permissions: Permissions
            let unreadable: String?
            let leftOut: [Gap]

            private enum CodingKeys: CodingKey {
                case name, version, path, folder, groups, permissions, unreadable, leftOut
            }

            func encode(to encoder: any Encoder) throws {
                var values = encoder.container(keyedBy: CodingKeys.self)
                try values.encode(name, forKey: .name)
                try values.encode(version, forKey: .version)
                try values.encode(path, forKey: .path)
                try values.encode(folder, forKey: .folder)
                try values.encode(groups, forKey: .groups)
                try values.encode(permissions, forKey: .permissions)
                try values.encode(unreadable, forKey: .unreadable)  // null if there is none
                try values.encode(leftOut, forKey: .leftOut)
            }
        }

        struct Group: Encodable {
            let name: String
            let types: [String]
        }

        let signIn: SignIn
        let types: [TypeEntry]
        let groups: [Group]
        /// For this sign-in to read all of ``types``.
        let permissions: [String]
        /// For this sign-in to read who changed objects of ``types``.
        let auditPermissions: [String]
    }
}

extension Permissions {
    subscript(signIn: TypeTable.SignIn) -> [String] {
        switch signIn {
        case .application: application
        case .delegated: delegated
        }
    }
}

extension LeftOutMembers {
    fileprivate var namesOrAll: [String] { names.isEmpty ? ["all others"] : names }
}

extension GraphResource {
    /// Why this kind of sign-in cannot read the type; `nil` if it can.
    func obstacle(to signIn: TypeTable.SignIn) -> String? {
        if signIn == .application, let appOnly { return appOnly }
        guard permissions[signIn].isEmpty else { return nil }
        return switch signIn {
        case .application: "Microsoft Graph has no permission for applications to read it"
        case .delegated: "Microsoft Graph has no permission for a signed-in person to read it"
        }
    }
}
