import HTTPTransport
import Logging
import TenantSimulator
import Testing

@testable import GraphClient

struct ClockOffsetTests {
    @Test(arguments: [
        // A Date has whole seconds, and so has this clock: less than some seconds says nothing.
        (date: 1_000, sent: 1_000, received: 1_000, seconds: 0.0),
        (1_005, 1_000, 1_000, 0), (995, 1_000, 1_001, 0), (1_240, 1_000, 1_000, 240),
        (760, 1_000, 1_000, -240), (1_240, 1_000, 1_002, 239),
        // An answer that took long says nothing about a clock that may be right.
        (1_090, 1_000, 1_100, 0), (1_000, 1_000, 1_100, 0), (86_401_000, 1_000, 1_000, 86_400_000),
    ])
    func `the offset is what the answer's date cannot be without`(
        date: Int, sent: Int, received: Int, seconds: Double
    ) {
        let offset = ClockOffset(date: date, sent: sent, received: received)

        #expect(offset.estimate == .seconds(seconds))
    }

    /// Asks a tenant whose clock is ahead by so much.
    private func offset(
        advanced seconds: Double, _ credential: (SimulatedTenant) throws -> Credential
    ) async throws -> Double {
        try await withSimulatedTenant(.init(.folder(contoso))) { tenant in
            tenant.advanceClock(by: seconds)
            let origin = try #require(Origin(tenant.graph))
            let configuration = GraphConfiguration(
                endpoints: GraphEndpoints(graph: origin, authority: origin, arm: origin),
                tenant: tenant.tenantID, credential: try credential(tenant),
                network: try Network(environment: [:]), version: "0.1.0",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            return await withGraphClient(configuration) { client in
                await client.clockOffset() / .seconds(1)
            }
        }
    }

    @Test(arguments: [0.0, 240, -240, 86_400])
    func `a service tells how far its clock is ahead`(seconds: Double) async throws {
        let secret = try await offset(advanced: seconds) {
            .secret(clientID: $0.app.clientID, secret: $0.app.secret)
        }
        // Entra is not asked where something else gives the tokens.
        let ready = try await offset(advanced: seconds) { _ in
            .tokens(
                ReadyTokens(
                    graph: try #require(.init("token", from: "TOKEN", resourceType: "ms-graph"))))
        }

        #expect(abs(secret - seconds) <= 3)
        #expect(abs(ready - seconds) <= 3)
    }
}
