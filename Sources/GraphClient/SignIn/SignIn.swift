import AsyncHTTPClient
import CanonicalJSON
import GraphCatalog
import HTTPTransport
import Logging
import NIOHTTP1

/// Gets tokens with one credential.
///
/// Whoever is asked is asked until there is an answer; an answer that is none in the end, from Entra
/// or from whoever vouches for the program, is a refused sign-in and nothing else.
struct SignIn: Sendable {
    let configuration: GraphConfiguration
    let transport: Transport
    let timeline: Timeline

    /// Returns a new token for `resource`: a URL without a path, or the ID of an application.
    ///
    /// - Parameter rejected: a token that its service did not take.
    func token(
        for resource: String, rejecting rejected: String? = nil
    ) async throws(GraphError) -> AccessToken {
        switch configuration.credential {
        case .secret(let clientID, let secret):
            return try await entraToken(for: resource, as: clientID) {
                () async throws(GraphError) in
                Proof(secret: secret)
            }
        case .certificate(let clientID, let certificate):
            return try await entraToken(for: resource, as: clientID) {
                () async throws(GraphError) in
                try proof(certificate, of: clientID)
            }
        case .federated(let clientID, let token):
            return try await entraToken(for: resource, as: clientID) {
                () async throws(GraphError) in
                try await proof(token)
            }
        case .managedIdentity(let identity):
            return try await platformToken(for: resource, of: identity)
        case .tokens(let tokens):
            return try readyToken(for: resource, tokens, rejecting: rejected)
        }
    }

    private func readyToken(
        for resource: String, _ tokens: ReadyTokens, rejecting rejected: String?
    ) throws(GraphError) -> AccessToken {
        let endpoints = configuration.endpoints
        let isGraph = resource == "\(endpoints.graph)"
        let isAzure = resource == "\(endpoints.arm)"
        guard let token = isGraph ? tokens.graph : isAzure ? tokens.azure : nil else {
            throw GraphError(
                .notPermitted, "There is no ready token for \(resource)",
                hint: isAzure
                    ? "Set AZURE_ARM_ACCESS_TOKEN too, or sign in another way."
                    : "Sign in another way.")
        }
        return try token.accessToken(
            rejecting: rejected, by: isGraph ? "Graph" : "Azure", now: configuration.now(),
            moment: timeline.now)
    }

    // MARK: - Asking

    /// What came back from whoever takes part in a sign-in.
    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        var document: JSONValue? { try? JSONValue(parsing: body) }
    }

    /// Makes tries of one request until one succeeds.
    func exchange<Value>(
        with service: String,
        _ attempt: (Int) async throws(GraphError) -> Result<Value, Failure>
    ) async throws(GraphError) -> Value {
        let persistence = Persistence(
            service: service, patience: configuration.patience, timeline: timeline,
            random: configuration.random)
        do throws(GraphError) {
            return try await persistence.run(attempt)
        } catch {
            switch error.kind {
            case .signInRefused, .unreachable, .unavailable: throw error
            case .other where Task.isCancelled: throw error
            default:
                // Never what it would mean if Graph had said it of an object.
                throw GraphError(
                    .signInRefused, error.reason,
                    hint: error.hint ?? "Something else may answer in place of \(service): check "
                        + "the endpoints, and HTTPS_PROXY.",
                    requests: error.requests)
            }
        }
    }

    func send(
        _ request: HTTPClientRequest, to origin: Origin, of service: String, attempt: Int,
        isDirect: Bool = false
    ) async throws(Failure) -> Answer {
        var request = request
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "accept-encoding", value: "gzip, deflate")
        request.headers.add(
            name: "user-agent", value: "tenantkeep/\(configuration.version)")
        let response = try await transport.send(
            request, to: origin, generation: attempt, isDirect: isDirect)
        let body = try await transport.body(of: response, host: origin.host, limit: 1 << 20)
        configuration.logger.debug(
            "\(service) answered", metadata: ["status": "\(response.status.code)"])
        return Answer(
            status: Int(response.status.code), headers: response.headers, body: body)
    }
}
