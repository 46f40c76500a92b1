/// The answer to one read of Azure Resource Manager.
struct AzureRead {
    let azure: Azure
    /// Of the Activity Log, the newest first.
    let events: [JSON]
    /// Has the licence for privileged access.
    let isPremium: Bool
    let app: AppRegistration
    let settings: Settings
    let now: Timestamp
    let disorder: Disorder
    let inquiry: Inquiry
    let effects: [Fault.Effect]

    func reply(to target: AzureTarget) throws(AzureFailure) -> Reply {
        switch target {
        case .subscriptions:
            // Whoever has no role gets no error here, but nothing.
            return try page(azure.objects("subscriptions").filter(isVisible))
        case .managementGroups:
            guard !app.azureScopes.isEmpty else {
                throw .denied(
                    app, action: "Microsoft.Management/managementGroups/read", scope: "/")
            }
            return try page(azure.objects("managementGroups").filter(isVisible))
        case .place(let list, let scope): return try place(list, scope)
        case .rights(let list, let scope, _): return try rights(list, at: scope)
        case .activityLog(let scope): return try activityLog(of: scope)
        case .resource(let path): return try resource(path)
        case .resourceGraph:
            let query = try ResourceGraph(inquiry.body)
            return .json(try query.answer(azure, settings: settings, isVisible: mayRead))
        }
    }

    // MARK: - Rights

    private func mayRead(_ scope: AzureScope) -> Bool {
        app.azureScopes.contains { azure.covers(AzureScope($0), scope) }
    }

    /// Whether the caller may read an object's own place.
    private func isVisible(_ object: JSON) -> Bool {
        object["id"]?.string.map { mayRead(AzureScope($0)) } ?? false
    }

    private func rights(_ list: String, at scope: AzureScope) throws(AzureFailure) -> Reply {
        guard azure.exists(scope) else {
            throw scope.subscription.map { .noSubscription($0) }
                ?? .denied(app, action: "Microsoft.Authorization/\(list)/read", scope: scope.path)
        }
        guard mayRead(scope) else {
            throw .denied(
                app, action: "Microsoft.Authorization/\(list)/read",
                scope: scope.path.isEmpty ? "/" : scope.path)
        }
        let filter = try AzureFilter(
            formFields(inquiry.query).first { $0.name.lowercased() == "$filter" }?.value)
        if list.lowercased() == "roledefinitions" {
            let roles = azure.roles(at: scope, withBelow: filter.isAtScopeAndBelow)
            return try page(
                roles.filter { role in
                    filter.roleType.map { role.at(["properties", "type"])?.string == $0 } ?? true
                }.map { role in
                    var role = role
                    role["id"] = role["id"]?.string.map { JSON(roleID($0, at: scope)) }
                    return role
                })
        }
        let name = Self.storedNames.first { $0.lowercased() == list.lowercased() } ?? list
        guard isPremium || name == "roleAssignments" else {
            throw AzureFailure(
                400, "AadPremiumLicenseRequired",
                "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance "
                    + "license.")
        }
        let rows =
            name.hasPrefix("roleManagement")
            ? azure.objects(name).filter {
                AzureScope($0.at(["properties", "scope"])?.string ?? "/") == scope
            } : azure.rows(name, at: scope, withBelow: !filter.isAtScope)
        return try page(rows.map { spelled($0, at: scope) })
    }

    private static let storedNames = [
        "roleAssignments", "roleEligibilitySchedules", "roleEligibilityScheduleInstances",
        "roleEligibilityScheduleRequests", "roleAssignmentSchedules",
        "roleAssignmentScheduleInstances", "roleAssignmentScheduleRequests",
        "roleManagementPolicies", "roleManagementPolicyAssignments",
    ]

    /// A role's ID is spelled differently in each listing: with the subscription that was asked, or
    /// with none, and then not even in the same case.
    private func spelled(_ row: JSON, at scope: AzureScope) -> JSON {
        guard var properties = row["properties"], let role = properties["roleDefinitionId"]?.string
        else { return row }
        properties["roleDefinitionId"] = JSON(roleID(role, at: scope))
        let isOwn = AzureScope(properties["scope"]?.string ?? "/") == scope
        if properties["memberType"] != nil, !isOwn { properties["memberType"] = "Inherited" }
        var row = row
        row["properties"] = properties
        return row
    }

    private func roleID(_ id: String, at scope: AzureScope) -> String {
        let guid = id.split(separator: "/").last ?? ""
        let provider = "/providers/Microsoft.Authorization"
        return scope.subscription.map {
            "/subscriptions/\($0)\(provider)/roleDefinitions/\(guid)"
        } ?? "\(provider)/RoleDefinitions/\(guid.uppercased())"
    }

    private func resource(_ path: String) throws(AzureFailure) -> Reply {
        let scope = AzureScope(path)
        guard
            let found = azure.objects("resources").first(where: {
                $0["id"]?.string.map { AzureScope($0) } == scope
            })
        else { throw .noResource(path) }
        guard mayRead(scope) else {
            throw .denied(
                app, action: "\(found["type"]?.string ?? "")/read", scope: scope.path)
        }
        return .json(disorder.apply(to: found.shownByAzure, salt: 0))
    }

    /// Who may not read a management group is not told whether there is one.
    private func place(_ list: String, _ scope: AzureScope) throws(AzureFailure) -> Reply {
        let found = azure.objects(list).first {
            $0["id"]?.string.map { AzureScope($0) } == scope
        }
        if found == nil, let id = scope.subscription { throw .noSubscription(id) }
        guard mayRead(scope) else {
            let kind =
                scope.isGroup
                ? "Microsoft.Management/managementGroups" : "Microsoft.Resources/subscriptions"
            throw .denied(app, action: "\(kind)/read", scope: scope.path)
        }
        guard let found else { throw .noManagementGroup(scope.path) }
        return .json(disorder.apply(to: found.shownByAzure, salt: 0))
    }

    private func activityLog(of scope: AzureScope) throws(AzureFailure) -> Reply {
        guard azure.exists(scope) else { throw .noSubscription(scope.subscription ?? "") }
        guard mayRead(scope) else {
            throw .denied(
                app, action: "Microsoft.Insights/eventtypes/values/read",
                scope: scope.path.isEmpty ? "/" : scope.path)
        }
        let log = try ActivityLog(inquiry.query, now: now)
        return try page(log.rows(of: events, in: scope.subscription))
    }

    // MARK: - Pages

    private func page(_ rows: [JSON]) throws(AzureFailure) -> Reply {
        let token = try pageToken()
        let start = effects.contains(.emptyPage) && token == nil ? rows.count : token?.offset ?? 0
        let size = min(1000, settings.pageSize ?? .max)
        let rest = rows.dropFirst(start)
        let page = rest.prefix(size)
        var answer: JSON = [
            "value": .array(
                disorder.shuffled(Array(page)).enumerated().map {
                    disorder.apply(to: respelled($1.shownByAzure), salt: start + $0)
                })
        ]
        var next = page.count < rest.count ? start + page.count : nil
        if effects.contains(.emptyPage), token == nil { next = 0 }
        if effects.contains(.repeatingLink) { next = token?.offset ?? 0 }
        if let link = link(to: next, page: (token?.page ?? 0) + 1) {
            answer["nextLink"] = effects.contains(.oddLink) ? ["href": JSON(link)] : JSON(link)
        }
        for case .wrongCount(let surplus) in effects where token == nil {
            answer["count"] = ["type": "Total", "value": JSON(rows.count + surplus)]
        }
        return .json(answer)
    }

    /// IDs in lower case, as some answers have them.
    private func respelled(_ value: JSON) -> JSON {
        guard effects.contains(.lowerCaseIDs) else { return value }
        if let text = value.string {
            return text.hasPrefix("/subscriptions/") ? JSON(text.lowercased()) : value
        }
        if let elements = value.elements { return .array(elements.map(respelled)) }
        guard let members = value.members else { return value }
        return .object(members.map { JSON.Member($0.name, respelled($0.value)) })
    }

    private func pageToken() throws(AzureFailure) -> PageToken? {
        let field = formFields(inquiry.query).first { $0.name.lowercased() == "$skiptoken" }
        guard let field else { return nil }
        var limit = Int.max
        for case .expirePageToken(let pages) in effects { limit = min(limit, pages) }
        guard let token = PageToken(field.value), token.page <= limit,
            now - token.issued <= settings.pageTokenLifetime
        else { throw AzureFailure(400, "InvalidSkipToken", "The skip token is not valid.") }
        return token
    }

    private func link(to next: Int?, page: Int) -> String? {
        var origin = inquiry.origin
        var next = next
        for case .foreignLink(let host) in effects {
            origin = "https://\(host)"
            next = next ?? 0
        }
        guard let next, !effects.contains(.missingLink) else { return nil }
        let token = PageToken(offset: next, page: page, issued: now).text(for: .directory)
        let query = inquiry.query.split(separator: "&").map(String.init).filter {
            !$0.lowercased().contains("skiptoken=") && !$0.hasPrefix("padding=")
        }
        var link = "\(origin)\(inquiry.path)?\(query.joined(separator: "&"))&%24skiptoken=\(token)"
        for case .longLink(let count) in effects where !inquiry.query.contains("padding=") {
            link += "&padding=\(String(repeating: "x", count: count))"
        }
        return link
    }
}

/// `$filter` of `Microsoft.Authorization`: functions and a role's type, joined by `and`.
struct AzureFilter {
    private(set) var isAtScope = false
    private(set) var isAtScopeAndBelow = false
    private(set) var roleType: String?

    init(_ text: String?) throws(AzureFailure) {
        for term in (text ?? "").split(separator: " and ").map({ $0.trimmed }) {
            switch term.lowercased() {
            case "atscope()": isAtScope = true
            case "atscopeandbelow()": isAtScopeAndBelow = true
            case "type eq 'customrole'": roleType = "CustomRole"
            case "type eq 'builtinrole'": roleType = "BuiltInRole"
            default:
                throw AzureFailure(
                    400, "BadRequestFormat",
                    "The filter '\(term)' is not supported. Supported filters are atScope(), "
                        + "atScopeAndBelow() and type eq '{value}'.")
            }
        }
    }
}
