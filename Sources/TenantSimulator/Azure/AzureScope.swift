/// A place in Azure to which rights are given: the tenant's root, a management group, or anything
/// from a subscription down. Compared without case.
struct AzureScope: Hashable, Sendable {
    /// In lower case, without a slash at the end; the root's is empty.
    let path: String

    static let root = AzureScope("/")
    static let groupPrefix = "/providers/microsoft.management/managementgroups/"

    init(_ text: some StringProtocol) {
        var path = text.lowercased()
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    var isGroup: Bool { path.hasPrefix(Self.groupPrefix) }

    /// The subscription it is in, if it is in one.
    var subscription: String? {
        let parts = path.split(separator: "/")
        return parts.count >= 2 && parts[0] == "subscriptions" ? String(parts[1]) : nil
    }
}

/// What Azure Resource Manager knows of a tenant: objects as `arm/*.json` of the fixture holds them.
///
/// Two members are the fixture's own and never shown: `sim:parent` of a management group and of a
/// subscription, the name of the management group it is in. Without it that is the root group.
struct Azure: Sendable {
    private let tenant: Tenant
    /// The management groups above each group or subscription, the nearest first.
    private let parents: [AzureScope: AzureScope]

    init(_ tenant: Tenant) {
        self.tenant = tenant
        var parents: [AzureScope: AzureScope] = [:]
        for list in ["managementGroups", "subscriptions"] {
            for object in tenant.azureObjects(list) {
                guard let id = object["id"]?.string else { continue }
                parents[AzureScope(id)] =
                    object["sim:parent"]?.string.map { AzureScope(AzureScope.groupPrefix + $0) }
                    ?? (list == "subscriptions" ? nil : .root)
            }
        }
        self.parents = parents
    }

    func objects(_ list: String) -> [JSON] { tenant.azureObjects(list) }

    /// Whether a right given at `upper` holds at `lower`.
    func covers(_ upper: AzureScope, _ lower: AzureScope) -> Bool {
        if upper == .root || upper == lower { return true }
        guard upper.isGroup else { return lower.path.hasPrefix(upper.path + "/") }
        var group = lower.subscription.map { AzureScope("/subscriptions/\($0)") } ?? lower
        while let parent = parents[group] {
            if parent == upper { return true }
            group = parent
        }
        return false
    }

    /// Whether there is such a group or subscription; below a subscription everything may be.
    func exists(_ scope: AzureScope) -> Bool {
        if scope == .root { return true }
        let list = scope.isGroup ? "managementGroups" : "subscriptions"
        let top = scope.subscription.map { AzureScope("/subscriptions/\($0)") } ?? scope
        return objects(list).contains { $0["id"]?.string.map { AzureScope($0) } == top }
    }

    /// The rows of a list of rights that are at or above `scope`, and those below it.
    func rows(_ list: String, at scope: AzureScope, withBelow: Bool) -> [JSON] {
        objects(list).filter { row in
            let home = AzureScope(row.at(["properties", "scope"])?.string ?? "/")
            return covers(home, scope) || withBelow && covers(scope, home)
        }
    }

    /// The roles that can be assigned at `scope`, and with `withBelow` those below it.
    func roles(at scope: AzureScope, withBelow: Bool) -> [JSON] {
        objects("roleDefinitions").filter { role in
            let homes = role.at(["properties", "assignableScopes"])?.elements ?? []
            return homes.compactMap(\.string).map { AzureScope($0) }.contains {
                covers($0, scope) || withBelow && covers(scope, $0)
            }
        }
    }
}

extension Tenant {
    func azureObjects(_ list: String) -> [JSON] {
        let listing = listing(at: TenantPath("arm/\(list)"))
        return (0..<listing.endIndex).compactMap { listing[$0] }
    }
}

extension JSON {
    /// The object without what only the fixture knows.
    var shownByAzure: JSON {
        guard let members else { return self }
        return .object(members.filter { !$0.name.string.hasPrefix("sim:") })
    }
}
