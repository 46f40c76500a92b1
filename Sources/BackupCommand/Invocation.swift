import ArgumentParser
import GraphCatalog

/// One call of the program, from its arguments to its exit status.
struct Invocation {
    private enum Demand {
        case subcommand(any Subcommand)
        /// Help, the version, a completion script.
        case text(String)
        case failure(CommandFailure)
    }

    private let arguments: [String]
    private let environment: [String: String]
    private let demand: Demand
    private let remoteTiming: RemoteTiming
    private let write: Console.Write

    /// - Parameter arguments: without the program's name.
    init(
        _ arguments: [String], environment: [String: String],
        remoteTiming: RemoteTiming = RemoteTiming(),
        write: @escaping Console.Write = { $0.write($1) }
    ) {
        self.arguments = arguments
        self.environment = environment
        self.remoteTiming = remoteTiming
        self.write = write
        demand = Self.demand(of: arguments)
    }

    /// Whether a signal has to let the command end by itself.
    var endsInOrder: Bool {
        guard case .subcommand(let subcommand) = demand else { return false }
        return type(of: subcommand).endsInOrder
    }

    func run() async -> ExitStatus {
        switch demand {
        case .text(let text):
            let end = text.hasSuffix("\n") ? "" : "\n"
            return write(.standardOutput, text + end) == nil ? .done : .failed
        case .failure(let failure):
            return await report(
                failure, on: Console(fallbackStyle, write: write), asJSON: wantsJSON)
        case .subcommand(let subcommand):
            return await run(subcommand)
        }
    }

    private func run(_ subcommand: any Subcommand) async -> ExitStatus {
        var console = Console(fallbackStyle, write: write)
        do throws(CommandFailure) {
            let said = try Settings(environment: environment)
                .overlaid(with: Settings(flags: subcommand.flags))
            console = Console(try ConsoleStyle(said, in: machine), write: write)
            let file = try await configurationFile(named: said, console)
            let status = try await subcommand.execute(
                in: Surroundings(
                    console: console, settings: file.settings.overlaid(with: said),
                    catalog: GraphResource.all + file.customTypes, environment: environment,
                    remoteTiming: remoteTiming))
            return await report(console.outputFailure, after: status, on: console)
        } catch {
            return await report(error, on: console, asJSON: wantsJSON)
        }
    }

    private func configurationFile(
        named said: Settings, _ console: Console
    ) async throws(CommandFailure) -> ConfigurationFile {
        for (name, nearest) in Settings.unknownVariables(in: environment) {
            await console.say(.warning, "\(name) means nothing here; did you mean \(nearest)?")
        }
        return try ConfigurationFile.file(named: said)
    }

    // MARK: Ends

    private func report(
        _ failure: CommandFailure, on console: Console, asJSON: Bool
    ) async -> ExitStatus {
        await console.clearLine()
        await console.say(failure)
        if asJSON { await console.document(FailureDocument(failure)) }
        return failure.status
    }

    /// What was done stays done, but a listing that nobody got is a failure.
    private func report(
        _ outputFailure: String?, after status: ExitStatus, on console: Console
    ) async -> ExitStatus {
        guard let outputFailure else { return status }
        await console.say(
            CommandFailure("Could not write standard output", reason: outputFailure))
        return status == .done && !endsInOrder ? .failed : status
    }

    // MARK: Surroundings

    private var machine: ConsoleStyle.Surroundings {
        ConsoleStyle.Surroundings(
            environment: environment, isOutputTerminal: OutputStream.standardOutput.isTerminal,
            isMessageTerminal: OutputStream.standardError.isTerminal)
    }

    /// For messages about arguments and environment themselves.
    private var fallbackStyle: ConsoleStyle {
        (try? ConsoleStyle(Settings(), in: machine)) ?? ConsoleStyle()
    }

    /// Looks at the bare words, for arguments that cannot be parsed want an answer in JSON, too.
    private var wantsJSON: Bool {
        if arguments.contains(Setting.json.flag) { return true }
        let name = Setting.json.variable
        return (try? Settings(environment: [name: environment[name] ?? ""]).isOn(.json)) ?? false
    }

    private static func demand(of arguments: [String]) -> Demand {
        do {
            var parsed = try TenantkeepCommand.parseAsRoot(arguments)
            if let subcommand = parsed as? any Subcommand { return .subcommand(subcommand) }
            try parsed.run()  // the bare program, or its `help`: both answer by throwing
            return .text(TenantkeepCommand.helpMessage())
        } catch {
            guard TenantkeepCommand.exitCode(for: error) != .success else {
                return .text(TenantkeepCommand.fullMessage(for: error))
            }
            let message = TenantkeepCommand.message(for: error)
            return .failure(UsageMessage(message, for: arguments).failure)
        }
    }
}
