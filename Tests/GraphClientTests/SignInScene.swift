import GraphCatalog
import HTTPTransport
import Logging
import Synchronization
import TenantSimulator
import TestSupport
import Testing

@testable import GraphClient

extension GraphConfiguration {
    /// A client of a simulated tenant, which reads the files of this machine.
    init(
        signingInTo tenant: SimulatedTenant, with credential: Credential,
        environment: [String: String] = [:]
    ) throws {
        let origin = try #require(Origin(tenant.origin))
        let arm = try #require(Origin(tenant.arm))
        self.init(
            endpoints: GraphEndpoints(graph: origin, authority: origin, arm: arm),
            tenant: tenant.tenantID, credential: credential,
            network: try Network(environment: environment), version: "0.1.0",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        random = { 0 }
        readFile = readWholeFile
    }
}

/// Runs `body` with a client that signs in to a small tenant in one way.
///
/// - Parameters:
///   - apps: who can sign in beside the tenant's own application.
///   - credential: made once the tenant has its addresses.
func signingIn(
    _ apps: [AppRegistration], settings: TenantSimulator.Settings = .init(),
    clock: TestClock = TestClock(),
    with credential: (SimulatedTenant) throws -> Credential,
    configure: (inout GraphConfiguration) -> Void = { _ in },
    _ body: (GraphClient, SimulatedTenant) async throws -> Void
) async throws {
    let content = SimulatedTenant.Configuration(
        .generated(GeneratedTenant(users: 1)), settings: settings, registrations: apps)
    try await withSimulatedTenant(content) { tenant in
        var configuration = try GraphConfiguration(
            signingInTo: tenant, with: credential(tenant))
        configure(&configuration)
        try await withGraphClient(configuration, clock: clock) { client in
            try await body(client, tenant)
        }
    }
}

/// Counts on.
final class Counter: Sendable {
    private let count = Mutex(UInt64(0))

    func next() -> UInt64 {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
