import ArgumentParser
import BackupEngine

/// `tenantkeep push`: sends what a remote lacks.
struct PushSubcommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Send what a remote lacks of a repository's history.",
        discussion: """
            The credential is TENANTKEEP_REMOTE_TOKEN, or TENANTKEEP_REMOTE_USER and \
            TENANTKEEP_REMOTE_PASSWORD (each also with _FILE), else the token of the pipeline's job.

            Example:
              tenantkeep push https://dev.azure.com/contoso/backup/_git/tenant
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Remote options") var remote: RemoteFlags

    var flags: [Setting: [String]] { common.flags.merging(remote.flags) { $1 } }

    static let endsInOrder = true

    func execute(in surroundings: Surroundings) async throws(CommandFailure) -> ExitStatus {
        let console = surroundings.console
        let record = try await RemoteCommand(surroundings).run {
            (transfer) async throws(BackupError) in
            try await transfer.push()
        }
        let lines = PushReportLines(record)
        if try surroundings.settings.isOn(.json) {
            await console.document(PushDocument(record, status: lines.status))
        }
        await lines.show(on: console)
        return lines.status
    }
}
