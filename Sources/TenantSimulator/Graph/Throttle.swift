/// How a refusal says when to come back. The service uses all of these.
package enum RetryAfter: Sendable, Hashable {
    /// Whole seconds, rounded up.
    case integer
    /// With decimals, as in Graph's own sample: `2.128`.
    case fractional
    case httpDate
    case absent
    case zero
    /// A text of one's own, such as `30,120`.
    case literal(String)

    init?(_ text: String) {
        switch text {
        case "integer": self = .integer
        case "fractional": self = .fractional
        case "httpDate", "date": self = .httpDate
        case "absent", "none": self = .absent
        case "zero": self = .zero
        default: self = .literal(text)
        }
    }

    /// Returns the header's value for a wait, or `nil` for no header.
    func value(seconds: Double, now: Timestamp) -> String? {
        switch self {
        case .integer: String(max(1, Int(seconds.rounded(.up))))
        case .fractional: decimals(max(seconds, 0.001))
        case .httpDate: (now + seconds.rounded(.up)).httpDate
        case .absent: nil
        case .zero: "0"
        case .literal(let text): text
        }
    }

    private func decimals(_ seconds: Double) -> String {
        let thousandths = Int((seconds * 1000).rounded(.up))
        let rest = String(thousandths % 1000 + 1000).dropFirst()
        return "\(thousandths / 1000).\(rest)"
    }
}

/// Whether the service's limits are enforced.
package enum Throttling: Sendable, Hashable {
    case none
    /// The documented limits, multiplied by a factor.
    case service(scale: Double = 1)
}

/// The service's throttle limits as token buckets.
///
/// A refused request is charged as well, because the service goes on counting while it refuses, but
/// never so that a bucket is owed more than it holds.
struct Throttle: Sendable {
    private struct Level: Sendable {
        var left: Double
        var updated: Timestamp
    }

    private struct Limit {
        var capacity: Double
        var seconds: Double
    }

    /// What a bucket says to one request.
    struct Verdict: Sendable {
        var isRefused: Bool
        /// Until the request would be taken.
        var wait: Double
        /// Of the limit, this request included.
        var used: Double
    }

    private var levels: [String: Level] = [:]

    /// Charges a request.
    ///
    /// - Parameter users: decides the size class of the tenant.
    mutating func charge(
        _ bucket: ResourceType.Bucket, cost: Double, app: String, users: Int, scale: Double,
        now: Timestamp
    ) -> Verdict {
        let global = take(
            "app \(app)", Limit(capacity: 2000 * scale, seconds: 1), cost: 1, now: now)
        let limit = Self.limit(bucket, users: users, scale: scale)
        // Conditional access is limited per tenant, whichever application asks.
        let isShared = bucket == .conditionalAccess || bucket == .keyCredentials
        let name = isShared ? bucket.rawValue : "\(bucket.rawValue) \(app)"
        let own = take(name, limit, cost: bucket == .directory ? cost : 1, now: now)
        return own.isRefused || !global.isRefused ? own : global
    }

    private mutating func take(
        _ name: String, _ limit: Limit, cost: Double, now: Timestamp
    ) -> Verdict {
        let rate = limit.capacity / limit.seconds
        var level = levels[name] ?? Level(left: limit.capacity, updated: now)
        level.left = min(limit.capacity, level.left + max(0, now - level.updated) * rate)
        level.updated = now
        let isRefused = level.left + 1e-9 < cost
        level.left = max(level.left - cost, -limit.capacity)
        levels[name] = level
        let missing = isRefused ? cost - level.left : 0
        return Verdict(
            isRefused: isRefused, wait: missing / rate,
            used: (limit.capacity - level.left) / limit.capacity)
    }

    private static func limit(_ bucket: ResourceType.Bucket, users: Int, scale: Double) -> Limit {
        switch bucket {
        case .directory:
            let units: Double = users < 50 ? 3500 : users <= 500 ? 5000 : 8000
            return Limit(capacity: units * scale, seconds: 10)
        case .audit: return Limit(capacity: 5 * scale, seconds: 10)
        case .conditionalAccess:
            return Limit(capacity: max(1, scale), seconds: max(1, scale) / scale)
        case .keyCredentials: return Limit(capacity: 150 * scale, seconds: 60)
        case .intune: return Limit(capacity: 1000 * scale, seconds: 20)
        }
    }
}
