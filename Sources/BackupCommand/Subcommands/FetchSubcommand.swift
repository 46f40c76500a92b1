import ArgumentParser
import BackupEngine

/// `tenantkeep fetch`: brings the history of a remote.
struct FetchSubcommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Bring all history of a remote here, and make a partial repository whole.",
        discussion: """
            The credential is that of push.

            Example:
              tenantkeep fetch https://dev.azure.com/contoso/backup/_git/tenant
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Remote options") var remote: RemoteFlags

    var flags: [Setting: [String]] { common.flags.merging(remote.flags) { $1 } }

    static let endsInOrder = true

    func execute(in surroundings: Surroundings) async throws(CommandFailure) -> ExitStatus {
        let console = surroundings.console
        let record = try await RemoteCommand(surroundings).run {
            (transfer) async throws(BackupError) in
            try await transfer.fetch()
        }
        if try surroundings.settings.isOn(.json) { await console.document(FetchDocument(record)) }
        await console.say(record.sentence)
        if let error = record.unsynced { await console.say(.error, error.unsyncedSentence) }
        return record.status
    }
}

extension FetchRecord {
    /// How the program ends.
    var status: ExitStatus { unsynced == nil ? .done : .failed }

    fileprivate var sentence: String {
        if isEmpty { return "The remote \(remote) holds no backup yet." }
        let news =
            refs.isEmpty
            ? "Nothing is new at \(remote)" : "Fetched \(refs.count.counted("ref")) from \(remote)"
        guard missing > 0 else { return news }
        return "\(news). \(missing.counted("file")) of earlier states are missing here and at the "
            + "remote, so the repository stays partial"
    }
}
