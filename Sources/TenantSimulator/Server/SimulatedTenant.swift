import Hummingbird

/// A simulated tenant that answers over HTTP on a port of this machine.
///
/// It refuses what the service refuses, forgets nothing it was asked, and breaks where it is told
/// to. Start it with ``withSimulatedTenant(_:_:)``; it lives as long as the closure runs.
///
/// - Cost: starts in a few milliseconds, whatever the size of a generated tenant.
package struct SimulatedTenant: Sendable {
    package struct Configuration: Sendable {
        package enum Content: Sendable {
            /// A folder of JSON, as described at `Tenant.init(folder:)`.
            case folder(String)
            case generated(GeneratedTenant)
            case hostile(HostileTenant)
        }

        package var content: Content
        package var settings: Settings
        package var usesTLS: Bool
        /// 0 takes a free one.
        package var port: Int
        /// Of Azure Resource Manager; 0 takes a free one.
        package var azurePort: Int
        package var clock: any SimulatorClock
        /// Applications that can sign in besides those of the folder.
        package var registrations: [AppRegistration]
        /// Lets time pass between the pieces of a slow answer.
        package var pause: @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }

        package init(
            _ content: Content, settings: Settings = Settings(), usesTLS: Bool = false,
            port: Int = 0, azurePort: Int = 0, clock: any SimulatorClock = WallClock(),
            registrations: [AppRegistration] = []
        ) {
            self.content = content
            self.settings = settings
            self.usesTLS = usesTLS
            self.port = port
            self.azurePort = azurePort
            self.clock = clock
            self.registrations = registrations
        }
    }

    let simulation: Simulation
    let usesTLS: Bool
    package let port: Int
    let azurePort: Int
    /// Where the certificate authority to trust is, in PEM; with TLS only.
    package let certificate: String?

    /// Scheme, host and port: `{origin}/v1.0/users`, `{origin}/{tenant}/oauth2/v2.0/token`.
    package var origin: String { origin(port) }

    package var graph: String { origin }

    package var authority: String { origin }

    /// Azure Resource Manager, which takes other tokens than Graph: `{arm}/subscriptions`.
    package var arm: String { origin(azurePort) }

    private func origin(_ port: Int) -> String {
        usesTLS ? "https://localhost:\(port)" : "http://127.0.0.1:\(port)"
    }

    package var tenantID: String { simulation.change { $0.tenant.id } }

    /// The first application that can sign in.
    package var app: AppRegistration { apps[0] }

    package var apps: [AppRegistration] { simulation.change { $0.tenant.registrations } }
}

// MARK: - Starting

/// Runs `body` while a simulated tenant answers; it is gone when this returns.
package func withSimulatedTenant<Value: Sendable>(
    _ configuration: SimulatedTenant.Configuration,
    _ body: (SimulatedTenant) async throws -> Value
) async throws -> Value {
    let simulation = try Simulation(configuration)
    let folder = configuration.usesTLS ? try newTemporaryFolder() : nil
    defer { if let folder { removeFolder(folder) } }
    let certificate = configuration.usesTLS ? try ServerCertificate() : nil
    let path = folder.map { "\($0)/authority.pem" }
    if let path, let certificate { try write(Array(certificate.authorityPEM.utf8), to: path) }
    let server = Server(
        simulation: simulation, certificate: certificate, port: configuration.port,
        pause: configuration.pause)
    let azure = Server(
        simulation: simulation, certificate: certificate, port: configuration.azurePort,
        service: .azure, pause: configuration.pause)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        let port = try await start(server, in: &group)
        let azurePort = try await start(azure, in: &group)
        simulation.change { $0.azurePort = azurePort }
        defer { group.cancelAll() }
        return try await body(
            SimulatedTenant(
                simulation: simulation, usesTLS: configuration.usesTLS, port: port,
                azurePort: azurePort, certificate: path))
    }
}

/// Starts a server, and returns its port once it takes connections.
private func start(
    _ server: Server, in group: inout ThrowingTaskGroup<Void, any Error>
) async throws -> Int {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    group.addTask {
        defer { port.finish() }
        try await server.run {
            port.yield($0)
            port.finish()
        }
    }
    if let bound = await ports.first(where: { _ in true }) { return bound }
    group.cancelAll()
    try await group.waitForAll()
    throw FixtureError(description: "The simulated tenant stopped before it started")
}

extension Simulation {
    convenience init(_ configuration: SimulatedTenant.Configuration) throws {
        var tenant: Tenant
        switch configuration.content {
        case .folder(let path): tenant = try Tenant(folder: path)
        case .generated(let size): tenant = Tenant(size)
        case .hostile(let size): tenant = Tenant(size)
        }
        tenant.registrations += configuration.registrations
        guard !tenant.registrations.isEmpty else {
            throw FixtureError(description: "No application can sign in to this tenant")
        }
        self.init(
            tenant: tenant, settings: configuration.settings, clock: configuration.clock)
    }
}

extension Tenant {
    /// A made-up tenant with one application that may read everything in it.
    init(_ size: GeneratedTenant) {
        self.init(
            id: "5eed0000-0000-4000-8000-000000000001", domain: "contoso.onmicrosoft.com",
            displayName: "Contoso (made up)")
        generator = Generator(size, domain: domain)
        registrations = [
            AppRegistration(
                clientID: "5eed0000-0000-4000-8000-0000000000c1", secret: "generated-secret",
                permissions: [
                    "Directory.Read.All", "Policy.Read.All", "AuditLog.Read.All",
                    "RoleManagement.Read.All",
                ])
        ]
    }
}

// MARK: - Driving

extension SimulatedTenant {
    /// Sets a fault and returns its number.
    @discardableResult
    package func inject(_ fault: Fault) -> Int { simulation.change { $0.faults.add(fault) } }

    package func removeFaults() { simulation.change { $0.faults.removeAll() } }

    /// How often a fault has struck so far.
    package func strikes(of fault: Int) -> Int {
        simulation.change { $0.faults.strikes(of: fault) }
    }

    /// Changes how the service behaves from the next request on.
    package func configure(_ body: @Sendable (inout Settings) -> Void) {
        simulation.change { body(&$0.settings) }
    }

    /// Replaces what the first application may read. Tokens already given keep theirs.
    package func grant(_ permissions: [String]) {
        simulation.change { $0.tenant.registrations[0].permissions = permissions }
    }

    /// Replaces the scopes at which the first application may read in Azure.
    package func grantAzure(_ scopes: [String]) {
        simulation.change { $0.tenant.registrations[0].azureScopes = scopes }
    }

    /// Adds objects to the collection at `path`, such as `arm/roleAssignments`.
    package func add(_ objects: [JSON], to path: String) {
        simulation.change { state in
            for object in objects { state.tenant.insert(object, into: TenantPath(path)) }
        }
    }

    /// Removes the object with this ID from the collection at `path`.
    package func remove(_ id: String, from path: String) {
        let place = TenantPath(path).appending(JSONText(id))
        simulation.change { _ = $0.tenant.remove(place) }
    }

    /// The requests served so far, those of batch members included, in the order of their answers.
    package var requests: [ServedRequest] { simulation.change { $0.served } }

    package func requests(below path: String) -> [ServedRequest] {
        requests.filter { $0.path.hasPrefix(path) }
    }

    package func forgetRequests() { simulation.change { $0.served = [] } }

    package func advanceClock(by seconds: Double) { simulation.clock.advance(by: seconds) }
}
