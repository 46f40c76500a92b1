import Foundation
import GraphCatalog
import HTTPTransport
import TenantSimulator
import TestSupport
import Testing

@testable import GraphClient

/// Sign-ins with what another issuer says, against a tenant that checks who says what of whom.
struct FederationTests {
    private static let clientID = "5eed0000-0000-4000-8000-0000000000c2"
    private static let cluster = "https://cluster.example/"
    private static let account = "system:serviceaccount:backup:tenantkeep"

    private static var app: AppRegistration {
        AppRegistration(
            clientID: clientID, secret: "s", permissions: ["Directory.Read.All"],
            federatedCredentials: [
                .init(issuer: Platform().pipelineIssuer, subject: Platform().pipelineSubject),
                .init(issuer: Platform().gitHubIssuer, subject: Platform().gitHubSubject),
                .init(issuer: cluster, subject: account),
            ])
    }

    private func job(
        _ tenant: SimulatedTenant, _ endpoint: Platform.Endpoint, token: String? = nil
    ) throws -> JobIdentity {
        let values = tenant.variables(of: endpoint)
        return try #require(
            endpoint == .pipelines
                ? JobIdentity(
                    at: values["SYSTEM_OIDCREQUESTURI"] ?? "",
                    token: token ?? values["SYSTEM_ACCESSTOKEN"] ?? "",
                    connection: values["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"] ?? "")
                : JobIdentity(
                    at: values["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "",
                    token: token ?? values["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? ""))
    }

    private func asJob(
        _ endpoint: Platform.Endpoint, token: String? = nil, app: AppRegistration = app,
        settings: TenantSimulator.Settings = .init(), clock: TestClock = TestClock(),
        configure: (inout GraphConfiguration) -> Void = { _ in },
        _ body: (GraphClient, SimulatedTenant) async throws -> Void
    ) async throws {
        try await signingIn(
            [app], settings: settings, clock: clock,
            with: { tenant in
                let job = try job(tenant, endpoint, token: token)
                return .federated(
                    clientID: Self.clientID,
                    endpoint == .pipelines ? .azurePipelines(job) : .gitHubActions(job))
            }, configure: configure, body)
    }

    @Test(arguments: [Platform.Endpoint.pipelines, .github])
    func `a job signs in as whom its host says it is`(endpoint: Platform.Endpoint) async throws {
        try await asJob(endpoint) { client, _ in
            let claims = try await client.tokenClaims()
            #expect(claims?.applicationID == Self.clientID)
        }
    }

    @Test func `a pipeline is asked as its own tools ask it`() async throws {
        try await asJob(.pipelines) { client, tenant in
            _ = try await client.tokenClaims()

            let request = try #require(tenant.requests(below: "/contoso/_apis").first)
            #expect(request.method == "POST")
            #expect(
                request.query
                    == "api-version=7.1&serviceConnectionId=\(Platform().serviceConnection)")
            #expect(request.headers["content-length"] == "0")
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.headers["x-tfs-fedauthredirect"] == "Suppress")
            #expect(request.headers["authorization"] == "Bearer")
        }
    }

    @Test(arguments: [
        ("public", "api://AzureADTokenExchange"), ("usgov", "api://AzureADTokenExchangeUSGov"),
        ("dod", "api://AzureADTokenExchangeUSGov"), ("china", "api://AzureADTokenExchangeChina"),
    ])
    func `each cloud wants tokens for its own name`(cloud: String, audience: String) async throws {
        #expect(GraphEndpoints(cloud: cloud)?.federatedAudience == audience)
        var app = Self.app
        app.federatedCredentials[1].audience = audience
        try await asJob(
            .github, app: app,
            configure: {
                let own = $0.endpoints
                $0.endpoints = GraphEndpoints(
                    graph: own.graph, authority: own.authority, arm: own.arm,
                    federatedAudience: audience)
            }
        ) { client, _ in
            let claims = try await client.tokenClaims()
            #expect(claims != nil)
        }
    }

    @Test func `a job's token is fetched anew for every token of Entra's`() async throws {
        let clock = TestClock()
        try await asJob(.github, clock: clock) { client, tenant in
            _ = try await client.tokenClaims()
            _ = try await client.accessToken(for: "499b84ac-1321-427f-aa17-267ca6975798")
            clock.advance(by: .seconds(3600))
            _ = try await client.tokenClaims()

            #expect(tenant.requests(below: "/actions").count == 3)
        }
    }

    // MARK: Files

    private func withFile(
        _ body: (String, @escaping (String) throws -> Void) async throws -> Void
    ) async throws {
        let files = try CertificateFiles()
        let path = files.path("token")
        try await body(path) { try files.write($0.utf8, to: "token") }
    }

    @Test func `a file is read at every use, and blanks around its token left out`() async throws {
        try await withFile { path, write in
            let clock = TestClock()
            try await signingIn(
                [Self.app], clock: clock,
                with: { _ in .federated(clientID: Self.clientID, .file(path)) }
            ) { client, tenant in
                func token(_ life: Double) -> String {
                    tenant.federatedToken(
                        issuer: Self.cluster, subject: Self.account, life: life)
                }
                try write(" \(token(3600))\r\n\n")
                _ = try await client.tokenClaims()
                clock.advance(by: .seconds(3600))
                try write(token(-4000))
                let error = try await client.failure()
                #expect(error.reason.hasSuffix("(AADSTS700024)"))
                #expect(error.hint?.hasPrefix("The federated token expired at 2") == true)
                #expect(error.hint?.contains(path) == true)
                try write(token(3600))
                _ = try await client.tokenClaims()
            }
        }
    }

    @Test(arguments: ["", "\n", "<html>sign in</html>", "a.b", "a.b.c d.e.f", "a.b.\u{e9}"])
    func `a file without a token is told before anybody is asked`(text: String) async throws {
        try await withFile { path, write in
            try write(text)
            try await signingIn(
                [Self.app], with: { _ in .federated(clientID: Self.clientID, .file(path)) }
            ) { client, tenant in
                let error = try await client.failure()

                #expect(error.kind == .signInRefused)
                #expect(error.reason == "\(path) holds no token")
                #expect(tenant.requests.isEmpty)
            }
        }
    }

    @Test func `a file that went away is told`() async throws {
        try await signingIn(
            [Self.app], with: { _ in .federated(clientID: Self.clientID, .file("/no/such")) }
        ) { client, _ in
            let error = try await client.failure()

            #expect(error.kind == .signInRefused)
            #expect(error.reason == "The federated token in /no/such cannot be read: no such file")
        }
    }

    // MARK: Refusals

    @Test(arguments: [
        ("https://other.example", account, "api://AzureADTokenExchange", 700_211),
        (cluster, "system:serviceaccount:backup:Tenantkeep", "api://AzureADTokenExchange", 700_213),
        (cluster, account, "api://Other", 700_212),
    ])
    func `a token that fits no federated credential is described`(
        issuer: String, subject: String, audience: String, number: Int
    ) async throws {
        try await signingIn(
            [Self.app],
            with: { tenant in
                .federated(
                    clientID: Self.clientID,
                    .literal(
                        tenant.federatedToken(
                            issuer: issuer, subject: subject, audience: audience)))
            }
        ) { client, _ in
            let error = try await client.failure()

            #expect(error.reason.hasSuffix("(AADSTS\(number))"))
            #expect(
                error.hint
                    == "Give the application a federated credential with the issuer \(issuer), "
                    + "the subject \(subject) and the audience \(audience), letter for letter.")
        }
    }

    @Test(arguments: [Platform.Endpoint.pipelines, .github])
    func `a job that is over, and a page instead of a token, are told`(
        endpoint: Platform.Endpoint
    ) async throws {
        let service = endpoint == .pipelines ? "Azure Pipelines" : "GitHub Actions"
        let hint = endpoint == .pipelines ? "SYSTEM_ACCESSTOKEN" : "id-token: write"
        for (effect, detail) in [
            (Fault.Effect.status(401), "status 401"), (.status(403), "status 403"),
            (.signInPage, "status 302"), (.html(status: 203), "status 203"),
            (.html(status: 200), "no JSON"), (.garbage, "no JSON"), (.emptyBody, "no JSON"),
        ] {
            try await asJob(endpoint) { client, tenant in
                tenant.inject(Fault(effect, path: "identity/\(endpoint.rawValue)"))
                let error = try await client.failure()

                #expect(error.kind == .signInRefused)
                #expect(error.reason == "\(service) did not take the job's token (\(detail))")
                #expect(error.hint?.contains(hint) == true)
                #expect(tenant.requests.count == 1)
            }
        }
        try await asJob(endpoint) { client, tenant in
            tenant.configure { $0.platform.isJobOver = true }
            let error = try await client.failure()
            #expect(error.reason.contains("did not take the job's token"))
        }
    }

    @Test func `a service connection that is not there is told`() async throws {
        try await asJob(.pipelines) { client, tenant in
            tenant.configure { $0.platform.serviceConnection = "another" }
            let error = try await client.failure()

            #expect(error.reason == "Azure Pipelines gave no token for this job (status 404)")
            #expect(error.hint?.contains("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID") == true)
        }
    }

    @Test func `a busy host is waited for`() async throws {
        let clock = TestClock()
        try await asJob(.pipelines, clock: clock) { client, tenant in
            tenant.inject(
                Fault(
                    .status(503, retryAfter: .integer), path: "identity/pipelines", times: 2))
            _ = try await client.tokenClaims()

            #expect(clock.sleeps.count == 2)
        }
    }

    @Test(arguments: ["http://pipelines.example/x", "ftp://x", "", "pipelines.example"])
    func `a job's token goes nowhere in the clear`(address: String) {
        #expect(JobIdentity(at: address, token: "t") == nil)
        #expect(JobIdentity(at: "https://x.example/y", token: "a\r\nb") == nil)
    }
}
