import ArgumentParser
import GraphCatalog

/// `tenantkeep types`: what can be backed up, and the permissions each type needs.
struct TypesSubcommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "types",
        abstract: "List what can be backed up, and the permissions each type needs.",
        discussion: """
            Example:
              tenantkeep types Config groups
            """)

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp("Types and groups of types (default: all there are).", valueName: "word")
    )
    var words: [String] = []

    var flags: [Setting: [String]] { common.flags }

    func execute(in surroundings: Surroundings) async throws(CommandFailure) -> ExitStatus {
        let table = TypeTable(try resources())
        if try surroundings.settings.isOn(.json) {
            await surroundings.console.document(table.document)
        } else {
            for line in table.lines { await surroundings.console.output(line) }
        }
        return .done
    }

    private func resources() throws(CommandFailure) -> [GraphResource] {
        guard !words.isEmpty else { return GraphResource.all.flatMap(\.family) }
        let words = words.flatMap { $0.split(separator: ",").map(String.init) }
        do throws(UnknownWord) {
            return try Selection(types: words).resources.flatMap(\.family).map(\.resource)
        } catch {
            throw .unknown(error, in: nil)
        }
    }
}

extension SelectedResource {
    /// This type and the chosen ones below it.
    var family: [SelectedResource] { [self] + children.flatMap(\.family) }
}

extension CommandFailure {
    /// - Parameter origin: where the word was written, unless it is an argument.
    static func unknown(_ word: UnknownWord, in origin: SettingOrigin?) -> CommandFailure {
        let reason = "there is no type or group \(word.word)"
        let hint = "Did you mean \(word.nearest)? tenantkeep types lists all there are."
        return origin.map { .wrong($0, reason, hint: hint) }
            ?? CommandFailure(reason.capitalizedSentence, hint: hint, status: .usage)
    }
}
