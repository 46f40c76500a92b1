import GraphCatalog
import GraphClient
import HTTPTransport
import Logging
import TenantSimulator
import TestSupport
import Testing

/// The client against a tenant that plays by Graph's rules, over TLS where the server offers it.
struct SimulatedTenantTests {
    private func play(
        _ size: GeneratedTenant = GeneratedTenant(users: 2500, groups: 40), usesTLS: Bool = false,
        configure: (inout GraphConfiguration) -> Void = { _ in },
        _ body: (GraphClient, SimulatedTenant) async throws -> Void
    ) async throws {
        try await withSimulatedTenant(.init(.generated(size), usesTLS: usesTLS)) { tenant in
            let origin = try #require(Origin(tenant.origin))
            let environment = tenant.certificate.map { ["SSL_CERT_FILE": $0] } ?? [:]
            var configuration = GraphConfiguration(
                endpoints: GraphEndpoints(graph: origin, authority: origin, arm: origin),
                tenant: tenant.tenantID,
                credential: .secret(clientID: tenant.app.clientID, secret: tenant.app.secret),
                network: try Network(environment: environment), version: "0.1.0",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            configure(&configuration)
            try await withGraphClient(configuration, clock: TestClock()) { client in
                try await body(client, tenant)
            }
        }
    }

    /// Reads all pages of `resource`.
    private func pages(
        of resource: GraphResource, through client: GraphClient
    ) async throws -> [GraphPage] {
        let request = resource.request(
            tenant: "", narrowing: resource.narrowings.first { !$0.isCloudOnly })
        var pages = [try await client.page(.first(request)) { _ in }]
        while let next = pages.last?.next {
            pages.append(try await client.page(.next(next, of: request)) { _ in })
        }
        return pages
    }

    @Test(arguments: [false, true])
    func `all pages of a collection come`(usesTLS: Bool) async throws {
        try await play(usesTLS: usesTLS) { client, tenant in
            let users = try await pages(of: .users, through: client)
            let groups = try await pages(of: .groups, through: client)

            #expect(users.count == 3)
            #expect(groups.count == 1)
            #expect(users.map { count("\"userPrincipalName\":", in: $0) } == [999, 999, 502])
            #expect(tenant.requests.allSatisfy { $0.status == 200 })
            #expect(
                tenant.requests(below: "/beta/groups").map { $0.headers["consistencylevel"] }
                    == ["eventual"])
        }
    }

    private func count(_ text: String, in page: GraphPage) -> Int {
        String(decoding: page.body, as: UTF8.self).ranges(of: text).count
    }

    @Test func `whatever goes wrong on the way, the bytes are the same`() async throws {
        try await play { client, tenant in
            let undisturbed = try await pages(of: .users, through: client)
            for effect: Fault.Effect in [
                .status(503, retryAfter: .fractional), .throttle(.httpDate, seconds: 3), .garbage,
                .drop(afterBytes: 5000), .html(status: 200), .truncate(toBytes: 100), .expireToken,
                .status(500), .throttle(.literal("30,120"), seconds: 1), .emptyBody,
                .unescapedLink, .contentType("text/plain"),
            ] {
                tenant.inject(Fault(effect, path: "users", skip: 1, times: 1))
                let pages = try await pages(of: .users, through: client)

                #expect(pages.map(\.body.count) == undisturbed.map(\.body.count), "\(effect)")
                tenant.removeFaults()
            }
        }
    }

    @Test(arguments: [
        (Fault.Effect.expirePageToken(afterPages: 0), GraphError.Kind.pageTokenExpired),
        (.foreignLink(host: "evil.example"), .malformed),
        (.status(403), .notPermitted), (.status(503), .unavailable),
    ])
    func `what cannot be mended ends the collection`(
        effect: Fault.Effect, kind: GraphError.Kind
    ) async throws {
        try await play { client, tenant in
            tenant.inject(Fault(effect, path: "users", skip: 1))
            await #expect { try await pages(of: .users, through: client) } throws: { error in
                (error as? GraphError)?.kind == kind
            }
        }
    }

    @Test func `a batch brings every group's owners, throttled or not`() async throws {
        let size = GeneratedTenant(users: 60, groups: 20, membersPerGroup: 3)
        try await play(size, usesTLS: true) { client, tenant in
            let groups = try await pages(of: .groups, through: client)
            let text = String(decoding: groups[0].body, as: UTF8.self)
            let ids = text.matches(of: /"id":"([0-9a-f-]+)"/).map { Array($0.output.1.utf8) }
            let members = try #require(GraphResource.groups.children.last)
            let requests = ids.prefix(20).map {
                members.request(below: [(.groups, $0)], tenant: "")
            }
            let calm = try await client.batch(Array(requests)).map { try $0.get().body.count }
            tenant.inject(Fault(.throttle(seconds: 2), path: "groups/", times: 7))
            let throttled = try await client.batch(Array(requests)).map { try $0.get().body.count }

            #expect(!requests.isEmpty)
            #expect(throttled == calm)
        }
    }

    @Test func `a wrong secret and an unknown application are told apart`() async throws {
        for (id, secret, code) in [
            ("5eed0000-0000-4000-8000-0000000000c1", "wrong", "AADSTS7000215"),
            ("00000000-0000-0000-0000-000000000000", "x", "AADSTS700016"),
        ] {
            try await play(
                configure: {
                    $0.credential = .secret(clientID: id, secret: secret)
                }
            ) { client, _ in
                let error = try await client.failure()

                #expect(error.kind == .signInRefused)
                #expect(error.reason.hasSuffix("(\(code))"))
                #expect(error.hint != nil)
            }
        }
    }

    @Test func `a tenant named by its domain is found`() async throws {
        try await play(configure: { $0.tenant = "contoso.onmicrosoft.com" }) { client, tenant in
            let id = try await client.tenantID()

            #expect(id == tenant.tenantID)
        }
    }

    @Test func `a certificate that nobody vouches for is refused`() async throws {
        try await play(
            usesTLS: true,
            configure: { configuration in
                // Only the system's own authorities.
                if let network = try? Network(environment: [:]) { configuration.network = network }
            }
        ) { client, _ in
            let error = try await client.failure()

            #expect(error.kind == .unreachable)
            #expect(error.hint?.contains("SSL_CERT_FILE") == true)
        }
    }
}
