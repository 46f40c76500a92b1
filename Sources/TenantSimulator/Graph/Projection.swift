/// How one object is shown to one request: version, `$select`, `$expand`, secrets, defaults.
struct Projection: Sendable {
    let type: ResourceType
    let version: String
    let select: [String]
    let expand: [String]
    /// One object was asked for, not a collection.
    let isSingle: Bool

    /// Checks the options against what the entity has.
    init(
        type: ResourceType, version: String, query: Query, isSingle: Bool
    ) throws(GraphFailure) {
        self.type = type
        self.version = version
        select = query.select
        expand = query.expand
        self.isSingle = isSingle
        try checkSelect()
        try checkExpand(query)
    }

    /// Returns `object` as the request sees it.
    ///
    /// - Parameter entity: what the object is; in a collection of references not what the
    ///   collection is named for.
    func show(_ object: JSON, entity: String, in tenant: Tenant, at path: TenantPath) -> JSON {
        guard case .object(let all) = object else { return object }
        var members = all.compactMap(visible)
        if type.shape == .references { members = typed(members, entity) }
        let expanded = expand.map { JSON.Member(JSONText($0), value(of: $0, object, tenant, path)) }
        members = chosen(members.map(withoutSecrets), entity: entity)
        members.removeAll { member in expanded.contains { $0.name == member.name } }
        return .object(members + expanded)
    }

    // MARK: - Checks

    private func checkSelect() throws(GraphFailure) {
        if type.entity == "user", !isSingle,
            let name = select.first(where: Schema.singleUserOnly.contains)
        {
            throw GraphFailure(
                501, "NotImplemented",
                "The property '\(name)' is available for one user at a time only.")
        }
        guard let known = Schema.properties(of: type.entity) else { return }
        // The beta version has more properties than are listed; a misspelling still fails in v1.0.
        guard version == "v1.0", let name = select.first(where: { !known.contains($0) }) else {
            return
        }
        throw .badRequest(
            "Parsing OData Select and Expand failed: Could not find a property named '\(name)' on "
                + "type 'microsoft.graph.\(type.entity)'.")
    }

    private static let relations: Set<String> = ["members", "owners", "manager", "memberOf"]

    private static let expandable: Set<String> = relations.union([
        "extensions", "principal", "principals", "roleDefinition", "directoryScope", "appScope",
        "activatedUsing", "rules", "effectiveRules", "policy", "userAttribute", "agents",
        "agentGroups", "publishedResources", "postFederationSignup", "postAttributeCollection",
        "accessPackageResourceRoleScopes", "assignmentPolicies", "group", "subject",
        "authenticationMethodConfigurations", "default", "partners",
    ])

    private func checkExpand(_ query: Query) throws(GraphFailure) {
        guard let first = expand.first else { return }
        if let name = expand.first(where: { !Self.expandable.contains($0) }) {
            throw .badRequest(
                "Parsing OData Select and Expand failed: Could not find a property named '\(name)' "
                    + "on type 'microsoft.graph.\(type.entity)'.")
        }
        let isRelation = type.isDirectory && Self.relations.contains(first)
        if isRelation, query.isEventual, query.wantsCount || query.filter != nil {
            throw GraphFailure(
                400, "Request_UnsupportedQuery",
                "$expand is not supported with advanced queries.")
        }
    }

    // MARK: - Members

    /// Drops what another version has, and what only an expansion shows.
    private func visible(_ member: JSON.Member) -> JSON.Member? {
        let name = member.name.string
        for prefix in ["beta:", "v1.0:", "expand:"] where name.hasPrefix(prefix) {
            guard prefix.dropLast() == version else { return nil }
            return JSON.Member(JSONText(String(name.dropFirst(prefix.count))), member.value)
        }
        return member
    }

    private func typed(_ members: [JSON.Member], _ entity: String) -> [JSON.Member] {
        let name: JSONText = "@odata.type"
        let type = JSON("#microsoft.graph.\(entity)")
        return [JSON.Member(name, type)] + members.filter { $0.name != name }
    }

    /// Secrets are never read back; keys only from one object that asks for them by name.
    private func withoutSecrets(_ member: JSON.Member) -> JSON.Member {
        let hidden: JSONText
        switch member.name.string {
        case "passwordCredentials": hidden = "secretText"
        case "keyCredentials" where !(isSingle && select.contains("keyCredentials")): hidden = "key"
        default: return member
        }
        let credentials = (member.value.elements ?? []).map { credential in
            var credential = credential
            credential[hidden] = JSON.null
            return credential
        }
        return JSON.Member(member.name, .array(credentials))
    }

    private func chosen(_ members: [JSON.Member], entity: String) -> [JSON.Member] {
        guard select.isEmpty else { return selected(members, entity: entity) }
        let isShort = entity == "user" && version == "v1.0"
        return members.filter { member in
            let name = member.name.string
            if name.hasPrefix("@") { return true }
            return isShort ? Schema.defaultUser.contains(name) : !Schema.onRequest.contains(name)
        }
    }

    /// Members in the order of the object, then those that were never set.
    private func selected(_ members: [JSON.Member], entity: String) -> [JSON.Member] {
        let wanted = select.map { $0.lowercased() }
        var result = members.filter { member in
            let name = member.name.string
            return name.hasPrefix("@odata.type") || wanted.contains(name.lowercased())
        }
        guard let known = Schema.properties(of: entity) else { return result }
        for name in select where known.contains(name) && name != "signInActivity" {
            let text = JSONText(name)
            if !result.contains(where: { $0.name == text }) {
                result.append(JSON.Member(text, Schema.unset(name)))
            }
        }
        return result
    }

    // MARK: - Expansion

    private func value(
        of name: String, _ object: JSON, _ tenant: Tenant, _ path: TenantPath
    ) -> JSON {
        if let embedded = object[JSONText("expand:\(name)")] ?? object[JSONText(name)] {
            return embedded
        }
        switch name {
        case "principal": return related(object["principalId"], tenant)
        case "principals":
            return .array((object["principalIds"]?.elements ?? []).map { related($0, tenant) })
        case "roleDefinition":
            let definitions = TenantPath(
                segments: path.segments.dropLast() + [Array("roleDefinitions".utf8)])
            return object["roleDefinitionId"]?.text.flatMap { tenant.object($0, in: definitions) }
                ?? .null
        default:
            guard let id = object["id"]?.text else { return .null }
            return children(
                tenant.listing(at: path.appending(id).appending(JSONText(name))), tenant)
        }
    }

    /// At most 20, without a word about the rest.
    private func children(_ listing: Listing, _ tenant: Tenant) -> JSON {
        let items = (0..<listing.endIndex).lazy.compactMap { listing[$0] }.prefix(20)
        return .array(items.map { $0.text == nil ? $0 : related($0, tenant) })
    }

    private func related(_ id: JSON?, _ tenant: Tenant) -> JSON {
        guard let id = id?.text, let found = tenant.directoryObject(id),
            let references = try? Projection(
                type: .reference, version: version, query: Query("", headers: Headers()),
                isSingle: false)
        else { return .null }
        return references.show(
            found.object, entity: found.entity, in: tenant, at: TenantPath())
    }
}

extension ResourceType {
    /// What an expanded relation is shown as.
    static let reference = ResourceType("", .references, of: "directoryObject", needs: "")
}
