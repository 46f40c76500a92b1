import ArgumentParser
import BackupEngine
import FoundationEssentials

/// `tenantkeep backup`: exports the tenant and commits what changed.
struct BackupSubcommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Export the tenant and commit what changed.",
        discussion: """
            Example:
              tenantkeep backup --repo ./contoso.git --type Config,Users --exclude devices
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Backup options") var options: BackupFlags

    var flags: [Setting: [String]] { common.flags.merging(options.flags) { $1 } }

    static let endsInOrder = true

    /// Makes the backup and tells those who want to know how it ended.
    func execute(in surroundings: Surroundings) async throws(CommandFailure) -> ExitStatus {
        let notifications = try Notifications(surroundings.settings)
        let repository = try BackupRequest.repository(surroundings.settings)
        if let warning = notifications.warning {
            await surroundings.console.say(.warning, warning)
        }
        let notices: [Notice]
        let outcome: Result<ExitStatus, CommandFailure>
        do throws(CommandFailure) {
            let report = try await backUp(in: surroundings)
            (notices, outcome) = (Notice.about(report), .success(report.status))
        } catch {
            (notices, outcome) = (Notice.about(error, of: repository), .failure(error))
        }
        let environment = surroundings.environment
        for failure in await notifications.tell(notices, environment: environment) {
            await surroundings.console.say(.warning, failure.sentence)
        }
        return try outcome.get()
    }

    private func backUp(
        in surroundings: Surroundings
    ) async throws(CommandFailure) -> BackupReport {
        let request = try BackupRequest(
            surroundings.settings, from: surroundings.catalog, surroundings.environment)
        let access = try TenantAccess(surroundings.settings, surroundings.environment)
        let remote = try RemoteAccess(surroundings)
        let isJSON = try surroundings.settings.isOn(.json)
        let console = surroundings.console
        await console.say("Signing in with \(access.credential)".stopped)
        await console.detail("Using \(access.wording)".stopped)
        let clock = ContinuousClock()
        let began = clock.now
        let result = try await backUp(request, access, remote, on: console) {
            began.duration(to: clock.now)
        }
        let report = BackupReport(result, of: request, took: began.duration(to: clock.now))
        await report.show(on: console, asJSON: isJSON)
        return report
    }

    /// Makes the backup, shows how it goes, and ends it when the process is told to end.
    private func backUp(
        _ request: BackupRequest, _ access: TenantAccess, _ remote: RemoteAccess?,
        on console: Console,
        elapsed: @escaping @Sendable () -> Duration
    ) async throws(CommandFailure) -> BackupResult {
        let reporter = ProgressReporter(on: console, elapsed: elapsed) {
            OutputStream.standardError.terminalWidth ?? 80
        }
        let start = Date()
        let (outcome, signal) = await withInterrupts {
            await running {
                await access.backUp(request, start: start, to: remote) { await reporter.take($0) }
            } beside: {
                await reporter.watch()
            }
        }
        await console.clearLine()
        do throws(BackupError) { return try outcome.get() } catch {
            throw CommandFailure(error, signal: signal)
        }
    }
}
