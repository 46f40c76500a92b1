import GraphCatalog
import GraphClient

/// Compares the permissions that chosen types need with those that a token carries. Pure.
///
/// The catalog knows permissions that are enough, and not all that are; what is missing of them is
/// therefore a doubt, until the type itself was asked for.
struct PermissionCheck {
    /// A type with the permissions that it, or a list that leads to its parts, asks for.
    private struct Need {
        let resource: GraphResource
        /// The chosen type it stands below; itself, if it stands below none.
        let root: String
        /// Each is enough.
        let permissions: [String]

        var isRoot: Bool { resource.name == root }
    }

    private let needs: [Need]
    private let missing: [Need]
    private let held: Set<String>
    private let signIn: TypeTable.SignIn

    /// `nil` if the token does not say what it permits.
    init?(_ selection: Selection, against claims: TokenClaims) {
        guard let held = claims.roles ?? claims.scopes else { return nil }
        let signIn = claims.roles == nil ? TypeTable.SignIn.delegated : .application
        let needs = selection.resources.flatMap {
            Self.needs($0, signIn, root: $0.resource.name)
        }
        self.held = Set(held)
        self.signIn = signIn
        self.needs = needs
        audits = TypeTable(selection.resources, for: signIn).auditPermissions
        missing = needs.filter { Set(held).isDisjoint(with: $0.permissions) }
    }

    private static func needs(
        _ selected: SelectedResource, _ signIn: TypeTable.SignIn, root: String
    ) -> [Need] {
        let resource = selected.resource
        // Azure asks for roles of its own instead.
        let isReadable = !resource.service.isAzure && resource.obstacle(to: signIn) == nil
        let own =
            isReadable
            ? ([resource] + resource.walks).map(\.permissions[signIn]).filter { !$0.isEmpty } : []
        return own.map { Need(resource: resource, root: root, permissions: $0) }
            + selected.children.flatMap { needs($0, signIn, root: root) }
    }

    /// Chosen types to ask for, whether they can be read after all.
    var doubtful: [GraphResource] {
        missing.filter(\.isRoot).map(\.resource).reduce(into: []) { list, resource in
            if !list.contains(where: { $0.name == resource.name }) { list.append(resource) }
        }
    }

    // MARK: Findings

    private static let check = "permissions"
    /// Of Entra's audit log, which every run reads.
    private static let audit = "AuditLog.Read.All"
    /// Of the logs that tell of the chosen types.
    private let audits: [String]

    /// - Parameter refused: those of ``doubtful`` that were asked for and not permitted.
    func findings(refused: Set<String>) -> [Finding] {
        let roots = Set(needs.map(\.root))
        guard !roots.isEmpty else {
            return [.ok(Self.check, "The chosen types need none in Microsoft Graph")] + excess
        }
        let lost = missing.filter { $0.isRoot && refused.contains($0.root) }
        if roots == refused { return [.failed(Self.check, nothingPermitted(lost))] + excess }
        let below = missing.filter { !$0.isRoot && !refused.contains($0.root) }
        let warnings = warnings(lost, "will be") + warnings(below, "may be") + masked
        let fine = Finding.ok(
            Self.check, "\(roots.count.counted("chosen type")) can be read")
        return (warnings.isEmpty ? [fine] : warnings) + optional + excess
    }

    private func nothingPermitted(_ lost: [Need]) -> CommandFailure {
        CommandFailure(
            "No chosen type can be read",
            reason:
                "the token carries none of \(listed(lost.compactMap(\.permissions.first).sorted()))",
            hint: Self.grantHint, status: .refused)
    }

    /// A warning for each permission, or choice of them.
    private func warnings(_ needs: [Need], _ verb: String) -> [Finding] {
        Dictionary(grouping: needs, by: \.permissions)
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { permissions, needs in
                .warning(
                    Self.check,
                    "\(permissions.joined(separator: " or ")) is not granted, so "
                        + "\(listed(needs.map(\.resource.name))) \(verb) skipped",
                    hint: Self.grantHint)
            }
    }

    /// A warning if users among members and owners come without their properties.
    private var masked: [Finding] {
        guard let kind = PrincipalKind.named("#microsoft.graph.user"),
            held.isDisjoint(with: kind.permissions)
        else { return [] }
        let lists = needs.map(\.resource).filter(\.listsPrincipals)
        guard !lists.isEmpty else { return [] }
        return [
            .warning(
                Self.check,
                "\(kind.permissions[0]) is not granted, so users in \(listed(lists.map(\.name))) "
                    + "come with their IDs only",
                hint: Self.grantHint)
        ]
    }

    /// What is not in the backup because nobody has to grant it.
    private var optional: [Finding] {
        let members = needs.filter { !held.isDisjoint(with: $0.permissions) }.map(\.resource)
            .flatMap { resource in
                resource.permittedMembers.filter { !$0.isPermitted(by: held) }.map {
                    (type: resource.name, member: $0)
                }
            }
        return Dictionary(grouping: members, by: \.member.permissions)
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { permissions, members in
                let names = members.map { "\($0.member.name) of \($0.type)" }
                return .ok(
                    Self.check,
                    "\(permissions.joined(separator: " or ")) is not granted, so \(listed(names)) "
                        + (names.count == 1 ? "is" : "are") + " not in the backup")
            }
    }

    private static let grantHint =
        "Grant it and consent to it in Entra, or run what tenantkeep init permissions prints. A new "
        + "permission takes minutes to show, with a managed identity up to a day."

    /// Permissions to change something, which no backup needs.
    private var excess: [Finding] {
        let useful = Set(needs.flatMap(\.permissions)).union(audits + [Self.audit])
        let writing = held.subtracting(useful).filter {
            !$0.contains(".Read") || $0.contains("Write")
        }
        guard signIn == .application, !writing.isEmpty else { return [] }
        return [
            .warning(
                Self.check, "The application may do more than read: \(listed(writing.sorted()))",
                hint: "Take away what it does not need for anything else.")
        ]
    }

    /// `a, b, c and 4 more`
    private func listed(_ names: [String]) -> String {
        let unique = names.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let shown = unique.prefix(5).joined(separator: ", ")
        return unique.count > 5 ? "\(shown) and \(unique.count - 5) more" : shown
    }
}
