/// The limits of Azure Resource Manager: a token bucket for each application and subscription, one
/// for each application and the tenant, and Resource Graph's own.
struct AzureThrottle: Sendable {
    private struct Level: Sendable {
        var left: Double
        var updated: Timestamp
    }

    struct Verdict: Sendable {
        var isRefused: Bool
        /// Whole requests left after this one.
        var remaining: Int
        /// Seconds until a request would be taken.
        var wait: Double
    }

    private var levels: [String: Level] = [:]

    /// Charges one request; a refused one costs nothing.
    mutating func take(
        _ name: String, capacity: Double, perSecond rate: Double, now: Timestamp
    ) -> Verdict {
        var level = levels[name] ?? Level(left: capacity, updated: now)
        level.left = min(capacity, level.left + max(0, now - level.updated) * rate)
        level.updated = now
        let isRefused = level.left + 1e-9 < 1
        if !isRefused { level.left -= 1 }
        levels[name] = level
        return Verdict(
            isRefused: isRefused, remaining: Int(max(0, level.left)),
            wait: isRefused ? (1 - level.left) / rate : 0)
    }
}

extension Simulation {
    /// What a request is charged to.
    enum AzureBucket {
        case subscription(String)
        case tenant
        case resourceGraph
    }

    /// Charges the request, and returns the headers that tell what is left.
    func chargeAzure(
        _ bucket: AzureBucket, _ app: AppRegistration, _ settings: Settings
    ) throws(AzureFailure) -> Headers {
        var scale = 1.0
        var isEnforced = false
        if case .service(let factor) = settings.throttling { (scale, isEnforced) = (factor, true) }
        let now = clock.now
        let (name, capacity, rate): (String, Double, Double) =
            switch bucket {
            case .subscription(let id): ("\(app.clientID) \(id)", 250, 25)
            case .tenant: ("\(app.clientID) tenant", 250, 25)
            case .resourceGraph: ("\(app.clientID) graph", 15, 3)
            }
        let verdict = change {
            isEnforced
                ? $0.azureThrottle.take(
                    name, capacity: capacity * scale, perSecond: rate * scale, now: now)
                : AzureThrottle.Verdict(isRefused: false, remaining: Int(capacity) - 1, wait: 0)
        }
        let headers = headers(bucket, verdict, now)
        guard verdict.isRefused else { return headers }
        var failure = refusal(bucket, verdict)
        failure.headers = headers
        failure.headers["Retry-After"] = settings.retryAfter.value(seconds: verdict.wait, now: now)
        throw failure
    }

    private func headers(
        _ bucket: AzureBucket, _ verdict: AzureThrottle.Verdict, _ now: Timestamp
    ) -> Headers {
        let left = String(verdict.remaining)
        switch bucket {
        case .subscription:
            return Headers([
                ("x-ms-ratelimit-remaining-subscription-reads", left),
                ("x-ms-ratelimit-remaining-subscription-global-reads", "\(15 * verdict.remaining)"),
            ])
        case .tenant: return Headers([("x-ms-ratelimit-remaining-tenant-reads", left)])
        case .resourceGraph:
            return Headers([
                ("x-ms-user-quota-remaining", left), ("x-ms-user-quota-resets-after", "00:00:05"),
                ("x-ms-resource-graph-request-duration", "0:00:00:00.0100000"),
            ])
        }
    }

    private func refusal(_ bucket: AzureBucket, _ verdict: AzureThrottle.Verdict) -> AzureFailure {
        let seconds = Int(max(1, verdict.wait.rounded(.up)))
        switch bucket {
        case .subscription(let id):
            return AzureFailure(
                429, "SubscriptionRequestsThrottled",
                "Number of 'read' requests for subscription '\(id)' actor exceeded. Please try "
                    + "again after '\(seconds)' seconds after additional tokens are available.")
        case .tenant:
            return AzureFailure(
                429, "TenantRequestsThrottled",
                "Number of 'read' requests for the tenant actor exceeded. Please try again after "
                    + "'\(seconds)' seconds after additional tokens are available.")
        case .resourceGraph:
            return AzureFailure(
                429, "RateLimiting",
                "Please provide below info when asking for support: timestamp and correlationId.",
                details: [["code": "RateLimiting", "message": "Client application is throttled."]])
        }
    }
}
