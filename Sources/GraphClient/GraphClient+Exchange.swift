import AsyncHTTPClient
import CanonicalJSON
import GraphCatalog
import Logging
import NIOHTTP1

extension GraphClient {
    /// What one request brought, with all its tries.
    struct Answer<Value> {
        let value: Value
        let requests: Int
        let waited: Duration
    }

    /// What one try is made with.
    struct Try {
        let token: String
        /// Grows when Graph wants another connection.
        let generation: Int
    }

    /// Makes tries of one request until one succeeds. Each waits for its turn and carries a good
    /// token; after a 401 there is one more, with a new token.
    ///
    /// - Parameter charges: resource units of one try.
    func exchange<Value>(
        charges: [ThrottleBucket: Int], _ attempt: (Try) async throws(Failure) -> Value
    ) async throws(GraphError) -> Answer<Value> {
        var requests = 0
        var generation = 0
        var waited: Duration = .zero
        var rejected: String?
        let persistence = Persistence(
            service: "Graph", patience: configuration.patience, timeline: timeline,
            random: configuration.random)
        let value = try await persistence.run {
            _ async throws(GraphError) -> Result<Value, Failure> in
            for (bucket, units) in charges {
                let turn = try await limiter.admit(units, to: bucket)
                waited += turn
            }
            let token = try await tokens.current(rejecting: rejected)
            requests += 1
            do throws(Failure) {
                return .success(try await attempt(Try(token: token, generation: generation)))
            } catch {
                if error.kind == .tokenRejected { rejected = token }
                if error.kind == .busy { generation += 1 }
                return .failure(error)
            }
        } pause: { failure, wait in
            if failure.kind == .throttled || failure.kind == .busy { waited += wait }
            guard failure.kind == .throttled else { return }
            for bucket in charges.keys { await limiter.stop(bucket, for: wait) }
        }
        return Answer(value: value, requests: requests, waited: waited)
    }

    /// Sends one try, and returns its answer if that is JSON still to be read.
    func send(
        _ request: HTTPClientRequest, with attempt: Try, headers: [GraphRequest.Parameter] = []
    ) async throws(Failure) -> HTTPClientResponse {
        let id = guid(configuration.random)
        var request = request
        request.headers.add(contentsOf: self.headers(of: attempt, id: id))
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        let response = try await transport.send(
            request, to: graph, generation: attempt.generation)
        log(response, id: id)
        guard response.status == .ok else {
            // An error without its body is still an error.
            let body = try? await transport.body(of: response, host: graph.host, limit: 1 << 16)
            throw Failure(
                status: Int(response.status.code), headers: response.headers, body: body ?? [])
        }
        if let type = response.headers.first(name: "content-type"),
            !type.lowercased().contains("json")
        {
            throw Failure(.garbled, "answered without JSON")
        }
        return response
    }

    private func headers(of attempt: Try, id: String) -> HTTPHeaders {
        [
            "authorization": "Bearer \(attempt.token)",
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "accept-language": Self.language,
            "prefer": Self.preference,
            "user-agent": "tenantkeep/\(configuration.version)",
            "client-request-id": id,
            "x-ms-throttle-priority": "Low",
        ]
    }

    /// Texts of applications' roles and scopes come in the language of whoever asks.
    static let language = "en-US"
    /// Without it v1.0 hides newer values of enumerations as `unknownFutureValue`.
    static let preference = "include-unknown-enum-members"

    /// Logs what Microsoft's support asks for.
    private func log(_ response: HTTPClientResponse, id: String) {
        func field(_ name: String) -> String {
            withoutSecrets(response.headers.first(name: name) ?? "")
        }
        configuration.logger.debug(
            "Graph answered",
            metadata: [
                "status": "\(response.status.code)",
                "client-request-id": "\(id)",
                "request-id": "\(field("request-id"))",
                "diagnostic": "\(field("x-ms-ags-diagnostic"))",
            ])
    }
}
