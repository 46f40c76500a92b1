import AsyncHTTPClient
package import GraphCatalog
package import HTTPTransport
package import Logging

/// What a ``GraphClient`` has to know. Nothing else reaches it: it reads no environment, no clock
/// of the machine and no file of its own accord.
package struct GraphConfiguration: Sendable {
    package var endpoints: GraphEndpoints
    /// A GUID or a verified domain of the tenant.
    package var tenant: String
    package var credential: Credential
    package var network: Network
    /// Of this program, for Graph's logs.
    package var version: String
    package var patience = Patience()
    package var limits = ThrottleLimit.documented
    /// Gets the head of each exchange at `debug`, never a token, a query or a body.
    package var logger: Logger
    /// For waits and request IDs.
    package var random: @Sendable () -> UInt64 = { .random(in: .min ... .max) }

    package init(
        endpoints: GraphEndpoints, tenant: String, credential: Credential, network: Network,
        version: String, logger: Logger
    ) {
        self.endpoints = endpoints
        self.tenant = tenant
        self.credential = credential
        self.network = network
        self.version = version
        self.logger = logger
    }
}

/// Runs `body` with a client, and closes its connections behind it.
package func withGraphClient<Value, Failure: Error>(
    _ configuration: GraphConfiguration,
    clock: some Clock<Duration> = ContinuousClock(),
    _ body: (GraphClient) async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let client = GraphClient(configuration, timeline: Timeline(clock))
    do {
        let value = try await body(client)
        await client.transport.shutdown()
        return value
    } catch {
        await client.transport.shutdown()
        throw error
    }
}

/// Graph over HTTP, read as one application.
///
/// - Tokens are fetched when needed, renewed early and sent to the origin they are for only.
/// - Azure Resource Manager is read beside Graph. A sign-in that it alone is refused concerns none
///   but its own types.
/// - Each read is tried until it succeeds or ``Patience`` ends; an answer is handed over complete
///   or not at all. What is thrown is final.
/// - Requests keep to ``ThrottleLimit`` by themselves, however many are made at once; a bucket that
///   Graph throttles stops as a whole.
/// - Memory: one page for each read under way.
package struct GraphClient: GraphSource {
    let configuration: GraphConfiguration
    let transport: Transport
    let timeline: Timeline
    let limiter: Limiter
    private let graphTokens: TokenCache
    private let azureTokens: TokenCache
    let azureQuota: AzureQuota

    fileprivate init(_ configuration: GraphConfiguration, timeline: Timeline) {
        self.configuration = configuration
        self.timeline = timeline
        let transport = Transport(
            network: configuration.network, patience: configuration.patience)
        self.transport = transport
        limiter = Limiter(configuration.limits, timeline: timeline)
        let signIn = SignIn(
            configuration: configuration, transport: transport, timeline: timeline)
        graphTokens = TokenCache(timeline: timeline) { () async throws(GraphError) in
            try await signIn.token(for: configuration.endpoints.graph)
        }
        azureTokens = TokenCache(timeline: timeline) { () async throws(GraphError) in
            do throws(GraphError) {
                return try await signIn.token(for: configuration.endpoints.arm)
            } catch {
                guard error.kind == .signInRefused else { throw error }
                throw GraphError(.notPermitted, error.reason, hint: error.hint)
            }
        }
        azureQuota = AzureQuota()
    }

    /// Where `service` is, and what opens it.
    func access(to service: Service) -> ServiceAccess {
        switch service {
        case .graph:
            ServiceAccess(
                name: "Graph", origin: configuration.endpoints.graph, tokens: graphTokens)
        case .azure:
            ServiceAccess(
                name: "Azure", origin: configuration.endpoints.arm, tokens: azureTokens)
        }
    }

    package func expect(users: Int) async { await limiter.expect(users: users) }

    /// Returns the tenant's ID, in lower case. Asks for it only if the tenant is named by a domain.
    package func tenantID() async throws(GraphError) -> String {
        if isGUID(configuration.tenant) { return configuration.tenant.lowercased() }
        return try await SignIn(
            configuration: configuration, transport: transport, timeline: timeline
        ).tenantID()
    }
}
