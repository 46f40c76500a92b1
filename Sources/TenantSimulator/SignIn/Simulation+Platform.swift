extension Simulation {
    func signInService(at origin: String, tenantName: String = "") -> SignIn {
        SignIn(
            tenantName: tenantName, origin: origin, now: clock.now,
            state: change { ($0.tenant, $0.settings, $0.azurePort) })
    }

    /// Answers for whoever vouches for programs; `nil` for paths of others.
    func platform(_ inquiry: Inquiry) -> Reply? {
        guard let endpoint = Platform.Endpoint.allCases.first(where: { $0.path == inquiry.path })
        else { return nil }
        let effects = change { $0.faults.effects(path: endpoint.fault, app: nil) }
        if let failure = refusal(effects, token: nil) {
            var reply = Reply.json(
                ["error": JSON(failure.code), "error_description": JSON(failure.message)],
                status: failure.status)
            reply.headers["Retry-After"] = failure.headers["Retry-After"]
            return reply
        }
        let platform = change { $0.settings.platform }
        let reply =
            switch endpoint {
            case .pipelines: pipelineToken(inquiry, platform)
            case .github: gitHubToken(inquiry, platform)
            default: identityToken(inquiry, endpoint, platform)
            }
        return disturbed(reply, by: effects)
    }

    // MARK: - Jobs

    /// <https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create>
    private func pipelineToken(_ inquiry: Inquiry, _ platform: Platform) -> Reply {
        guard inquiry.method == "POST" else { return .refusal(405, "MethodNotAllowed") }
        guard inquiry.headers["Authorization"] == "Bearer \(platform.jobToken)", !platform.isJobOver
        else {
            guard inquiry.headers["X-TFS-FedAuthRedirect"] == "Suppress" else {
                return disturbed(Reply(status: 302), by: [.signInPage])
            }
            return .refusal(401, "TF400813: The user is not authorized to access this resource.")
        }
        let query = formFields(inquiry.query)
        guard query.contains(where: { $0.name == "api-version" }) else {
            return .refusal(400, "No api-version was supplied for the request.")
        }
        let connection = query.first { $0.name == "serviceConnectionId" }?.value
        guard connection == platform.serviceConnection else {
            return .refusal(404, "The service connection was not found.")
        }
        let token = Issuer.token(
            .federated(
                issuer: platform.pipelineIssuer, subject: platform.pipelineSubject,
                audience: "api://AzureADTokenExchange", now: clock.now, life: 600))
        return .json(["oidcToken": JSON(token)])
    }

    /// <https://docs.github.com/actions/concepts/security/openid-connect>
    private func gitHubToken(_ inquiry: Inquiry, _ platform: Platform) -> Reply {
        guard inquiry.method == "GET" else { return .refusal(404, "Not found") }
        guard
            inquiry.headers["Authorization"]?.lowercased()
                == "bearer \(platform.requestToken)", !platform.isJobOver
        else { return .refusal(401, "The token is not valid.") }
        let query = formFields(inquiry.query)
        guard query.contains(where: { $0.name == "api-version" }) else {
            return .refusal(400, "No api-version was supplied for the request.")
        }
        let audience = query.first { $0.name == "audience" }?.value
        let token = Issuer.token(
            .federated(
                issuer: platform.gitHubIssuer, subject: platform.gitHubSubject,
                audience: audience ?? "https://github.com/contoso", now: clock.now, life: 300))
        return .json(["count": JSON(token.utf8.count), "value": JSON(token)])
    }

    // MARK: - Machines

    private func identityToken(
        _ inquiry: Inquiry, _ endpoint: Platform.Endpoint, _ platform: Platform
    ) -> Reply {
        let form = endpoint == .cloudShell ? String(decoding: inquiry.body, as: UTF8.self) : ""
        let rules = IdentityRules(endpoint, platform)
        let fields = formFields(endpoint == .cloudShell ? form : inquiry.query)
        if let refused = rules.refusal(of: inquiry, fields) { return refused }
        let service = signInService(at: inquiry.origin)
        let resource = fields.first { $0.name == "resource" }?.value ?? ""
        let isOldAgent = endpoint == .arc && platform.ignoresSelector
        guard let app = rules.identity(fields, isOldAgent, of: service.tenant.registrations) else {
            return .refusal(400, "Identity not found", code: "invalid_request")
        }
        guard
            let audience = service.audience(
                of: resource.hasSuffix("/") ? String(resource.dropLast()) : resource)
        else {
            return .refusal(
                400, "AADSTS500011: The resource principal named \(resource) was not found.",
                code: "invalid_resource")
        }
        let life = service.settings.tokenLifetime
        let given = service.grant(app, audience, life: life)
        change { $0.grants[given.token] = given.grant }
        return .json(rules.answer(given.token, to: app, resource, life: life, now: clock.now))
    }
}

/// What one kind of managed-identity endpoint asks for and how it answers.
private struct IdentityRules {
    let endpoint: Platform.Endpoint
    let platform: Platform

    init(_ endpoint: Platform.Endpoint, _ platform: Platform) {
        self.endpoint = endpoint
        self.platform = platform
    }

    /// - Parameter fields: of the query or the form.
    func refusal(
        of inquiry: Inquiry, _ fields: [(name: String, value: String)]
    ) -> Reply? {
        guard inquiry.method == (endpoint == .cloudShell ? "POST" : "GET") else {
            return .refusal(405, "Method not allowed")
        }
        if let (name, value) = requiredHeader, inquiry.headers[name]?.lowercased() != value {
            let isSecret = endpoint == .appService || endpoint == .azureML
            return .refusal(
                isSecret ? 401 : 400, "Required metadata header not specified",
                code: "invalid_request")
        }
        if inquiry.headers["X-Forwarded-For"] != nil {
            return .refusal(400, "The request went through a proxy", code: "bad_request")
        }
        let version = fields.first { $0.name == "api-version" }?.value
        guard endpoint == .cloudShell || version == self.version else {
            return .refusal(400, "Invalid or missing api-version", code: "bad_request_102")
        }
        guard fields.contains(where: { $0.name == "resource" && !$0.value.isEmpty }) else {
            return .refusal(400, "Missing resource", code: "bad_request_103")
        }
        return endpoint == .arc ? challenge(inquiry) : nil
    }

    private var requiredHeader: (name: String, value: String)? {
        switch endpoint {
        case .appService: ("X-IDENTITY-HEADER", platform.identityHeader)
        case .azureML: ("secret", platform.machineSecret)
        default: ("Metadata", "true")
        }
    }

    private var version: String {
        switch endpoint {
        case .appService: "2019-08-01"
        case .azureML: "2017-09-01"
        case .arc: "2020-06-01"
        default: "2018-02-01"
        }
    }

    /// Only who reads the agent's file gets past.
    private func challenge(_ inquiry: Inquiry) -> Reply? {
        guard inquiry.headers["Authorization"] != "Basic \(platform.keyFileContent)" else {
            return nil
        }
        var reply = Reply.refusal(401, "Unauthorized", code: "unauthorized")
        reply.headers["WWW-Authenticate"] = platform.keyFile.map { "Basic realm=\($0)" }
        return reply
    }

    /// Selectors by which a user-assigned identity is asked for.
    private var selectors: (clientID: String, objectID: String?, resourceID: String?) {
        switch endpoint {
        case .azureML: ("clientid", nil, nil)
        case .appService: ("client_id", "object_id", "mi_res_id")
        default: ("client_id", "object_id", "msi_res_id")
        }
    }

    func identity(
        _ fields: [(name: String, value: String)], _ isOldAgent: Bool, of apps: [AppRegistration]
    ) -> AppRegistration? {
        let machines = apps.filter { $0.managedIdentity != nil }
        func value(_ name: String?) -> String? { fields.first { $0.name == name }?.value }
        let wanted = (
            value(selectors.clientID), value(selectors.objectID), value(selectors.resourceID)
        )
        if endpoint == .cloudShell || isOldAgent || wanted == (nil, nil, nil) {
            return machines.first { $0.managedIdentity == .system }
                ?? (machines.count == 1 ? machines[0] : nil)
        }
        return machines.first { app in
            if let id = wanted.0 { return app.clientID == id.lowercased() }
            if let id = wanted.1 { return app.servicePrincipalID == id.lowercased() }
            guard case .user(let resource) = app.managedIdentity else { return false }
            return resource.lowercased() == wanted.2?.lowercased()
        }
    }

    func answer(
        _ token: String, to app: AppRegistration, _ resource: String, life: Double, now: Timestamp
    ) -> JSON {
        var body: JSON = [
            "access_token": JSON(token), "resource": JSON(resource), "token_type": "Bearer",
            "client_id": JSON(app.clientID),
        ]
        let end = now + life
        switch endpoint {
        case .appService, .azureML:
            body["expires_on"] = endpoint == .appService ? date(end) : JSON("\(Int(end.seconds))")
        default:
            body["expires_on"] = JSON("\(Int(end.seconds))")
            body["not_before"] = JSON("\(Int(now.seconds))")
            if platform.sendsLife { body["expires_in"] = JSON("\(Int(life))") }
        }
        return body
    }

    private func date(_ end: Timestamp) -> JSON {
        let iso = end.iso()
        let day = iso.prefix(10)
        let time = iso.dropFirst(11).prefix(8)
        let (year, month, date) = (day.prefix(4), day.dropFirst(5).prefix(2), day.suffix(2))
        switch platform.dateForm {
        case .seconds: return JSON("\(Int(end.seconds))")
        case .number: return JSON(Int(end.seconds))
        case .monthFirst: return JSON("\(month)/\(date)/\(year) \(time)")
        case .twelveHours:
            let hour = Int(time.prefix(2)) ?? 0
            let twelve = (hour + 11) % 12 + 1
            return JSON(
                "\(month)/\(date)/\(year) \(twelve)\(time.dropFirst(2)) "
                    + "\(hour < 12 ? "AM" : "PM") +00:00")
        case .yearFirst: return JSON("\(day) \(time)")
        case .iso: return JSON(iso)
        }
    }
}

extension Reply {
    /// A refusal in the form that the platform's services have in common.
    fileprivate static func refusal(
        _ status: Int, _ message: String, code: String = "refused"
    ) -> Reply {
        .json(
            [
                "error": JSON(code), "error_description": JSON(message), "message": JSON(message),
            ], status: status)
    }
}
