import GraphCatalog
import NIOHTTP1

/// What Azure Resource Manager says is left of its limits, answer by answer.
///
/// How large its buckets are is not known: each is as large as the most that was ever left of it.
///
/// <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>
actor AzureQuota {
    private var largest: [String: Int] = [:]

    /// Returns how long to leave the service alone after an answer with these headers.
    ///
    /// - Parameter subscription: buckets are one for each.
    func pause(after headers: HTTPHeaders, subscription: String) -> Duration {
        var pause = Duration.zero
        for (name, value) in headers {
            guard let left = Int(value) else { continue }
            switch name.lowercased() {
            case "x-ms-user-quota-remaining" where left <= 0:
                pause = max(pause, resetWait(headers))
            case let name where name.hasPrefix("x-ms-ratelimit-remaining-"):
                if isNearlyEmpty(left, name + subscription) { pause = max(pause, .seconds(1)) }
            default: break
            }
        }
        return pause
    }

    private func isNearlyEmpty(_ left: Int, _ bucket: String) -> Bool {
        let most = max(left, largest[bucket] ?? left)
        largest[bucket] = most
        return left <= most / 10
    }

    /// `x-ms-user-quota-resets-after: 00:00:05`
    private func resetWait(_ headers: HTTPHeaders) -> Duration {
        let text = headers.first(name: "x-ms-user-quota-resets-after") ?? ""
        let parts = text.split(separator: ":").compactMap { Double($0) }
        guard parts.count == 3, parts.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            return .seconds(5)
        }
        let seconds = min(parts[0] * 3600 + parts[1] * 60 + parts[2], mostSeconds)
        return .milliseconds(Int64((seconds * 1000).rounded(.up)))
    }
}

extension GraphRequest {
    /// The subscription that the request is charged to; empty if it is the tenant.
    var subscription: String {
        let parts = path.split(separator: "/")
        return parts.count > 1 && parts[0].lowercased() == "subscriptions"
            ? parts[1].lowercased() : ""
    }
}
