import Synchronization

/// The whole simulated service behind one address: the tenant, sign-ins, limits, faults and a log.
///
/// - Cost: a request holds the lock for its bookkeeping only; pages are rendered from a copy of the
///   tenant, outside it, on as many threads as ask.
final class Simulation: Sendable {
    struct State: Sendable {
        var tenant: Tenant
        var settings: Settings
        var grants: [String: Grant] = [:]
        var throttle = Throttle()
        var azureThrottle = AzureThrottle()
        /// Where Azure Resource Manager listens; names its tokens' audience.
        var azurePort: Int?
        var faults = Faults()
        var served: [ServedRequest] = []
        var answers = 0
    }

    /// A token that was given out.
    struct Grant: Sendable {
        var app: AppRegistration
        var audience: SignIn.Audience
        var expiry: Timestamp
        var isRevoked = false
    }

    let clock: any SimulatorClock
    // A Mutex and not an actor: requests must not queue behind each other's page rendering, and the
    // critical sections are short and never suspend.
    private let state: Mutex<State>

    init(tenant: Tenant, settings: Settings, clock: any SimulatorClock) {
        self.clock = clock
        state = Mutex(State(tenant: tenant, settings: settings))
    }

    func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        state.withLock { state in body(&state) }
    }

    /// Answers one request, whatever it asks.
    func reply(to inquiry: Inquiry) -> Reply {
        let segments = ResourceType.segments(inquiry.path)
        let first = segments.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        var reply: Reply
        switch first.lowercased() {
        case "simulator": return control(inquiry, segments.dropFirst())
        case "v1.0", "beta":
            reply = graph(inquiry, version: first.lowercased(), Array(segments.dropFirst()))
        default: reply = platform(inquiry) ?? signIn(inquiry, segments)
        }
        reply.headers["Cache-Control"] = "no-cache"
        log(inquiry, reply)
        return reply
    }

    func log(_ inquiry: Inquiry, _ reply: Reply) {
        var headers: [String: String] = [:]
        for (name, value) in inquiry.headers.fields {
            let isSecret = name.lowercased() == "authorization"
            headers[name.lowercased()] = isSecret ? String(value.prefix { $0 != " " }) : value
        }
        let served = ServedRequest(
            method: inquiry.method, path: inquiry.path, query: inquiry.query,
            status: reply.status, isBatchMember: inquiry.isMember, byteCount: reply.body.count,
            time: clock.now, headers: headers)
        change { state in
            if state.settings.keepsRequests { state.served.append(served) }
        }
    }

    // MARK: - Sign-in

    private func signIn(_ inquiry: Inquiry, _ segments: [[UInt8]]) -> Reply {
        let names = segments.map { String(decoding: $0, as: UTF8.self) }
        let isToken = names.dropFirst() == ["oauth2", "v2.0", "token"]
        guard isToken || names.dropFirst() == ["v2.0", ".well-known", "openid-configuration"] else {
            return .json(
                .failure(
                    GraphFailure(404, "NotFound", "There is nothing at this path."), self, inquiry),
                status: 404)
        }
        let service = signInService(at: inquiry.origin, tenantName: names[0])
        guard isToken else { return service.discovery() }
        let form = formFields(String(decoding: inquiry.body, as: UTF8.self))
        let app = form.first { $0.name == "client_id" }?.value
        let effects = change { $0.faults.effects(path: "token", app: app) }
        if let failure = refusal(effects, token: nil) { return service.reply(to: failure) }
        let answer = inquiry.method == "POST" ? service.token(form) : service.refuseMethod()
        if let (token, grant) = answer.grant { change { $0.grants[token] = grant } }
        return disturbed(answer.reply, by: effects)
    }
}

extension JSON {
    /// The body of a refusal by Graph.
    static func failure(
        _ failure: GraphFailure, _ simulation: Simulation, _ inquiry: Inquiry
    ) -> JSON {
        let id = inquiry.id
        let date = String(simulation.clock.now.iso().dropLast())
        return [
            "error": [
                "code": JSON(failure.code), "message": JSON(failure.message),
                "innerError": [
                    "date": JSON(date), "request-id": JSON(id),
                    "client-request-id": JSON(inquiry.headers["client-request-id"] ?? id),
                ],
            ]
        ]
    }
}
