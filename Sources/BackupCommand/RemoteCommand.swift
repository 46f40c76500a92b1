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
    /// Signs in where nothing else opens the remote.
    private let entra: RemoteAccess.EntraToken

    init(_ surroundings: Surroundings) throws(CommandFailure) {
        let settings = surroundings.settings
        guard let access = try RemoteAccess(surroundings) else {
            throw CommandFailure(
                "There is no remote", hint: "Name its URL, or set remote: in the configuration.",
                status: .usage)
        }
        self.access = access
        repository = try BackupRequest.repository(settings)
        branch = try BackupRequest.branch(settings)
        console = surroundings.console
        entra = TenantAccess.tokens(settings, surroundings.environment)
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
}
