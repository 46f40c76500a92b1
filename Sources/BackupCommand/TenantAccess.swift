import BackupEngine
import FoundationEssentials
import GitRemote
import GraphClient
import GraphCatalog
import HTTPTransport
import Logging

/// The way into one tenant: where its services are, who signs in, and how this machine gets there.
struct TenantAccess: Sendable {
    private let configuration: GraphConfiguration

    init(_ settings: Settings, _ environment: [String: String]) throws(CommandFailure) {
        let endpoints = try GraphEndpoints(settings)
        let signIn = try SignInSettings(settings, environment)
        var configuration = GraphConfiguration(
            endpoints: endpoints, tenant: signIn.tenant, credential: signIn.credential,
            network: try Self.network(environment), version: programVersion,
            logger: Logger(label: "tenantkeep") { _ in SwiftLogNoOpLogHandler() })
        configuration.readFile = { path, limit throws(UnreadableFile) in
            do throws(FileFailure) { return try readSmallFile(path, limit: limit) } catch {
                throw UnreadableFile(error.reason)
            }
        }
        self.configuration = configuration
    }

    /// Who signs in, without a secret: `a certificate of 5eed…`.
    var credential: String { "\(configuration.credential)" }

    /// Who signs in, and where; for the curious.
    var wording: String {
        let endpoints = configuration.endpoints
        let tenant = configuration.tenant.map { "tenant \($0)" } ?? "its own tenant"
        return "\(credential) in \(tenant), signing in at \(endpoints.authority), "
            + "reading \(endpoints.graph)"
    }

    /// Makes one backup.
    func backUp(
        _ request: BackupRequest, start: Date, to remote: RemoteAccess?,
        progress: @escaping @Sendable (BackupEvent) async -> Void
    ) async -> Result<BackupResult, BackupError> {
        do throws(BackupError) {
            let result = try await withGraphClient(configuration) {
                client async throws(BackupError) in
                let tenant = try await tenantID(client)
                let entra: RemoteAccess.EntraToken = { (resource) async throws(RemoteError) in
                    try await token(resource, of: client)
                }
                return try await withRemote(remote, entra: entra) {
                    remote async throws(BackupError) in
                    let options = request.options(tenant: tenant, start: start, remote: remote)
                    let backup = Backup(from: client, options, progress: progress)
                    return request.isAttribution
                        ? try await backup.attributeLast() : try await backup.run()
                }
            }
            return .success(result)
        } catch {
            return .failure(error)
        }
    }

    /// Looks at what a backup of `selection` needs of the tenant.
    ///
    /// - Parameter recordedTenant: whose backup the repository holds.
    func examine(
        _ selection: Selection, recordedTenant: String?, now: @escaping @Sendable () -> Date
    ) async -> [Finding] {
        var configuration = configuration
        configuration.patience.tries = 2
        configuration.patience.total = .seconds(30)
        configuration.patience.answering = .seconds(20)
        return await withGraphClient(configuration) { client in
            await TenantExamination(
                client: client, selection: selection, credential: "\(configuration.credential)",
                recordedTenant: recordedTenant, now: now
            ).findings()
        }
    }

    /// Tokens of Entra for git hosts, for commands that ask nothing else of the tenant: each is a
    /// sign-in of its own, and only then it matters whether there are settings for one.
    static func tokens(
        _ settings: Settings, _ environment: [String: String]
    ) -> RemoteAccess.EntraToken {
        { (resource) async throws(RemoteError) in
            let access: TenantAccess
            do throws(CommandFailure) { access = try TenantAccess(settings, environment) } catch {
                throw RemoteError(.unauthorised, error.sentence, hint: error.hint)
            }
            return try await withGraphClient(access.configuration) {
                client async throws(RemoteError) in
                try await access.token(resource, of: client)
            }
        }
    }

    private func token(
        _ resource: String, of client: GraphClient
    ) async throws(RemoteError) -> String {
        do throws(GraphError) { return try await client.accessToken(for: resource) } catch {
            throw RemoteError(.unauthorised, error.reason, hint: error.hint)
        }
    }

    private func tenantID(_ client: GraphClient) async throws(BackupError) -> String {
        do { return try await client.tenantID() } catch { throw .source(error) }
    }

    static func network(
        _ environment: [String: String]
    ) throws(CommandFailure) -> Network {
        do throws(NetworkError) { return try Network(environment: environment) } catch {
            throw CommandFailure(error.reason, hint: error.hint, status: .usage)
        }
    }
}
