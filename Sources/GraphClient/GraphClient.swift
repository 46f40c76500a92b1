import AsyncHTTPClient
import FoundationEssentials
package import GraphCatalog
package import HTTPTransport
package import Logging

/// What a ``GraphClient`` has to know. Nothing else reaches it: it reads no environment and no file
/// of its own accord.
package struct GraphConfiguration: Sendable {
    package var endpoints: GraphEndpoints
    /// A GUID or a verified domain of the tenant; `nil` if the credential brings its own.
    package var tenant: String?
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

    /// Seconds since 1970, for what is signed and for dates in answers.
    package var now: @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
    /// Reads the bytes of a file, at most so many, for credentials that lie in files.
    package var readFile: @Sendable (String, Int) throws(UnreadableFile) -> [UInt8] = {
        _, _ throws(UnreadableFile) in throw UnreadableFile("no files are read here")
    }

    package init(
        endpoints: GraphEndpoints, tenant: String?, credential: Credential, network: Network,
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
    /// For everybody else.
    private let tokens: ResourceTokens
    let azureQuota: AzureQuota

    fileprivate init(_ configuration: GraphConfiguration, timeline: Timeline) {
        self.configuration = configuration
        self.timeline = timeline
        let transport = Transport(
            network: configuration.network, patience: configuration.patience,
            timeline: timeline)
        self.transport = transport
        limiter = Limiter(
            configuration.limits, timeline: timeline, longestStop: configuration.patience.total)
        let signIn = SignIn(
            configuration: configuration, transport: transport, timeline: timeline)
        tokens = ResourceTokens(signIn)
        graphTokens = TokenCache(timeline: timeline) { rejected async throws(GraphError) in
            try await signIn.token(
                for: "\(configuration.endpoints.graph)", rejecting: rejected)
        }
        azureTokens = TokenCache(timeline: timeline) { rejected async throws(GraphError) in
            do throws(GraphError) {
                return try await signIn.token(
                    for: "\(configuration.endpoints.arm)", rejecting: rejected)
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
                name: service.name, origin: configuration.endpoints.graph, tokens: graphTokens)
        case .azure:
            ServiceAccess(
                name: service.name, origin: configuration.endpoints.arm, tokens: azureTokens)
        }
    }

    package func expect(users: Int) async { await limiter.expect(users: users) }

    package func pause(for duration: Duration) async throws(GraphError) {
        try await timeline.sleep(for: duration)
    }

    /// Returns a token for any resource that the credential is good for, such as a git host's
    /// `499b84ac-1321-427f-aa17-267ca6975798`. It is renewed when it has to be.
    ///
    /// - Parameter rejected: a token that the resource did not take; it is not returned again,
    ///   unless there is no other.
    package func accessToken(
        for resource: String, rejecting rejected: String? = nil
    ) async throws(GraphError) -> String {
        try await tokens.cache(for: resource).current(rejecting: rejected)
    }

    /// Returns the tenant's ID, in lower case. Asks for it only if the tenant is named by a domain.
    ///
    /// - Throws: also if the credential belongs to another tenant than the one that is named.
    package func tenantID() async throws(GraphError) -> String {
        let signIn = SignIn(
            configuration: configuration, transport: transport, timeline: timeline)
        var named: String?
        if let tenant = configuration.tenant { named = try await signIn.tenantID(named: tenant) }
        guard configuration.credential.bringsItsTenant else { return named ?? "" }
        let given = try await tokenClaims()?.tenant?.lowercased()
        guard let id = named ?? given else {
            throw GraphError(
                .signInRefused, "The token does not say which tenant it is of",
                hint: "Set AZURE_TENANT_ID.")
        }
        guard given == nil || given == id else {
            throw GraphError(
                .signInRefused, "The token is of tenant \(given ?? ""), not of tenant \(id)",
                hint: "Check AZURE_TENANT_ID, or sign in to the other tenant.")
        }
        return id
    }
}
