import Foundation
import GraphCatalog
import HTTPTransport
import TenantSimulator
import TestSupport
import Testing

@testable import GraphClient

/// Reads with a token that somebody fetched already.
struct ReadyTokenTests {
    private func token(
        _ value: String, _ variable: String = "AZURE_ACCESS_TOKEN"
    ) throws -> ReadyTokens.Token {
        try #require(ReadyTokens.Token(value, from: variable, resourceType: "ms-graph"))
    }

    @Test func `a token is used as it is, and says whose it is`() async throws {
        try await signingIn(
            [],
            with: { .tokens(ReadyTokens(graph: try token($0.token(of: $0.app)))) },
            configure: { $0.tenant = nil }
        ) { client, tenant in
            _ = try await client.read()

            let id = try await client.tenantID()
            #expect(id == tenant.tenantID)
            let claims = try #require(try await client.tokenClaims())
            #expect(claims.roles?.contains("Policy.Read.All") == true)
            #expect(claims.applicationID == tenant.app.clientID)
            #expect(tenant.requests.map(\.path) == ["/v1.0/users"])
        }
    }

    @Test func `without a token for Azure nothing is asked of Azure`() async throws {
        let request = GraphRequest(service: .azure(apiVersion: "2022-12-01"), path: "subscriptions")
        try await signingIn(
            [], with: { .tokens(ReadyTokens(graph: try token($0.token(of: $0.app)))) }
        ) { client, tenant in
            let error = try await client.failure(reading: .first(request))

            #expect(error.kind == .notPermitted)
            #expect(error.hint?.contains("AZURE_ARM_ACCESS_TOKEN") == true)
            #expect(tenant.requests.isEmpty)
        }
    }

    @Test func `a token that has expired is told before it is sent`() async throws {
        try await signingIn(
            [],
            with: { .tokens(ReadyTokens(graph: try token($0.token(of: $0.app, life: -60)))) }
        ) { client, tenant in
            let error = try await client.failure()

            #expect(error.kind == .signInRefused)
            #expect(error.reason.hasPrefix("The token in AZURE_ACCESS_TOKEN expired at 2"))
            #expect(error.hint?.contains("az account get-access-token") == true)
            #expect(tenant.requests.isEmpty)
        }
    }

    @Test func `a token that expires on the way ends the reading with a word`() async throws {
        let clock = TestClock()
        try await signingIn(
            [], clock: clock,
            with: { .tokens(ReadyTokens(graph: try token($0.token(of: $0.app, life: 600)))) },
            configure: { configuration in
                let start = Int(Date().timeIntervalSince1970)
                configuration.now = { start + Int(clock.sinceStart.components.seconds) }
            }
        ) { client, tenant in
            _ = try await client.read()
            clock.advance(by: .seconds(601))
            let error = try await client.failure()

            #expect(error.reason.hasPrefix("The token in AZURE_ACCESS_TOKEN expired at 2"))
            #expect(tenant.requests.count == 1)
        }
    }

    @Test func `a token for something else is told apart`() async throws {
        try await signingIn(
            [],
            with: {
                .tokens(
                    ReadyTokens(
                        graph: try token(
                            $0.token(of: $0.app, for: "https://management.azure.com"))))
            }
        ) { client, tenant in
            let error = try await client.failure()

            #expect(error.kind == .signInRefused)
            #expect(
                error.reason
                    == "The token in AZURE_ACCESS_TOKEN was refused by Graph; it is for "
                    + "https://management.azure.com")
            #expect(tenant.requests.map(\.status) == [401])
        }
    }

    @Test func `a token that nobody can read is the service's to judge`() async throws {
        try await signingIn(
            [], with: { _ in .tokens(ReadyTokens(graph: try token("opaque"))) },
            configure: { $0.tenant = nil }
        ) { client, _ in
            let error = try await client.failure()

            #expect(error.reason == "The token in AZURE_ACCESS_TOKEN was refused by Graph")
            await #expect { try await client.tenantID() } throws: { error in
                (error as? GraphError)?.hint == "Set AZURE_TENANT_ID."
            }
        }
    }

    @Test func `no kind of credential prints what it holds`() throws {
        let secret = "hunter2.hunter2.hunter2"
        let job = try #require(
            JobIdentity(at: "https://x.example/?sig=hunter2", token: secret, connection: "c"))
        let machine = try #require(
            ManagedIdentity(.appService, at: "https://x.example/", secret: secret))
        let files = try CertificateFiles()
        try files.makePair("a")
        let certificate = try ClientCertificate(
            files.bytes("a.crt"), key: files.bytes("a.key"), password: nil)
        for credential: Credential in [
            .secret(clientID: "app", secret: secret), .certificate(clientID: "app", certificate),
            .federated(clientID: "app", .literal(secret)),
            .federated(clientID: "app", .azurePipelines(job)), .managedIdentity(machine),
            .tokens(ReadyTokens(graph: try token(secret))),
        ] {
            var dumped = ""
            dump(credential, to: &dumped)
            let printed = "\(credential) \(String(reflecting: credential)) \(dumped)"

            #expect(!printed.contains("hunter2"))
            #expect(printed.count < 300)
        }
    }
}
