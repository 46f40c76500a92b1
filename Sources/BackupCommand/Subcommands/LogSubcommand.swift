import ArgumentParser
import BackupEngine

/// `tenantkeep log`: what the runs of a repository did, newest first.
struct LogSubcommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "List the runs of a repository, newest first.",
        discussion: """
            Example:
              tenantkeep log --repo ./contoso.git --limit 5
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Show no more runs than this.", valueName: "count"))
    var limit: String?

    var flags: [Setting: [String]] {
        common.flags.merging(limit.map { [.limit: [$0]] } ?? [:]) { $1 }
    }

    func execute(in surroundings: Surroundings) async throws(CommandFailure) -> ExitStatus {
        let settings = surroundings.settings
        let path = try BackupRequest.repository(settings)
        let limit = try settings.count(.limit)
        let isJSON = try settings.isOn(.json)
        let runs: [LoggedRun]
        do throws(BackupError) { runs = try await History(of: path).runs(limit: limit) } catch {
            throw CommandFailure(error)
        }
        let console = surroundings.console
        guard !isJSON else {
            await console.document(runs.map(LoggedRunDocument.init))
            return .done
        }
        if runs.isEmpty { await console.say("There is no run in \(path) yet.") }
        for (index, run) in runs.enumerated() {
            if index > 0 { await console.output("") }
            for line in RunListing(run).lines {
                await console.output(line.text, isHeading: line.isHeading)
            }
        }
        return .done
    }
}
