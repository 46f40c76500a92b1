import ArgumentParser
import GraphCatalog

/// One command of the program.
protocol Subcommand: ParsableCommand {
    /// What its command line says of each setting.
    var flags: [Setting: [String]] { get }

    /// Whether the command ends by itself, in order, when the process is told to end.
    static var endsInOrder: Bool { get }

    /// Does the work; what it says goes to the console.
    func execute(in surroundings: Surroundings) async throws(CommandFailure) -> ExitStatus
}

extension Subcommand {
    static var endsInOrder: Bool { false }
}

/// What a command finds around it.
struct Surroundings: Sendable {
    let console: Console
    /// File, environment and flags, laid over one another.
    let settings: Settings
    /// All types there are: those of the program, then those of the configuration file.
    let catalog: [GraphResource]
    /// For what has the names of others: sign-in, proxies.
    let environment: [String: String]
    let remoteTiming: RemoteTiming
}

/// The options every command has.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The repository (default: ./tenant.git).", valueName: "dir"))
    var repo: String?

    @Option(
        help: ArgumentHelp(
            "The configuration (default: ./tenantkeep.yaml, if there is one).", valueName: "file"))
    var config: String?

    @Flag(help: "Print one JSON document on standard output, and nothing else there.")
    var json = false

    @Flag(help: "Say nothing but errors.")
    var quiet = false

    @Flag(help: "Say more about what is done.")
    var verbose = false

    @Option(help: ArgumentHelp("Colour: auto, always or never (default: auto).", valueName: "when"))
    var color: String?

    var flags: [Setting: [String]] {
        var flags: [Setting: [String]] = [:]
        flags[.repo] = repo.map { [$0] }
        flags[.config] = config.map { [$0] }
        flags[.color] = color.map { [$0] }
        flags[.json] = json.asFlag
        flags[.quiet] = quiet.asFlag
        flags[.verbose] = verbose.asFlag
        return flags
    }
}

extension Bool {
    /// A flag that is not there says nothing, so that the environment can.
    var asFlag: [String]? { self ? ["true"] : nil }
}
