/// How a ``Console`` shows what it is given. Decided once, from settings, environment and terminal.
struct ConsoleStyle: Hashable, Sendable {
    /// How much is said.
    enum Volume: Hashable, Sendable {
        /// Errors only.
        case quiet
        case normal
        case verbose
    }

    /// How the progress of a run is shown.
    enum ProgressForm: Hashable, Sendable {
        case none
        /// One line, drawn over and over.
        case line
        /// A line of its own now and then.
        case plain
    }

    var volume = Volume.normal
    var progress = ProgressForm.plain
    /// On standard output.
    var colorsOutput = false
    /// On standard error.
    var colorsMessages = false
    /// The output is read by a pipeline's agent, which runs commands it finds there.
    var isPipeline = false

    /// What the machine says about itself.
    struct Surroundings: Sendable {
        var environment: [String: String]
        var isOutputTerminal: Bool
        var isMessageTerminal: Bool
    }

    init() {}

    init(_ settings: Settings, in surroundings: Surroundings) throws(CommandFailure) {
        let isQuiet = try settings.isOn(.quiet)
        let isVerbose = try settings.isOn(.verbose)
        if isQuiet, isVerbose, let verbose = settings[.verbose] {
            throw .wrong(verbose.origin, "quiet and verbose exclude each other")
        }
        volume = isQuiet ? .quiet : isVerbose ? .verbose : .normal
        isPipeline = Self.isPipeline(surroundings.environment)
        let isDumb = surroundings.environment["TERM"] == "dumb"
        let isDrawn = surroundings.isMessageTerminal && !isDumb && !isPipeline
        progress = isQuiet ? .none : isDrawn ? .line : .plain
        let always = try Self.alwaysColors(settings)
        let noColor = !(surroundings.environment["NO_COLOR"] ?? "").isEmpty
        let automatic = !isDumb && !noColor && !isPipeline
        colorsOutput = always ?? (automatic && surroundings.isOutputTerminal)
        colorsMessages = always ?? (automatic && surroundings.isMessageTerminal)
    }

    /// Whether an agent of Azure Pipelines or GitHub Actions reads what is printed.
    static func isPipeline(_ environment: [String: String]) -> Bool {
        ["TF_BUILD", "GITHUB_ACTIONS"].contains { !(environment[$0] ?? "").isEmpty }
    }

    /// `nil` leaves it to the terminal.
    private static func alwaysColors(_ settings: Settings) throws(CommandFailure) -> Bool? {
        guard let value = settings[.color], let text = value.texts.last else { return nil }
        switch text {
        case "auto": return nil
        case "always": return true
        case "never": return false
        default:
            throw .wrong(
                value.origin, "there is no such use of colour as \(text)",
                hint: "Say auto, always or never.")
        }
    }
}
