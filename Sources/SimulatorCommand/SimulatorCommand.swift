import ArgumentParser
import Glibc
import TenantSimulator

/// Runs a simulated tenant until it is told to stop.
///
/// When it is ready it prints one line of JSON that says where it is and how to sign in. It stops on
/// SIGINT and SIGTERM, and with `--exit-with-stdin` when its standard input ends.
@main
struct SimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenantkeep-simulator",
        abstract: "Play a Microsoft Entra tenant on a port of this machine.",
        discussion: """
            Example:
              tenantkeep-simulator --users 1000 --groups 50 --throttle service

            Control it below {graph}/simulator: POST faults, scenario, clock, permissions; \
            PATCH settings; GET requests.
            """)

    @Option(help: "A folder of JSON that describes the tenant.")
    var tenant: String?

    @Option(help: "Make up this many users.")
    var users = 0

    @Option(help: "Make up this many groups.")
    var groups = 0

    @Option(help: "Make up this many applications.")
    var applications = 0

    @Option(help: "Make up this many service principals.")
    var servicePrincipals = 0

    @Option(help: "The mean number of members of a made-up group.")
    var membersPerGroup = 20

    @Option(help: "What the made-up tenant is made from.")
    var seed: UInt64 = 1

    @Option(help: "The port; 0 takes a free one.")
    var port = 0

    @Option(help: "The port of Azure Resource Manager; 0 takes a free one.")
    var armPort = 0

    @Flag(help: "Speak TLS, with a certificate of an authority made for this run.")
    var tls = false

    @Option(help: "The service's limits: none or service.")
    var throttle: ThrottleMode = .none

    @Option(help: "No page holds more objects than this.")
    var pageSize: Int?

    @Option(help: "Seconds a token is good for.")
    var tokenLifetime = 3599.0

    @Option(help: "Order members and sets anew in each answer, from this seed.")
    var shuffle: UInt64?

    @Option(help: "Change what changes by itself in each answer, from this seed.")
    var noise: UInt64?

    @Option(help: "A scenario to play before the first request.")
    var scenario: [String] = []

    @Flag(help: "Stop when standard input ends.")
    var exitWithStdin = false

    enum ThrottleMode: String, ExpressibleByArgument {
        case none, service
    }

    func validate() throws {
        guard tenant != nil || users > 0 || groups > 0 || applications > 0 || servicePrincipals > 0
        else { throw ValidationError("Name a folder with --tenant, or a number of --users.") }
        guard membersPerGroup >= 0, users >= 0, groups >= 0 else {
            throw ValidationError("A number of objects is not negative.")
        }
    }

    func run() async throws {
        try await withSimulatedTenant(configuration) { simulator in
            for file in scenario { try simulator.play(Scenario(file: file)) }
            announce(simulator.announcement)
            await waitForShutdown(watchingStandardInput: exitWithStdin)
        }
    }

    /// Writes the line at once: a pipe would hold it back.
    private func announce(_ line: String) {
        print(line)
        fflush(nil)
    }

    private var configuration: SimulatedTenant.Configuration {
        var settings = Settings(throttling: throttle == .service ? .service() : .none)
        settings.pageSize = pageSize
        settings.tokenLifetime = tokenLifetime
        settings.shuffleSeed = shuffle
        settings.noiseSeed = noise
        let size = GeneratedTenant(
            seed: seed, users: users, groups: groups, applications: applications,
            servicePrincipals: servicePrincipals, membersPerGroup: membersPerGroup)
        return SimulatedTenant.Configuration(
            tenant.map { .folder($0) } ?? .generated(size), settings: settings, usesTLS: tls,
            port: port, azurePort: armPort)
    }
}
