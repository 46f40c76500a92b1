import BackupEngine
import FoundationEssentials
import GitObjects
import GitRemote

/// One exchange with the remote, outside a run.
struct RemoteCommand: Sendable {
    private let access: RemoteAccess
    private let repository: String
    private let branch: RefName
    private let console: Console
    /// Who signs in where nothing else opens the remote.
    private let tenant: @Sendable () throws(CommandFailure) -> TenantAccess

    init(_ surroundings: Surroundings) throws(CommandFailure) {
        let settings = surroundings.settings
        guard let access = try RemoteAccess(settings, surroundings.environment) else {
            throw CommandFailure(
                "There is no remote", hint: "Name its URL, or set remote: in the configuration.",
                status: .usage)
        }
        self.access = access
        repository = try BackupRequest.repository(settings)
        branch = try BackupRequest.branch(settings)
        console = surroundings.console
        tenant = { () throws(CommandFailure) in
            try TenantAccess(surroundings.settings, surroundings.environment)
        }
    }

    /// Runs the exchange, shows how it goes, and ends it when the process is told to end.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (RemoteTransfer) async throws(BackupError) -> Value
    ) async throws(CommandFailure) -> Value {
        let clock = ContinuousClock()
        let began = clock.now
        let reporter = ProgressReporter(on: console, elapsed: { began.duration(to: clock.now) }) {
            OutputStream.standardError.terminalWidth ?? 80
        }
        let entra: @Sendable (String) async throws(RemoteError) -> String = {
            (resource) async throws(RemoteError) in
            try await token(for: resource)
        }
        let start = Date()
        let (outcome, signal) = await withInterrupts { () -> Result<Value, BackupError> in
            do throws(BackupError) {
                return .success(
                    try await access.connected(entra: entra) {
                        (options) async throws(BackupError) in
                        try await body(
                            RemoteTransfer(
                                of: repository, branch: branch, with: options, start: start
                            ) { await reporter.take($0) })
                    })
            } catch {
                return .failure(error)
            }
        }
        await console.clearLine()
        do throws(BackupError) { return try outcome.get() } catch {
            throw CommandFailure(error, signal: signal)
        }
    }

    private func token(for resource: String) async throws(RemoteError) -> String {
        let access: TenantAccess
        do throws(CommandFailure) { access = try tenant() } catch {
            throw RemoteError(.unauthorised, error.sentence, hint: error.hint)
        }
        return try await access.token(for: resource)
    }
}
