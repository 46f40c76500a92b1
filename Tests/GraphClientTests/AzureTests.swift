import GraphCatalog
import GraphClient
import HTTPTransport
import Logging
import Synchronization
import TenantSimulator
import TestSupport
import Testing

/// Azure Resource Manager beside Graph: own origin, own token, own pages, own pace.
struct AzureTests {
    private static let assignments = GraphRequest(
        service: .azure(apiVersion: "2022-04-01"), path: assignmentsPath,
        query: [.init("api-version", "2022-04-01")], bucket: .azure)
    private static let assignmentsPath =
        "subscriptions/1d0a4b52-3c1e-4f0a-9a6e-6a1f0c9b7e11/providers/Microsoft.Authorization"
        + "/roleAssignments"

    private static func vaults(project columns: String) -> GraphRequest {
        GraphRequest(
            service: .azure(apiVersion: "2021-03-01"),
            path: "providers/Microsoft.ResourceGraph/resources",
            query: [.init("api-version", "2021-03-01")], bucket: .azureResourceGraph,
            rows: "resources | where type =~ 'Microsoft.KeyVault/vaults' | project \(columns)"
                + " | order by id asc")
    }

    /// Runs `body` with a client of the tenant of the fixtures, which has `pageSize` rows a page.
    private func play(
        pageSize: Int? = nil, usesTLS: Bool = false,
        _ body: (GraphClient, SimulatedTenant) async throws -> Void
    ) async throws {
        var settings = TenantSimulator.Settings()
        settings.pageSize = pageSize
        try await withSimulatedTenant(
            .init(.folder(contoso), settings: settings, usesTLS: usesTLS)
        ) { tenant in
            let graph = try #require(Origin(tenant.graph))
            let environment = tenant.certificate.map { ["SSL_CERT_FILE": $0] } ?? [:]
            let configuration = GraphConfiguration(
                endpoints: GraphEndpoints(
                    graph: graph, authority: graph, arm: try #require(Origin(tenant.arm))),
                tenant: tenant.tenantID,
                credential: .secret(clientID: tenant.app.clientID, secret: tenant.app.secret),
                network: try Network(environment: environment), version: "0.1.0",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await withGraphClient(configuration, clock: TestClock()) { client in
                try await body(client, tenant)
            }
        }
    }

    private func pages(
        of request: GraphRequest, through client: GraphClient
    ) async throws -> [GraphPage] {
        var pages = [try await client.read(request)]
        while let next = pages.last?.next, pages.count < 50 {
            pages.append(try await client.page(.next(next, of: request)) { _ in })
        }
        return pages
    }

    private func kind(
        of body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) async -> GraphError.Kind? {
        do { try await body() } catch { return (error as? GraphError)?.kind }
        Issue.record("The read succeeded", sourceLocation: sourceLocation)
        return nil
    }

    @Test(arguments: [false, true])
    func `each service gets the token that is for it`(usesTLS: Bool) async throws {
        try await play(usesTLS: usesTLS) { client, tenant in
            for _ in 0..<2 {
                _ = try await client.read(GraphRequest(version: .v1, path: "organization"))
                _ = try await client.read(Self.assignments)
            }

            #expect(tenant.requests.allSatisfy { $0.status == 200 })
            #expect(tenant.requests.count { $0.path.hasSuffix("/token") } == 2)
        }
    }

    @Test func `pages go on at nextLink`() async throws {
        try await play(pageSize: 3) { client, _ in
            let pages = try await pages(of: Self.assignments, through: client)

            #expect(pages.count == 3)
            let text = pages.map { String(decoding: $0.body, as: UTF8.self) }.joined()
            #expect(text.ranges(of: "\"principalId\"").count == 7)
        }
    }

    @Test(arguments: [
        (Fault.Effect.foreignLink(host: "evil.example"), GraphError.Kind.malformed),
        (.expirePageToken(afterPages: 0), .pageTokenExpired),
        (.status(403, code: "AuthorizationFailed"), .notPermitted), (.garbage, .malformed),
        (.status(404, code: "SubscriptionNotFound"), .notFound), (.status(503), .unavailable),
    ])
    func `what cannot be mended ends the read`(
        effect: Fault.Effect, kind: GraphError.Kind
    ) async throws {
        try await play(pageSize: 3) { client, tenant in
            tenant.inject(Fault(effect, path: "arm/subscriptions", skip: 1))

            let found = await self.kind {
                _ = try await pages(of: Self.assignments, through: client)
            }

            #expect(found == kind)
            // Graph has nothing to do with it.
            _ = try await client.read(GraphRequest(version: .v1, path: "organization"))
        }
    }

    @Test func `a link to Graph is a link to another host`() async throws {
        try await play { client, tenant in
            let link = GraphLink("\(tenant.graph)/v1.0/users")
            let found = await kind {
                _ = try await client.page(.next(link, of: Self.assignments)) { _ in }
            }

            #expect(found == .malformed)
            #expect(tenant.requests.isEmpty)
        }
    }

    @Test func `several are read side by side and come in order`() async throws {
        try await play { client, tenant in
            let paths = [
                Self.assignmentsPath,
                "subscriptions/00000000-0000-0000-0000-000000000009/providers/"
                    + "Microsoft.Authorization/roleAssignments",
                "subscriptions",
            ]
            let results = try await client.batch(
                paths.map { path in
                    let version = path == "subscriptions" ? "2022-12-01" : "2022-04-01"
                    return GraphRequest(
                        service: .azure(apiVersion: version), path: path,
                        query: [.init("api-version", version)], bucket: .azure)
                })

            let kinds = results.map { result -> GraphError.Kind? in
                if case .failure(let error) = result { error.kind } else { nil }
            }
            #expect(kinds == [nil, .notFound, nil])
            let last = try results[2].get()
            #expect(String(decoding: last.body, as: UTF8.self).contains("Contoso Sandbox"))
            #expect(!tenant.requests.contains { $0.path.contains("$batch") })
        }
    }

    @Test func `rows of a query come page by page`() async throws {
        try await play(pageSize: 1) { client, tenant in
            let pages = try await pages(of: Self.vaults(project: "id"), through: client)

            #expect(pages.count == 2)
            let text = pages.map { String(decoding: $0.body, as: UTF8.self) }
            #expect(text[0].hasPrefix("{\"value\":["))
            #expect(text.joined().contains("kv-contoso-payroll"))
            #expect(text.joined().contains("kv-contoso-lab"))
            #expect(tenant.requests.count { $0.path.hasSuffix("/resources") } == 2)
        }
    }

    @Test func `rows that are cut without a way to the others are an error`() async throws {
        try await play(pageSize: 1) { client, _ in
            let found = await kind {
                _ = try await pages(of: Self.vaults(project: "name"), through: client)
            }

            #expect(found == .malformed)
        }
    }

    @Test func `a sign-in that Azure alone is refused is no refused sign-in`() async throws {
        try await play { client, tenant in
            _ = try await client.read(GraphRequest(version: .v1, path: "organization"))
            tenant.inject(Fault(.status(401), path: "token"))

            let found = await kind { _ = try await client.read(Self.assignments) }

            #expect(found == .notPermitted)
        }
    }

    /// What Azure says is left of each answer's bucket, and the waits before the requests.
    @Test(arguments: [
        ([249, 248, 25, 24, 200], [0, 0, 0, 0, 1]), ([249, 24, 20, 100], [0, 0, 1, 1]),
        ([11_842, 1184, 1183], [0, 0, 1]), ([3, 2, 1, 0, 0], [0, 0, 0, 0, 1]),
    ])
    func `it goes slower where a tenth or less is left`(
        left: [Int], waits: [Int]
    ) async throws {
        let replies = left.map {
            ScriptedServer.Reply.http(
                200, ["x-ms-ratelimit-remaining-subscription-reads: \($0)"],
                body: ScriptedServer.Reply.pageBody())
        }
        try await Scene.play(replies) { scene in
            var waited: [Duration] = []
            for _ in left { waited.append(try await scene.client.read(Self.assignments).waited) }

            #expect(waited == waits.map { .seconds($0) })
        }
    }

    @Test func `rows of some of the subscriptions are an error`() async throws {
        let body = #"{"totalRecords":0,"count":0,"data":[],"resultTruncated":"false"}"#
        let cut = ["x-ms-tenant-subscription-limit-hit: true"]
        try await Scene.play([.http(200, cut, body: body)]) { scene in
            let found = await kind { _ = try await scene.client.read(Self.vaults(project: "id")) }

            #expect(found == .malformed)
        }
    }

    @Test func `it waits for a query's quota as long as it is told`() async throws {
        let body = #"{"totalRecords":0,"count":0,"data":[],"resultTruncated":"false"}"#
        let quota = ["x-ms-user-quota-remaining: 0", "x-ms-user-quota-resets-after: 00:00:04"]
        try await Scene.play([.http(200, quota, body: body), .http(200, body: body)]) { scene in
            let first = try await scene.client.read(Self.vaults(project: "id"))
            let second = try await scene.client.read(Self.vaults(project: "id"))

            #expect(first.waited == .zero)
            #expect(second.waited == .seconds(4))
        }
    }

    @Test(arguments: ["3600:00:00", "99999999999:00:00", "1e300:00:00"])
    func `a query's quota that comes back in months is not waited for`(wait: String) async throws {
        let body = #"{"totalRecords":0,"count":0,"data":[],"resultTruncated":"false"}"#
        let quota = ["x-ms-user-quota-remaining: 0", "x-ms-user-quota-resets-after: \(wait)"]
        try await Scene.play([.http(200, quota, body: body), .http(200, body: body)]) { scene in
            _ = try await scene.client.read(Self.vaults(project: "id"))
            let error = try await scene.client.failure(
                reading: .first(Self.vaults(project: "id")))

            let seconds = wait == "3600:00:00" ? "12960000" : "1000000000"
            #expect(error.kind == .unavailable)
            #expect(error.reason == "Azure asks for \(seconds) seconds without requests")
            #expect(scene.clock.sleeps.isEmpty)
        }
    }

    @Test func `any number may be left of a limit`() async throws {
        let replies = [Int.max, .min, 0].map {
            ScriptedServer.Reply.http(
                200, ["x-ms-ratelimit-remaining-subscription-reads: \($0)"],
                body: ScriptedServer.Reply.pageBody())
        }
        try await Scene.play(replies) { scene in
            for _ in replies { _ = try await scene.client.read(Self.assignments) }
        }
    }

    @Test func `a throttled subscription is waited for`() async throws {
        let busy = ScriptedServer.Reply.error(429, "TooManyRequests", ["Retry-After: 7"])
        try await Scene.play([busy, .page()]) { scene in
            let page = try await scene.client.read(Self.assignments)

            #expect(page.requests == 2)
            #expect(page.waited == .seconds(7))
            #expect(scene.reads.allSatisfy { $0["prefer"] == nil })
            #expect(scene.reads[0].target == "/\(Self.assignmentsPath)?api-version=2022-04-01")
        }
    }
}
