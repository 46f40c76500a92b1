import Foundation
import HTTPTransport
import Logging
import TenantSimulator
import Testing

@testable import GraphClient

struct TokenClaimsTests {
    private func token(_ claims: String) -> String {
        let payload = Data(claims.utf8).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
        return "e30.\(payload).c2ln"
    }

    @Test func `a token says who it is for and what that one may do`() throws {
        let claims = try #require(
            TokenClaims(
                token: token(
                    """
                    {"tid": "t", "appid": "a", "app_displayname": "Bäckup ?>", "oid": "o",
                     "roles": ["User.Read.All", 7, "Group.Read.All"], "exp": 1793498400}
                    """)))

        #expect(claims.tenant == "t" && claims.applicationID == "a" && claims.objectID == "o")
        #expect(claims.applicationName == "Bäckup ?>")
        #expect(claims.roles == ["User.Read.All", "Group.Read.All"])
        #expect(claims.scopes == nil)
        #expect(claims.expiry == Date(timeIntervalSince1970: 1_793_498_400))
    }

    @Test func `a person's token has scopes`() throws {
        let claims = try #require(TokenClaims(token: token(#"{"scp": "User.Read Mail.Send"}"#)))

        #expect(claims.scopes == ["User.Read", "Mail.Send"])
        #expect(claims.roles == nil)
    }

    @Test(arguments: [
        "", "opaque", "a.b", "e30.!!!.x", "e30.e30.e30.e30", "e30.bm8.x", "e30.W10.x",
    ])
    func `what is no such token says nothing`(text: String) {
        #expect(TokenClaims(token: text) == nil)
    }

    @Test func `a client tells of its own token, and the time at the authority`() async throws {
        try await withSimulatedTenant(.init(.folder(contoso))) { tenant in
            let origin = try #require(Origin(tenant.graph))
            let configuration = GraphConfiguration(
                endpoints: GraphEndpoints(graph: origin, authority: origin, arm: origin),
                tenant: tenant.tenantID,
                credential: .secret(clientID: tenant.app.clientID, secret: tenant.app.secret),
                network: try Network(environment: [:]), version: "0.1.0",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await withGraphClient(configuration) { client in
                let claims = try #require(try await client.tokenClaims())
                let time = try #require(try await client.serverTime())

                #expect(claims.tenant == tenant.tenantID)
                #expect(Set(claims.roles ?? []) == Set(tenant.app.permissions))
                #expect(abs(time.timeIntervalSinceNow) < 60)
            }
        }
    }
}
