/// The token endpoint of one authority, for applications (OAuth 2 client credentials).
struct SignIn {
    /// What a token is good for.
    enum Audience: Sendable, Equatable {
        case graph
        /// Azure Resource Manager.
        case azure
        case other(String)
    }

    /// An answer, and the token in it if there is one.
    struct Answer {
        var reply: Reply
        var grant: (token: String, grant: Simulation.Grant)?
    }

    /// A refusal in the form Entra gives it.
    struct Failure: Error {
        var status: Int
        var error: String
        var number: Int
        var text: String
    }

    let tenantName: String
    let origin: String
    let now: Timestamp
    let tenant: Tenant
    let settings: Settings
    let azurePort: Int?

    init(
        tenantName: String, origin: String, now: Timestamp, state: (Tenant, Settings, Int?)
    ) {
        self.tenantName = tenantName
        self.origin = origin
        self.now = now
        (tenant, settings, azurePort) = state
    }

    /// `/{tenant}/v2.0/.well-known/openid-configuration`
    func discovery() -> Reply {
        do {
            try checkTenant()
        } catch {
            return refused(error).reply
        }
        let root = "\(origin)/\(tenant.id)"
        return .json([
            "token_endpoint": JSON("\(root)/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": [
                "client_secret_post", "private_key_jwt", "client_secret_basic",
            ],
            "jwks_uri": JSON("\(root)/discovery/v2.0/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": JSON("\(root)/v2.0"),
            "authorization_endpoint": JSON("\(root)/oauth2/v2.0/authorize"),
            "tenant_region_scope": "EU", "cloud_instance_name": "microsoftonline.com",
        ])
    }

    /// Answers the form of a token request. Fields it does not know are ignored.
    func token(_ form: [(name: String, value: String)]) -> Answer {
        var fields: [String: String] = [:]
        for field in form { fields[field.name] = field.value }
        do {
            try checkTenant()
            let app = try client(fields)
            let audience = try audience(fields["scope"])
            return granted(app, audience, claims: fields["claims"])
        } catch {
            return refused(error)
        }
    }

    func refuseMethod() -> Answer {
        refused(
            Failure(
                status: 400, error: "invalid_request", number: 900_561,
                text: "The endpoint only accepts POST requests. Received a GET request."))
    }

    // MARK: - Checks

    private func checkTenant() throws(Failure) {
        let name = tenantName.lowercased()
        guard [tenant.id.lowercased(), tenant.domain.lowercased()].contains(name) else {
            throw Failure(
                status: 400, error: "invalid_request", number: 90_002,
                text: "Tenant '\(tenantName)' not found. Check to make sure you have the correct "
                    + "tenant ID and are signing into the correct cloud.")
        }
    }

    private func required(
        _ name: String, in fields: [String: String]
    ) throws(Failure) -> String {
        guard let value = fields[name], !value.isEmpty else {
            throw Failure(
                status: 400, error: "invalid_request", number: 900_144,
                text: "The request body must contain the following parameter: '\(name)'.")
        }
        return value
    }

    private func client(_ fields: [String: String]) throws(Failure) -> AppRegistration {
        let grantType = try required("grant_type", in: fields)
        guard grantType == "client_credentials" else {
            throw Failure(
                status: 400, error: "unsupported_grant_type", number: 70_003,
                text: "The app requested an unsupported grant type '\(grantType)'.")
        }
        let id = try required("client_id", in: fields)
        guard let app = tenant.registrations.first(where: { $0.clientID == id.lowercased() }) else {
            throw Failure(
                status: 400, error: "unauthorized_client", number: 700_016,
                text: "Application with identifier '\(id)' was not found in the directory "
                    + "'\(tenant.displayName)'.")
        }
        if let assertion = fields["client_assertion"] {
            let endpoint = "/oauth2/v2.0/token"
            try Assertion.check(
                assertion, type: fields["client_assertion_type"], app: app,
                audiences: [tenant.id, tenant.domain, tenantName].map {
                    "\(origin)/\($0)\(endpoint)"
                },
                now: now)
            return app
        }
        guard let secret = fields["client_secret"], !secret.isEmpty else {
            throw Failure(
                status: 401, error: "invalid_client", number: 7_000_216,
                text: "'client_assertion', 'client_secret' or 'request' is required for the "
                    + "'client_credentials' grant type.")
        }
        guard secret.utf8.elementsEqual(app.secret.utf8) else {
            throw Failure(
                status: 401, error: "invalid_client", number: 7_000_215,
                text: "Invalid client secret provided. Ensure the secret being sent in the request "
                    + "is the client secret value, not the client secret ID, for a secret added to "
                    + "app '\(app.clientID)'.")
        }
        guard !app.isSecretExpired else {
            throw Failure(
                status: 401, error: "invalid_client", number: 7_000_222,
                text: "The provided client secret keys for app '\(app.clientID)' are expired.")
        }
        return app
    }

    private func audience(_ scope: String?) throws(Failure) -> Audience {
        let scopes = (scope ?? "").split(separator: " ")
        guard let scope = scopes.first else {
            throw Failure(
                status: 400, error: "invalid_request", number: 900_144,
                text: "The request body must contain the following parameter: 'scope'.")
        }
        guard scopes.count == 1 else {
            throw Failure(
                status: 400, error: "invalid_scope", number: 70_011,
                text: "The provided request must include a 'scope' input parameter for one "
                    + "resource only.")
        }
        guard scope.hasSuffix("/.default") else {
            throw Failure(
                status: 400, error: "invalid_scope", number: 1_002_012,
                text: "The provided value for scope \(scope) is not valid. Client credential flows "
                    + "must have a scope value with /.default suffixed to the resource identifier "
                    + "(application ID URI).")
        }
        let resource = String(scope.dropLast("/.default".count))
        guard let audience = audience(of: resource) else {
            throw Failure(
                status: 400, error: "invalid_resource", number: 500_011,
                text: "The resource principal named \(resource) was not found in the tenant named "
                    + "\(tenant.displayName).")
        }
        return audience
    }

    /// What a token for `resource` is good for; `nil` if there is no such service.
    func audience(of resource: String) -> Audience? {
        let name = resource.lowercased()
        let graphs = [
            "https://graph.microsoft.com", "https://graph.microsoft.us",
            "https://dod-graph.microsoft.us", "https://microsoftgraph.chinacloudapi.cn",
            "00000003-0000-0000-c000-000000000000", origin.lowercased(),
        ]
        let local = [
            "http://localhost", "https://localhost", "http://127.0.0.1", "https://127.0.0.1",
        ]
        let isLocal = local.contains { name == $0 || name.hasPrefix($0 + ":") }
        if isLocal, let azurePort, name.hasSuffix(":\(azurePort)") { return .azure }
        if graphs.contains(name) || isLocal { return .graph }
        let azure = [
            "https://management.azure.com", "https://management.azure.com/",
            "https://management.usgovcloudapi.net", "https://management.chinacloudapi.cn",
        ]
        if azure.contains(name) { return .azure }
        return name == "499b84ac-1321-427f-aa17-267ca6975798" ? .other(name) : nil
    }

    // MARK: - Answers

    /// Makes a token, and what it is worth.
    func grant(
        _ app: AppRegistration, _ audience: Audience, life: Double, claims: String? = nil
    ) -> (token: String, grant: Simulation.Grant) {
        (
            accessToken(app, audience, life: Int(life), claims: claims),
            Simulation.Grant(app: app, audience: audience, expiry: now + life)
        )
    }

    private func granted(_ app: AppRegistration, _ audience: Audience, claims: String?) -> Answer {
        let life = Int(settings.tokenLifetime)
        let given = grant(app, audience, life: settings.tokenLifetime, claims: claims)
        func number(_ value: Int) -> JSON {
            settings.tokenNumbersAreStrings ? JSON(String(value)) : JSON(value)
        }
        let body: JSON = [
            "token_type": "Bearer", "expires_in": number(life), "ext_expires_in": number(life),
            "access_token": JSON(given.token),
        ]
        return Answer(reply: reply(body, status: 200), grant: given)
    }

    /// A text that looks like the JWT Entra gives; nobody but this server can tell if it is good.
    private func accessToken(
        _ app: AppRegistration, _ audience: Audience, life: Int, claims: String?
    ) -> String {
        let start = Int(now.seconds)
        let resource =
            switch audience {
            case .graph: "https://graph.microsoft.com"
            case .azure: "https://management.azure.com"
            case .other(let name): name
            }
        var payload: JSON = [
            "aud": JSON(resource), "iss": JSON("https://sts.windows.net/\(tenant.id)/"),
            "iat": JSON(start), "nbf": JSON(start), "exp": JSON(start + life),
            "app_displayname": JSON(app.displayName), "appid": JSON(app.clientID),
            "appidacr": "1", "idtyp": app.isDelegated ? "user" : "app",
            "oid": JSON(app.servicePrincipalID), "sub": JSON(app.servicePrincipalID),
            "tid": JSON(tenant.id), "uti": JSON(newGUID()), "ver": "1.0",
        ]
        if app.isDelegated {
            payload["scp"] = JSON(app.permissions.joined(separator: " "))
        } else {
            payload["roles"] = .array(app.permissions.map { JSON($0) })
        }
        if claims?.lowercased().contains("cp1") == true { payload["xms_cc"] = ["CP1"] }
        let header: JSON = ["typ": "JWT", "alg": "RS256", "kid": "simulated"]
        let signature = Array((newGUID() + newGUID()).utf8)
        return [header.bytes, payload.bytes, signature].map(base64URL).joined(separator: ".")
    }

    private func refused(_ failure: Failure) -> Answer {
        let trace = newGUID()
        let correlation = newGUID()
        let moment = now.iso().replacing("T", with: " ")
        let text =
            "AADSTS\(failure.number): \(failure.text) Trace ID: \(trace) "
            + "Correlation ID: \(correlation) Timestamp: \(moment)"
        let body: JSON = [
            "error": JSON(failure.error), "error_description": JSON(text),
            "error_codes": [JSON(failure.number)], "timestamp": JSON(moment),
            "trace_id": JSON(trace), "correlation_id": JSON(correlation),
            "error_uri": JSON("https://login.microsoftonline.com/error?code=\(failure.number)"),
        ]
        return Answer(reply: reply(body, status: failure.status))
    }

    /// A refusal set by a fault, as the token endpoint words it.
    func reply(to failure: GraphFailure) -> Reply {
        let isOverload = failure.status == 429 || failure.status >= 500
        let answer = refused(
            Failure(
                status: failure.status,
                error: isOverload ? "temporarily_unavailable" : "invalid_request",
                number: isOverload ? 90_033 : 90_014, text: failure.message))
        var reply = answer.reply
        reply.headers["Retry-After"] = failure.headers["Retry-After"]
        return reply
    }

    private func reply(_ body: JSON, status: Int) -> Reply {
        var reply = Reply.json(body, status: status)
        reply.headers["Content-Type"] = "application/json; charset=utf-8"
        reply.headers["Cache-Control"] = "no-store, no-cache"
        reply.headers["x-ms-request-id"] = newGUID()
        return reply
    }
}
