/// How one object is shown to one request: version, `$select`, `$expand`, secrets, defaults.
struct Projection: Sendable {
    let type: ResourceType
    let version: String
    let select: [String]
    let expand: [Expansion]
    /// One object was asked for, not a collection.
    let isSingle: Bool
    /// Secrets are sent as they are stored.
    let leaksSecrets: Bool
    /// Names of the properties that applications have added to the type's objects.
    let extensions: Set<String>

    /// Checks the options against what the entity has.
    init(
        type: ResourceType, version: String, query: Query, isSingle: Bool,
        leaksSecrets: Bool = false, extensions: Set<String> = []
    ) throws(GraphFailure) {
        self.type = type
        self.version = version
        select = query.select
        expand = query.expand
        self.isSingle = isSingle
        self.leaksSecrets = leaksSecrets
        self.extensions = extensions
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
        let expanded = expand.map {
            JSON.Member(JSONText($0.name), value(of: $0, object, tenant, path))
        }
        members = chosen(members.map(withoutSecrets), entity: entity)
        members.removeAll { member in expanded.contains { $0.name == member.name } }
        return .object(members + expanded.filter { $0.value != .null || !type.isDirectory })
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
        guard let known = Schema.properties(of: type.entity, in: version),
            let name = select.first(where: { !known.contains($0) && !extensions.contains($0) })
        else { return }
        throw .badRequest(
            "Parsing OData Select and Expand failed: Could not find a property named '\(name)' on "
                + "type 'microsoft.graph.\(type.entity)'.")
    }

    private func checkExpand(_ query: Query) throws(GraphFailure) {
        guard !expand.isEmpty else { return }
        let known = Schema.relations[type.entity] ?? []
        if let name = expand.map(\.name).first(where: { !known.contains($0) }) {
            throw .badRequest(
                "Parsing OData Select and Expand failed: Could not find a property named '\(name)' "
                    + "on type 'microsoft.graph.\(type.entity)'.")
        }
        guard type.isDirectory else { return }
        guard !expand.contains(where: \.isNested) else {
            throw GraphFailure(
                400, "Request_UnsupportedQuery",
                "Nested query options are not supported in $expand.")
        }
        let asksForObjects = expand.contains { $0.name != "extensions" }
        if asksForObjects, query.isEventual, query.wantsCount || query.filter != nil {
            throw GraphFailure(
                400, "Request_UnsupportedQuery",
                "$expand is not supported with advanced queries.")
        }
    }

    // MARK: - Members

    /// Drops what another version has, and what only an expansion shows.
    private func visible(_ member: JSON.Member) -> JSON.Member? {
        guard let name = Self.unprefixed(member.name.string) else { return member }
        guard member.name.string.hasPrefix("\(version):") else { return nil }
        return JSON.Member(JSONText(name), member.value)
    }

    /// Returns a fixture's name without its prefix, or `nil` if it has none.
    static func unprefixed(_ name: String) -> String? {
        let prefixes = ["beta:", "v1.0:", "expand:"]
        return prefixes.first(where: name.hasPrefix).map { String(name.dropFirst($0.count)) }
    }

    private func typed(_ members: [JSON.Member], _ entity: String) -> [JSON.Member] {
        let name: JSONText = "@odata.type"
        let type = JSON("#microsoft.graph.\(entity)")
        return [JSON.Member(name, type)] + members.filter { $0.name != name }
    }

    /// Secrets are never read back; keys only from one object that asks for them by name.
    private func withoutSecrets(_ member: JSON.Member) -> JSON.Member {
        guard !leaksSecrets else { return member }
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
            // beta shows what was added, v1.0 only if it is selected.
            if version == "v1.0", extensions.contains(name) { return false }
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
        guard let known = Schema.properties(of: entity, in: version) else { return result }
        for name in select where known.contains(name) && name != "signInActivity" {
            let text = JSONText(name)
            if !result.contains(where: { $0.name == text }) {
                result.append(JSON.Member(text, Schema.unset(name)))
            }
        }
        return result
    }

    // MARK: - Expansion

    /// Where a member of IDs leads, for relations that are not written out in the fixture.
    private static let places: [String: (member: JSONText, path: TenantPath)] = [
        "policy": ("policyId", TenantPath("policies/roleManagementPolicies")),
        "group": ("groupId", TenantPath("groups")),
        "accessPackage": (
            "accessPackageId", TenantPath("identityGovernance/entitlementManagement/accessPackages")
        ),
    ]

    private func value(
        of expansion: Expansion, _ object: JSON, _ tenant: Tenant, _ path: TenantPath
    ) -> JSON {
        let name = expansion.name
        if let embedded = object[JSONText("expand:\(name)")] ?? object[JSONText(name)] {
            return shown(embedded, expansion, tenant, path)
        }
        switch name {
        case "principal": return related(object["principalId"], tenant)
        case "manager":
            // One object; of who has none Graph does not send the member.
            guard let id = object["id"]?.text else { return .null }
            let place = path.appending(id).appending(JSONText(name))
            return children(place, expansion, tenant).elements?.first ?? .null
        case "principals":
            return .array((object["principalIds"]?.elements ?? []).map { related($0, tenant) })
        case "roleDefinition":
            let definitions = TenantPath(
                segments: path.segments.dropLast() + [Array("roleDefinitions".utf8)])
            return found(object["roleDefinitionId"], in: definitions, expansion, tenant)
        default:
            if let place = Self.places[name] {
                return found(object[place.member], in: place.path, expansion, tenant)
            }
            guard type.shape != .singleton || path.segments.count != type.pattern.count else {
                return children(path.appending(JSONText(name)), expansion, tenant)
            }
            guard let id = object["id"]?.text else { return .null }
            return children(path.appending(id).appending(JSONText(name)), expansion, tenant)
        }
    }

    private func found(
        _ id: JSON?, in path: TenantPath, _ expansion: Expansion, _ tenant: Tenant
    ) -> JSON {
        guard let object = id?.text.flatMap({ tenant.object($0, in: path) }) else { return .null }
        return shown(object, expansion, tenant, path)
    }

    /// An expanded value as the request sees it: what is expanded inside it, and nothing else that
    /// needs to be.
    private func shown(
        _ value: JSON, _ expansion: Expansion, _ tenant: Tenant, _ path: TenantPath
    ) -> JSON {
        switch value {
        case .array(let elements):
            return .array(elements.map { shown($0, expansion, tenant, path) })
        case .object(let all):
            let wanted = Set(expansion.select)
            let members = all.compactMap(visible).map(withoutSecrets).filter { member in
                let name = member.name.string
                return wanted.isEmpty || wanted.contains(name) || name.hasPrefix("@odata.type")
            }
            let expanded = expansion.expand.map {
                JSON.Member(JSONText($0.name), self.value(of: $0, value, tenant, path))
            }
            return .object(
                members.filter { member in !expanded.contains { $0.name == member.name } }
                    + expanded)
        default: return value
        }
    }

    /// Of the directory's objects at most 20, without a word about the rest.
    private func children(
        _ path: TenantPath, _ expansion: Expansion, _ tenant: Tenant
    ) -> JSON {
        let listing = tenant.listing(at: path)
        let items = (0..<listing.endIndex).lazy.compactMap { listing[$0] }
            .prefix(type.isDirectory ? 20 : .max)
        return .array(
            items.map { $0.text == nil ? shown($0, expansion, tenant, path) : related($0, tenant) })
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
