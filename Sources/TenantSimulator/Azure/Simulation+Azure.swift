/// Azure Resource Manager beside Graph, at an origin and with a token audience of its own.
///
/// | path below the origin | api-version |
/// | --- | --- |
/// | `subscriptions`, and one of them | 2022-12-01 |
/// | `providers/Microsoft.Management/managementGroups`, and one of them | 2021-04-01 |
/// | `{scope}/providers/Microsoft.Authorization/roleAssignments`, `roleDefinitions` | 2022-04-01 |
/// | `{scope}/providers/Microsoft.Authorization/roleEligibilitySchedules` and its kin | 2020-10-01 |
/// | `providers/Microsoft.ResourceGraph/resources` (POST) | 2021-03-01 |
/// | `{subscription or nothing}/providers/Microsoft.Insights/eventtypes/management/values` | 2015-04-01 |
/// | a resource's ID | 2023-07-01 |
extension Simulation {
    func azure(_ inquiry: Inquiry) -> Reply {
        let token = bearer(inquiry)
        let path = inquiry.path.split(separator: "/").joined(separator: "/")
        let effects = change { state in
            state.faults.effects(
                path: "arm/\(path)", app: token.flatMap { state.grants[$0]?.app.clientID })
        }
        var reply: Reply
        do throws(AzureFailure) {
            if let failure = refusal(effects, token: token) { throw AzureFailure(failure) }
            reply = try read(inquiry, effects)
        } catch {
            reply = .json(error.body, status: error.status)
            reply.headers.fields += error.headers.fields
        }
        reply.headers["Content-Type"] = "application/json; charset=utf-8"
        for name in ["x-ms-request-id", "x-ms-correlation-request-id"] {
            reply.headers[name] = inquiry.id
        }
        reply.headers["x-ms-routing-request-id"] = "SIMULATED:\(inquiry.id)"
        reply.headers["Cache-Control"] = "no-cache"
        reply = disturbed(reply, by: effects)
        log(inquiry, reply)
        return reply
    }

    // MARK: - Who asks

    private func caller(_ inquiry: Inquiry, _ tenant: Tenant) throws(AzureFailure)
        -> AppRegistration
    {
        guard let token = bearer(inquiry), !token.isEmpty else {
            throw .badToken(
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.")
        }
        guard let grant = change({ $0.grants[token] }) else {
            throw .badToken("InvalidAuthenticationToken", "The access token is invalid.")
        }
        guard grant.audience == .azure else {
            throw .badToken(
                "InvalidAuthenticationTokenAudience",
                "The access token has been obtained for wrong audience or resource "
                    + "'https://graph.microsoft.com'. It should exactly match with one of the "
                    + "allowed audiences 'https://management.core.windows.net/',"
                    + "'https://management.core.windows.net','https://management.azure.com/',"
                    + "'https://management.azure.com'.")
        }
        guard !grant.isRevoked, clock.now < grant.expiry else {
            throw .badToken(
                "ExpiredAuthenticationToken",
                "The access token expiry UTC time '\(grant.expiry.iso())' is earlier than current "
                    + "UTC time '\(clock.now.iso())'.")
        }
        // Roles count from when they are assigned; tokens carry none.
        return tenant.registrations.first { $0.clientID == grant.app.clientID } ?? grant.app
    }

    // MARK: - Reading

    private func read(
        _ inquiry: Inquiry, _ effects: [Fault.Effect]
    ) throws(AzureFailure) -> Reply {
        let (tenant, settings, disorder) = change {
            ($0.tenant, $0.settings, $0.nextDisorder())
        }
        let app = try caller(inquiry, tenant)
        let target = try AzureTarget(inquiry)
        let headers = try chargeAzure(target.bucket, app, settings)
        let read = AzureRead(
            azure: Azure(tenant), events: tenant.visibleEvents(clock.now, of: .azure),
            isPremium: tenant.isPremium, app: app, settings: settings,
            now: clock.now,
            disorder: disorder, inquiry: inquiry, effects: effects)
        var reply = try read.reply(to: target)
        reply.headers.fields += headers.fields
        return reply
    }
}

/// What a request to Azure Resource Manager asks for.
enum AzureTarget {
    case subscriptions
    case managementGroups
    /// One subscription or management group: the object of the list that has this ID.
    case place(String, AzureScope)
    /// A list of `Microsoft.Authorization` at a scope.
    case rights(String, at: AzureScope, path: String)
    case resourceGraph
    /// The Activity Log of a subscription or, at the root, of the tenant.
    case activityLog(AzureScope)
    case resource(String)

    /// - Throws: 400 without an api-version or with a wrong one, 404 for what there is not.
    init(_ inquiry: Inquiry) throws(AzureFailure) {
        let path = String(decoding: percentDecoded(inquiry.path), as: UTF8.self)
        let parts = path.split(separator: "/").map { $0.lowercased() }
        let known: String
        (self, known) = try Self.target(parts, path: path)
        let version = formFields(inquiry.query).first { $0.name.lowercased() == "api-version" }
        guard let version, !version.value.isEmpty else { throw .missingVersion }
        guard version.value == known else { throw .unknownVersion(version.value, known) }
        let isQuery = if case .resourceGraph = self { true } else { false }
        guard inquiry.method == (isQuery ? "POST" : "GET") else { throw .noRoute(path) }
    }

    private static let versions = [
        "roleassignments": "2022-04-01", "roledefinitions": "2022-04-01",
        "roleeligibilityschedules": "2020-10-01", "roleeligibilityscheduleinstances": "2020-10-01",
        "roleeligibilityschedulerequests": "2020-10-01", "roleassignmentschedules": "2020-10-01",
        "roleassignmentscheduleinstances": "2020-10-01",
        "roleassignmentschedulerequests": "2020-10-01", "rolemanagementpolicies": "2020-10-01",
        "rolemanagementpolicyassignments": "2020-10-01",
    ]

    private static func target(
        _ parts: [String], path: String
    ) throws(AzureFailure) -> (AzureTarget, version: String) {
        switch parts {
        case ["subscriptions"]: return (.subscriptions, "2022-12-01")
        case ["providers", "microsoft.management", "managementgroups"]:
            return (.managementGroups, "2021-04-01")
        case _ where parts.count == 2 && parts[0] == "subscriptions":
            return (.place("subscriptions", AzureScope(path)), "2022-12-01")
        case _ where parts.count == 4 && AzureScope(path).isGroup:
            return (.place("managementGroups", AzureScope(path)), "2021-04-01")
        case ["providers", "microsoft.resourcegraph", "resources"]:
            return (.resourceGraph, "2021-03-01")
        default: break
        }
        let log = ["providers", "microsoft.insights", "eventtypes", "management", "values"]
        if Array(parts.suffix(5)) == log {
            let scope = AzureScope("/" + parts.dropLast(5).joined(separator: "/"))
            guard scope == .root || parts.count == 7 && scope.subscription != nil else {
                throw .noRoute(path)
            }
            return (.activityLog(scope), "2015-04-01")
        }
        if parts.count >= 3, parts[parts.count - 2] == "microsoft.authorization",
            parts[parts.count - 3] == "providers", let version = versions[parts[parts.count - 1]]
        {
            let scope = AzureScope("/" + parts.dropLast(3).joined(separator: "/"))
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            return (.rights(name, at: scope, path: path), version)
        }
        guard parts.first == "subscriptions", parts.count > 4, parts.contains("providers") else {
            throw .noRoute(path)
        }
        return (.resource(path), "2023-07-01")
    }

    var bucket: Simulation.AzureBucket {
        switch self {
        case .subscriptions, .managementGroups: .tenant
        case .resourceGraph: .resourceGraph
        case .rights(_, let scope, _), .activityLog(let scope), .place(_, let scope):
            scope.subscription.map { .subscription($0) } ?? .tenant
        case .resource(let path): AzureScope(path).subscription.map { .subscription($0) } ?? .tenant
        }
    }
}
