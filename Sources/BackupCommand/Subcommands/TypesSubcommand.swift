import ArgumentParser
import GraphCatalog

/// `tenantkeep types`: what can be backed up, and the permissions each type needs.
struct TypesSubcommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "types",
        abstract: "List what can be backed up, and the permissions each type needs.",
        discussion: """
            Lists the types that the arguments, or the settings, choose; all there are if nothing \
            chooses: where Graph has them, where the backup has them, the groups that choose them \
            and the permissions each needs. Then the groups, what this kind of sign-in cannot read \
            and why, and the permissions that are enough for all of the list, each once, in byte \
            order. Last the permissions to read the logs that tell who changed what. With \
            --verbose also the members of the types' objects that are not in the backup, and why.

            With --json: {"signIn": "application" or "delegated", "types": [{"name", "version", \
            "path", "folder", "groups", "permissions": {"application", "delegated"}, \
            "unreadable": why or null, "leftOut": [{"members": [name], "reason"}]}], "groups": [{"name", "types"}], "permissions": [name], \
            "auditPermissions": [name]}. \
            Types stand in the order of the catalog, children below their parents; each \
            permission of a type is enough by itself; the last lists are for this sign-in.

            Example:
              tenantkeep types Config groups
            """)

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp("Types and groups of types (default: all there are).", valueName: "word")
    )
    var words: [String] = []

    @Option(
        help: ArgumentHelp(
            "A type or group to list, or several with commas; repeatable.", valueName: "word"))
    var type: [String] = []

    @Option(
        help: ArgumentHelp(
            "A type or group to leave out, or several with commas; repeatable.", valueName: "word"))
    var exclude: [String] = []

    @Flag(help: "List what --all backs up; the same as --type All.")
    var all = false

    @Flag(help: "Show the permissions of a signed-in person, not of an application.")
    var delegated = false

    var flags: [Setting: [String]] {
        var flags = common.flags
        flags[.type] = type.isEmpty ? nil : type
        flags[.exclude] = exclude.isEmpty ? nil : exclude
        flags[.all] = all.asFlag
        flags[.delegated] = delegated.asFlag
        return flags
    }

    func execute(in surroundings: Surroundings) async throws(CommandFailure) -> ExitStatus {
        let settings = settings(surroundings.settings)
        let catalog = surroundings.catalog
        let selection = try Selection(settings, from: catalog, standard: catalog.map(\.name))
        let table = TypeTable(
            selection.resources,
            for: try settings.isOn(.delegated) ? .delegated : .application)
        if try settings.isOn(.json) {
            await surroundings.console.document(table.document)
        } else {
            let gaps = try settings.isOn(.verbose) ? table.gapLines : []
            for line in table.lines + gaps { await surroundings.console.output(line) }
        }
        return .done
    }

    /// Bare words go with `--type` and `--all`; they replace what environment and file say.
    private func settings(_ settings: Settings) -> Settings {
        guard !words.isEmpty else { return settings }
        let said = words + type + (all ? ["All"] : [])
        return settings.overlaid(with: Settings([.type: SettingValue(said, from: .argument)]))
    }
}
