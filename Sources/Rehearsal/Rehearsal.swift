package import BackupEngine
import FoundationEssentials
import GitObjects
package import GraphCatalog
package import GraphClient
import HTTPTransport
import Logging
package import TenantSimulator

/// Backups of a simulated tenant over HTTP, on the tenant's own clock.
package struct Rehearsal: Sendable {
    package let tenant: SimulatedTenant
    package let clock: SharedClock
    /// Path of the repository.
    package let repository: String
    package let selection: [SelectedResource]

    package init(
        of tenant: SimulatedTenant, _ clock: SharedClock, in repository: String, types: [String]
    ) throws {
        self.tenant = tenant
        self.clock = clock
        self.repository = repository
        selection = try Selection(types: types).resources.filter { $0.resource.service == .graph }
    }

    /// Backs the tenant up, as the program does.
    @discardableResult
    package func backUp() async throws -> BackupResult {
        guard let branch = RefName.branch("main") else { throw RehearsalError.noTenant }
        let options = BackupOptions(
            repository: repository, branch: branch, root: .top, selection: selection,
            tenant: tenant.tenantID, identityName: "Tenantkeep",
            identityEmail: "tenantkeep@localhost", start: clock.date, version: "rehearsal",
            audit: AuditOptions())
        return try await withClient { client in
            try await Backup(
                from: client, options, now: { clock.date }, sleep: clock.sleep(until:)
            ).run()
        }
    }

    /// Runs `body` with a client of its own, which signs in anew.
    package func withClient<Value: Sendable>(
        _ body: (GraphClient) async throws -> Value
    ) async throws -> Value {
        guard let graph = Origin(tenant.graph), let arm = Origin(tenant.arm) else {
            throw RehearsalError.noTenant
        }
        var configuration = GraphConfiguration(
            endpoints: GraphEndpoints(graph: graph, authority: graph, arm: arm),
            tenant: tenant.tenantID,
            credential: .secret(clientID: tenant.app.clientID, secret: tenant.app.secret),
            network: try Network(environment: [:]), version: "rehearsal",
            logger: Logger(label: "rehearsal") { _ in SwiftLogNoOpLogHandler() })
        configuration.now = { [clock] in Int(clock.date.timeIntervalSince1970) }
        return try await withGraphClient(configuration, clock: clock.waits, body)
    }
}

package enum RehearsalError: Error {
    case noTenant
}

extension BackupResult {
    /// The run's start, as commits name it.
    package var run: String { record.start }
}
