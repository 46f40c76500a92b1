import GraphCatalog
import GraphClient
import HTTPTransport
import Logging
import TenantSimulator
import TestSupport
import Testing

/// What every request says besides its address, as the service receives it.
struct RequestHeaderTests {
    @Test func `each page and each member of a batch pins language, members and priority`()
        async throws
    {
        let size = GeneratedTenant(users: 30, groups: 3, membersPerGroup: 9)
        var settings = Settings()
        settings.pageSize = 4
        try await withSimulatedTenant(.init(.generated(size), settings: settings)) { tenant in
            let origin = try #require(Origin(tenant.origin))
            let configuration = GraphConfiguration(
                endpoints: GraphEndpoints(graph: origin, authority: origin, arm: origin),
                tenant: tenant.tenantID,
                credential: .secret(clientID: tenant.app.clientID, secret: tenant.app.secret),
                network: try Network(environment: [:]), version: "0.1.0",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await withGraphClient(configuration, clock: TestClock()) { client in
                let request = GraphResource.users.request(tenant: "")
                var page = try await client.page(.first(request)) { _ in }
                while let next = page.next {
                    page = try await client.page(.next(next, of: request)) { _ in }
                }
                let groups = GraphRequest(version: .v1, path: "groups")
                for answer in try await client.batch([groups, groups]) { _ = try answer.get() }
            }

            let reads = tenant.requests.filter { $0.path.contains("users") }
            let members = tenant.requests.filter(\.isBatchMember)
            #expect(reads.count == 8)
            #expect(members.count == 2)
            for read in reads + members {
                #expect(read.headers["accept-language"] == "en-US")
                #expect(read.headers["prefer"] == "include-unknown-enum-members")
            }
            let sent = tenant.requests.filter { !$0.isBatchMember && !$0.path.contains("oauth2") }
            #expect(sent.allSatisfy { $0.headers["x-ms-throttle-priority"] == "Low" })
        }
    }
}
