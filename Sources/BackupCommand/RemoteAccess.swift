import BackupEngine
import FoundationEssentials
import GitObjects
import GitRemote
import HTTPCarrier
import HTTPTransport

/// The way to the remote: where it is, what opens it, and how this machine gets there.
struct RemoteAccess: Sendable {
    private let place: RemotePlace
    private let branch: RefName
    private let runs: RefName?
    private let secrets: RemoteSecrets
    private let network: Network
    private let timing: RemoteTiming

    /// `nil` if no remote is set; wrong names of its refs are refused all the same.
    init?(_ surroundings: Surroundings) throws(CommandFailure) {
        let (settings, environment) = (surroundings.settings, surroundings.environment)
        branch = try Self.branch(settings)
        runs = try Self.runs(settings)
        guard let value = settings[.push], let text = value.texts.last else { return nil }
        guard let place = RemotePlace(text, environment) else {
            throw .wrong(
                value.origin, "it is not the URL of a repository",
                hint: "Write it as https://host/path without a query, as ssh://user@host/path, or "
                    + "as a path that begins with / or ./")
        }
        self.place = place
        secrets = RemoteSecrets(environment)
        if case .web(let url) = place { _ = try secrets.credential(for: url) }
        network = try TenantAccess.network(environment)
        timing = surroundings.remoteTiming
    }

    private static func branch(_ settings: Settings) throws(CommandFailure) -> RefName {
        guard let value = settings[.remoteBranch], let name = value.texts.last else {
            return try BackupRequest.branch(settings)
        }
        let branch = name.hasPrefix("refs/heads/") ? RefName(name) : RefName.branch(name)
        guard let branch else {
            throw .wrong(value.origin, "git takes no branch of the name \"\(name)\"")
        }
        return branch
    }

    private static func runs(_ settings: Settings) throws(CommandFailure) -> RefName? {
        guard let value = settings[.runsRef], let name = value.texts.last else { return nil }
        guard let runs = name.hasPrefix("refs/") ? RefName(name) : RefName.branch(name) else {
            throw .wrong(value.origin, "git takes no ref of the name \"\(name)\"")
        }
        return runs
    }

    /// Returns a token of Entra for a resource.
    typealias EntraToken = @Sendable (String) async throws(RemoteError) -> String

    /// Runs `body` with the remote, and closes its connections behind it.
    ///
    /// - Parameter entra: asked where nothing else opens a host that takes such tokens.
    func connected<Value, Failure: Error>(
        entra: @escaping EntraToken,
        _ body: (RemoteOptions) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        switch place {
        case .web(let url): try await connected(to: url, entra: entra, body)
        case .ssh(let carrier): try await body(options(remote(carrier)))
        case .folder(let path): try await body(options(LocalRemote(path: path)))
        }
    }

    private func options(_ remote: any Remote) -> RemoteOptions {
        RemoteOptions(remote, branch: branch, runs: runs)
    }

    private func remote(_ carrier: any GitCarrier) -> GitRemote {
        GitRemote(
            carrier: carrier, agent: "tenantkeep/\(programVersion)", clock: timing.clock,
            pace: timing.pace)
    }

    private func connected<Value, Failure: Error>(
        to url: RepositoryURL, entra: @escaping EntraToken,
        _ body: (RemoteOptions) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let secrets = secrets
        return try await withHTTPCarrier(
            to: url, network: network, version: programVersion, patience: timing.patience,
            credential: { () async throws(RemoteError) in
                do throws(CommandFailure) {
                    if let credential = try secrets.credential(for: url) { return credential }
                } catch {
                    throw RemoteError(.unauthorised, error.sentence, hint: error.hint)
                }
                guard AzureDevOps.isHost(of: url) else { return nil }
                return .bearer(try await entra(AzureDevOps.resource))
            },
            { (carrier) async throws(Failure) in
                try await body(options(remote(carrier)))
            })
    }
}

/// How long hosts are waited for, and by which clock.
struct RemoteTiming: Sendable {
    var patience = RemotePatience()
    var pace = Pace()
    var clock: any Clock<Duration> = ContinuousClock()
}

/// Runs `body` with the remote, if there is one.
func withRemote<Value, Failure: Error>(
    _ remote: RemoteAccess?, entra: @escaping RemoteAccess.EntraToken,
    _ body: (RemoteOptions?) async throws(Failure) -> Value
) async throws(Failure) -> Value {
    guard let remote else { return try await body(nil) }
    return try await remote.connected(entra: entra) { (options) async throws(Failure) in
        try await body(options)
    }
}
