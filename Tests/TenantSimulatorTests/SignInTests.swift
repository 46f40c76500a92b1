import Foundation
import Testing

@testable import TenantSimulator

struct SignInTests {
    @Test func `a right secret gives a bearer token that looks like a JWT`() async throws {
        try await withTenant { client in
            let answer = try await client.signIn()

            #expect(answer.status == 200)
            #expect(answer.json["token_type"] as? String == "Bearer")
            #expect(answer.json["expires_in"] as? Int == 3599)
            let token = try #require(answer.json["access_token"] as? String)
            let payload = try #require(decodeBase64(String(token.split(separator: ".")[1])))
            let claims = try JSON(parsing: payload)
            #expect(claims["tid"]?.string == client.tenant.tenantID)
            #expect(claims["appid"]?.string == client.tenant.app.clientID)
            #expect(claims["roles"]?.elements?.contains("Policy.Read.All") == true)
        }
    }

    @Test(
        arguments: [
            (["client_secret": "wrong"], 401, "invalid_client", 7_000_215),
            (["client_secret": nil], 401, "invalid_client", 7_000_216),
            (
                ["client_id": "00000000-0000-0000-0000-000000000009"], 400, "unauthorized_client",
                700_016
            ),
            (["client_id": nil], 400, "invalid_request", 900_144),
            (["grant_type": "password"], 400, "unsupported_grant_type", 70_003),
            (["scope": "https://graph.microsoft.com/User.Read"], 400, "invalid_scope", 1_002_012),
            (["scope": nil], 400, "invalid_request", 900_144),
            (["scope": "https://unknown.example/.default"], 400, "invalid_resource", 500_011),
        ] as [([String: String?], Int, String, Int)])
    func `a wrong form is refused with Entra's error and number`(
        changes: [String: String?], status: Int, error: String, number: Int
    ) async throws {
        try await withTenant { client in
            let answer = try await client.signIn(changes)

            #expect(answer.status == status)
            #expect(answer.json["error"] as? String == error)
            #expect(answer.json["error_codes"] as? [Int] == [number])
            let text = try #require(answer.json["error_description"] as? String)
            #expect(text.hasPrefix("AADSTS\(number): "))
            #expect(!text.contains("simulated-secret"))
        }
    }

    @Test func `an unknown tenant is refused by both endpoints`() async throws {
        try await withTenant { client in
            let token = try await client.signIn(tenantName: "nowhere.example")
            let document = try await client.get(
                "/nowhere.example/v2.0/.well-known/openid-configuration")

            #expect(token.json["error_codes"] as? [Int] == [90_002])
            #expect(document.status == 400)
        }
    }

    @Test func `the discovery document names the endpoint on this host`() async throws {
        try await withTenant { client in
            let answer = try await client.get(
                "/\(client.tenant.tenantID)/v2.0/.well-known/openid-configuration")

            let endpoint = try #require(answer.json["token_endpoint"] as? String)
            #expect(
                endpoint == "\(client.tenant.origin)/\(client.tenant.tenantID)/oauth2/v2.0/token")
            #expect(answer.json["authorization_endpoint"] != nil)
        }
    }

    @Test func `a token is good until its time is over`() async throws {
        try await withTenant { client in
            client.tenant.advanceClock(by: 3598)
            let before = try await client.get("/v1.0/organization")
            client.tenant.advanceClock(by: 2)
            let after = try await client.get("/v1.0/organization")

            #expect(before.status == 200)
            #expect(after.status == 401)
            #expect(after.errorCode == "InvalidAuthenticationToken")
            #expect(after.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
        }
    }

    @Test func `a token for another resource is no good for Graph`() async throws {
        try await withTenant { client in
            let answer = try await client.signIn(["scope": "https://management.azure.com/.default"])
            var other = client
            other.token = try #require(answer.json["access_token"] as? String)

            let refused = try await other.get("/v1.0/organization")

            #expect(refused.status == 401)
            #expect(refused.errorCode == "InvalidAuthenticationToken")
        }
    }

    @Test(arguments: ["", "nonsense"])
    func `no token and a wrong one are refused`(token: String) async throws {
        try await withTenant { client in
            var client = client
            client.token = token

            let answer = try await client.get("/v1.0/users")

            #expect(answer.status == 401)
            #expect(answer.errorCode == "InvalidAuthenticationToken")
        }
    }

    @Test func `a permission that was not granted is missed by its types only`() async throws {
        try await withTenant { client in
            client.tenant.grant(["Directory.Read.All"])
            let narrow = try await Client.signedIn(client.tenant)

            let users = try await narrow.get("/v1.0/users")
            let policies = try await narrow.get("/v1.0/policies/authorizationPolicy")
            let audits = try await narrow.get("/v1.0/auditLogs/directoryAudits")

            #expect(users.status == 200)
            #expect(policies.status == 403)
            #expect(policies.errorCode == "Authorization_RequestDenied")
            #expect(audits.status == 403)
        }
    }

    @Test func `numbers come as strings where that is asked for`() async throws {
        var settings = Settings()
        settings.tokenNumbersAreStrings = true
        try await withTenant("contoso", settings) { client in
            let answer = try await client.signIn()

            #expect(answer.json["expires_in"] as? String == "3599")
        }
    }

    private static let federation = "https://token.actions.githubusercontent.com"
    private static let subject = "repo:contoso/backup:ref:refs/heads/main"
    private static let audience = "api://AzureADTokenExchange"

    @Test(
        arguments: [
            (federation, subject, audience, nil),
            ("https://other.example", subject, audience, 700_211),
            (federation, "repo:Contoso/backup:ref:refs/heads/main", audience, 700_213),
            (federation, subject, "api://Other", 700_212),
        ] as [(String, String, String, Int?)])
    func `a federated assertion must match issuer, subject and audience`(
        issuer: String, subject: String, audience: String, number: Int?
    ) async throws {
        try await withTenant { client in
            let token = client.tenant.federatedToken(
                issuer: issuer, subject: subject, audience: audience)

            let answer = try await client.federated(token + "\n")

            #expect(answer.status == (number == nil ? 200 : 401))
            #expect(answer.json["error_codes"] as? [Int] == number.map { [$0] })
        }
    }

    @Test func `a federated assertion must be signed by its issuer, and not be over`() async throws
    {
        try await withTenant { client in
            let good = client.tenant.federatedToken(
                issuer: Self.federation, subject: Self.subject)
            let other = client.tenant.federatedToken(issuer: "x", subject: "y")
            let parts = good.split(separator: ".")
            let forged = [parts[0], parts[1], other.split(separator: ".")[2]].joined(separator: ".")
            let unsigned = "\(parts[0]).\(parts[1])."
            let old = client.tenant.federatedToken(
                issuer: Self.federation, subject: Self.subject, life: -400)

            for (token, number) in [(forged, 700_027), (unsigned, 700_027), (old, 700_024)] {
                let answer = try await client.federated(token)

                #expect(answer.status == 401)
                #expect(answer.json["error_codes"] as? [Int] == [number])
            }
        }
    }

    @Test func `a secret that has expired is told from a wrong one`() async throws {
        try await withTenant { client in
            client.tenant.expireSecret()

            let answer = try await client.signIn()

            #expect(answer.json["error_codes"] as? [Int] == [7_000_222])
        }
    }
}

extension Client {
    fileprivate func federated(_ token: String) async throws -> Answer {
        try await signIn([
            "client_secret": nil, "client_assertion_type": Assertion.type,
            "client_assertion": token,
        ])
    }
}
