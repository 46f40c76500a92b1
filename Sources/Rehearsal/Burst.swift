import BackupEngine
import CanonicalJSON
import FoundationEssentials
import GraphCatalog
import GraphClient
import TenantSimulator

/// Many objects changed at once: what it takes to find out by whom, with one sweep of the log and
/// with a question for each.
package struct Burst: Sendable, Codable {
    package let changes: Int
    /// Of the log's window.
    package let pages: Int
    package let sweepRequests: Int
    /// From the first request's answer to the last's, as the log's limit of 5 in 10 s has it.
    package let sweepSeconds: Double
    package let plainRequests: Int
    package let plainSeconds: Double

    private static let pageSize = 999

    /// - Parameters:
    ///   - repository: where to back the tenant up.
    ///   - isComparing: whether the usual method is tried beside the backup.
    package init(of changes: Int, repository: String, isComparing: Bool = true) async throws {
        let clock = SharedClock(Timestamp(seconds: 1_793_000_000))
        let configuration = SimulatedTenant.Configuration(
            .generated(GeneratedTenant(users: changes)),
            settings: Settings(throttling: .service()), clock: clock)
        self = try await withSimulatedTenant(configuration) { tenant in
            let rehearsal = try Rehearsal(of: tenant, clock, in: repository, types: ["users"])
            try await rehearsal.backUp()
            let ids = try await rehearsal.withClient { try await Self.users($0) }
            clock.advance(by: 86_400)
            try tenant.play(Self.scenario(changing: ids))
            let start = clock.date
            tenant.forgetRequests()
            let result = try await rehearsal.backUp()
            let times = tenant.requests.filter { $0.path.hasSuffix("/auditLogs/directoryAudits") }
                .map(\.time)
            let asked = clock.now
            let plainRequests = try await rehearsal.withClient { client in
                var plain = PlainMethod(client)
                for id in isComparing ? ids : [] {
                    _ = try await plain.authors(of: id, since: start - 86_400)
                }
                return plain.requests
            }
            return Burst(
                changes: result.record.types["users"]?.updated ?? 0,
                pages: (ids.count + Self.pageSize - 1) / Self.pageSize,
                sweepRequests: result.record.audit.requests,
                sweepSeconds: (times.max() ?? asked) - (times.min() ?? asked),
                plainRequests: plainRequests, plainSeconds: clock.now - asked)
        }
    }

    private init(
        changes: Int, pages: Int, sweepRequests: Int, sweepSeconds: Double, plainRequests: Int,
        plainSeconds: Double
    ) {
        self.changes = changes
        self.pages = pages
        self.sweepRequests = sweepRequests
        self.sweepSeconds = sweepSeconds
        self.plainRequests = plainRequests
        self.plainSeconds = plainSeconds
    }

    private static func users(_ client: GraphClient) async throws -> [String] {
        let request = GraphRequest(
            path: "users", query: [.init("$select", "id"), .init("$top", "999")])
        var ids: [String] = []
        var target: GraphTarget? = .first(request)
        while let next = target {
            let page = try await client.page(next) { _ in }
            let users = try JSONValue(parsing: page.body)["value"]?.array ?? []
            ids += users.compactMap { $0["id"]?.string }
            target = page.next.map { .next($0, of: request) }
        }
        return ids
    }

    private static func scenario(changing ids: [String]) throws -> Scenario {
        let changes = ids.enumerated().map { number, id in
            """
            {"at":"-\(number + 60)s","actor":"one","update":"users/\(id)","with":{"jobTitle":"Title \(number)"}}
            """
        }
        return try Scenario(
            parsing: """
                {"actors":{"one":{"user":"\(ids.first ?? "")"}},
                 "changes":[\(changes.reversed().joined(separator: ","))]}
                """)
    }
}
