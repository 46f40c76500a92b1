extension Simulation {
    /// Who asks, once the token was found good.
    struct Caller: Sendable {
        var app: AppRegistration
    }

    /// Answers a request below a version.
    func graph(_ inquiry: Inquiry, version: String, _ segments: [[UInt8]]) -> Reply {
        guard segments.first == Array("$batch".utf8), segments.count == 1 else {
            return single(inquiry, version: version, segments, caller: nil)
        }
        let effects = change { $0.faults.effects(path: "$batch", app: nil) }
        do throws(GraphFailure) {
            if let failure = refusal(effects, token: bearer(inquiry)) { throw failure }
            let caller = try authorize(inquiry)
            let batch = try Batch(inquiry, version: version, acceptsAbsolute: acceptsAbsolute)
            let reply = batch.reply(order: change { $0.nextDisorder() }) { member, segments in
                let reply = single(member, version: version, segments, caller: caller)
                log(member, reply)
                return reply
            }
            return disturbed(dressed(reply, inquiry), by: effects)
        } catch {
            return dressed(refused(error, inquiry), inquiry)
        }
    }

    private var acceptsAbsolute: Bool { change { $0.settings.acceptsAbsoluteBatchURLs } }

    /// Answers one read, alone or as a member of a batch.
    private func single(
        _ inquiry: Inquiry, version: String, _ segments: [[UInt8]], caller: Caller?
    ) -> Reply {
        let token = bearer(inquiry)
        let path = TenantPath(segments: segments).text
        let effects = change { state in
            state.faults.effects(
                path: path,
                app: caller?.app.clientID ?? token.flatMap { state.grants[$0]?.app.clientID })
        }
        do throws(GraphFailure) {
            if let failure = refusal(effects, token: token) { throw failure }
            let caller = if let caller { caller } else { try authorize(inquiry) }
            let reply = try read(inquiry, version: version, segments, caller, effects)
            return disturbed(dressed(reply, inquiry), by: effects)
        } catch {
            return disturbed(dressed(refused(error, inquiry), inquiry), by: effects)
        }
    }

    // MARK: - Permission

    func bearer(_ inquiry: Inquiry) -> String? {
        guard let value = inquiry.headers["Authorization"], value.lowercased().hasPrefix("bearer ")
        else { return nil }
        return value.dropFirst(7).trimmed
    }

    private func authorize(_ inquiry: Inquiry) throws(GraphFailure) -> Caller {
        guard let token = bearer(inquiry), !token.isEmpty else {
            throw .badToken("Access token is empty.")
        }
        guard let grant = change({ $0.grants[token] }) else {
            throw .badToken("CompactToken parsing failed with error code: 80049217")
        }
        guard !grant.isRevoked, clock.now < grant.expiry else {
            throw .badToken("Lifetime validation failed, the token is expired.")
        }
        guard grant.audience == .graph else {
            throw .badToken("Access token validation failure. Invalid audience.")
        }
        return Caller(app: grant.app)
    }

    private func permit(_ route: Route, _ query: Query, _ caller: Caller, _ tenant: Tenant)
        throws(GraphFailure)
    {
        let granted = Set(caller.app.permissions)
        guard route.type.isPermitted(to: caller.app) else { throw .denied }
        for (member, permission) in Schema.consents where query.select.contains(member) {
            guard granted.contains(permission) else { throw .denied }
        }
        guard query.select.contains("signInActivity") else { return }
        guard granted.contains("AuditLog.Read.All") else { throw .denied }
        guard tenant.isPremium else {
            throw GraphFailure(
                403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                "Neither tenant is B2C or tenant doesn't have premium license")
        }
    }

    // MARK: - Reading

    private func read(
        _ inquiry: Inquiry, version: String, _ segments: [[UInt8]], _ caller: Caller,
        _ effects: [Fault.Effect]
    ) throws(GraphFailure) -> Reply {
        guard !segments.isEmpty else { throw .badRequest("No resource was named.") }
        let route = try ResourceType.route(segments, version: version)
        guard inquiry.method == (route.type.isAction ? "POST" : "GET") else { throw .denied }
        let query = try Query(inquiry.query, headers: inquiry.headers)
        let (tenant, settings, disorder) = change {
            ($0.tenant, $0.settings, $0.nextDisorder())
        }
        let cost = cost(route, query)
        let load = try charge(route, query, cost: cost, caller, tenant, settings)
        try permit(route, query, caller, tenant)
        guard tenant.hasParent(of: route) else {
            throw .noResource(
                String(decoding: route.path.segments.dropLast().last ?? [], as: UTF8.self))
        }
        guard !route.type.isIntuneLog || tenant.hasIntune else {
            throw .badRequest("Request not applicable to target tenant.")
        }
        try checkRules(route, query, inquiry)
        let projection = try Projection(
            type: route.type, version: version, query: query, isSingle: route.target.isObject,
            leaksSecrets: settings.leaksSecrets,
            extensions: tenant.extensionNames(of: route.type.entity))
        let read = CollectionRead(
            tenant: tenant, settings: settings, now: clock.now, disorder: disorder,
            dialect: Dialect(inquiry.headers), version: version, route: route, query: query,
            projection: projection,
            masked: route.type.shape == .references ? ResourceType.masked(from: caller.app) : [],
            address: inquiry.origin + "/" + inquiry.path.drop { $0 == "/" }, effects: effects)
        var reply = try answer(read)
        reply.headers["x-ms-resource-unit"] = String(cost)
        if load > 0.8 {
            reply.headers["x-ms-throttle-limit-percentage"] =
                "\((min(load, 1.8) * 100).rounded() / 100)"
        }
        return reply
    }

    private func answer(_ read: CollectionRead) throws(GraphFailure) -> Reply {
        switch (read.route.target, read.route.type.shape) {
        case (.count, _): return try read.count()
        case (.whole, _) where read.route.type.isAction:
            return read.list(read.tenant.extensionProperties)
        case (.whole, .singleton):
            guard let object = read.tenant.singleton(at: read.route.path) else {
                throw .noResource(read.route.path.text)
            }
            return read.object(object, suffix: "")
        case (.whole, _):
            if let code = read.route.type.absence, read.isEmpty {
                throw GraphFailure(404, code, "Nothing was found at '\(read.route.path.text)'.")
            }
            return try read.page()
        case (.object(let id), _):
            guard let object = read.tenant.object(id, in: read.route.path) else {
                throw .noResource(id.string)
            }
            return read.object(object, suffix: "/$entity")
        }
    }

    /// The service's rules about which options go together.
    private func checkRules(
        _ route: Route, _ query: Query, _ inquiry: Inquiry
    ) throws(GraphFailure) {
        if route.type.isIntuneLog { return try AuditRules.check(query, isIntune: true) }
        if route.type.bucket == .audit { return try AuditRules.check(query) }
        let fixed = query.filter?.equalities ?? []
        let filters = route.type.filters
        guard route.target.isObject || filters.isEmpty || filters.contains(where: fixed.isSuperset)
        else {
            let names = filters.map { $0.sorted().joined(separator: " and ") }
            throw GraphFailure(
                400, "MissingParameters",
                "A $filter on \(names.joined(separator: " or ")) is required.")
        }
        guard route.type.isDirectory else { return }
        let isAdvanced =
            query.filter.map { $0.isAdvanced || !query.orderBy.isEmpty } ?? false
        let counts = query.wantsCount || route.target == .count
        guard !isAdvanced || query.isEventual && counts else {
            throw GraphFailure(400, "Request_UnsupportedQuery", "Unsupported Query.")
        }
        guard !isAdvanced || inquiry.query.utf8.count <= 2048 else {
            throw .badRequest("The length of the query exceeds 2048 characters.")
        }
    }

    // MARK: - Limits

    private func cost(_ route: Route, _ query: Query) -> Int {
        var cost = route.type.cost
        if !query.select.isEmpty { cost -= 1 }
        if !query.expand.isEmpty { cost += 1 }
        if let top = query.top, top < 20 { cost -= 1 }
        return max(1, cost)
    }

    /// Charges the request to its limit and returns how full that is.
    private func charge(
        _ route: Route, _ query: Query, cost: Int, _ caller: Caller, _ tenant: Tenant,
        _ settings: Settings
    ) throws(GraphFailure) -> Double {
        guard case .service(let scale) = settings.throttling else { return 0 }
        let programs = ["application", "servicePrincipal"]
        let readsKeys =
            query.select.contains("keyCredentials") && programs.contains(route.type.entity)
        let bucket = readsKeys ? ResourceType.Bucket.keyCredentials : route.type.bucket
        let now = clock.now
        let verdict = change {
            $0.throttle.charge(
                bucket, cost: Double(cost), app: caller.app.clientID, users: tenant.userCount,
                scale: scale, now: now)
        }
        guard verdict.isRefused else { return verdict.used }
        let form =
            bucket == .conditionalAccess
            ? settings.conditionalAccessRetryAfter : settings.retryAfter
        var failure = GraphFailure.throttled(form.value(seconds: verdict.wait, now: now))
        let scope = bucket == .conditionalAccess ? "Tenant" : "Tenant_Application"
        failure.headers["x-ms-throttle-scope"] =
            "\(scope)/ReadWrite/\(caller.app.clientID)/\(tenant.id)"
        failure.headers["x-ms-throttle-information"] = "ResourceUnitLimitExceeded"
        throw failure
    }

    // MARK: - Form

    func refused(_ failure: GraphFailure, _ inquiry: Inquiry) -> Reply {
        var reply = Reply.json(.failure(failure, self, inquiry), status: failure.status)
        reply.headers["Content-Type"] = "application/json"
        reply.headers.fields += failure.headers.fields
        if failure.status == 401, reply.headers["WWW-Authenticate"] == nil {
            reply.headers["WWW-Authenticate"] =
                "Bearer realm=\"\", authorization_uri=\"\(inquiry.origin)/common/oauth2/authorize\""
        }
        return reply
    }

    private func dressed(_ reply: Reply, _ inquiry: Inquiry) -> Reply {
        var reply = reply
        let id = inquiry.id
        reply.headers["request-id"] = id
        reply.headers["client-request-id"] = inquiry.headers["client-request-id"] ?? id
        guard !inquiry.isMember else { return reply }
        reply.headers["OData-Version"] = "4.0"
        reply.headers["x-ms-ags-diagnostic"] =
            #"{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"0","RoleInstance":"0"}}"#
        return reply
    }
}

extension Simulation.State {
    mutating func nextDisorder() -> Disorder {
        answers += 1
        return Disorder(settings, answer: answers)
    }
}

extension Tenant {
    var userCount: Int { listing(at: TenantPath("users")).endIndex }
}

extension Route.Target {
    var isObject: Bool {
        if case .object = self { true } else { false }
    }
}

extension GraphFailure {
    /// 429, with `Retry-After` if there is a value for it.
    static func throttled(_ retryAfter: String?) -> Self {
        var failure = GraphFailure(
            429, "TooManyRequests",
            "Too many requests, please wait and retry later.")
        failure.headers["Retry-After"] = retryAfter
        return failure
    }
}
