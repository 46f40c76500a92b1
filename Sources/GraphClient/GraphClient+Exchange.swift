import AsyncHTTPClient
import CanonicalJSON
import GraphCatalog
import HTTPTransport
import Logging
import NIOHTTP1

extension GraphClient {
    /// What one request brought, with all its tries.
    struct Answer<Value> {
        let value: Value
        let requests: Int
        let waited: Duration
    }

    /// What one try brought.
    struct Served<Value> {
        let value: Value
        /// Of buckets without a request that failed.
        let loads: [ThrottleBucket: ServiceLoad]
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
    /// - Parameters:
    ///   - charges: resource units of one try.
    ///   - requests: how many Graph takes it for.
    func exchange<Value>(
        with access: ServiceAccess, charges: [ThrottleBucket: Int], requests count: Int = 1,
        _ attempt: (Try) async throws(Failure) -> Served<Value>
    ) async throws(GraphError) -> Answer<Value> {
        var requests = 0
        var generation = 0
        var waited: Duration = .zero
        var rejected: String?
        let persistence = Persistence(
            service: access.name, patience: configuration.patience, timeline: timeline,
            random: configuration.random)
        let value = try await persistence.run {
            _ async throws(GraphError) -> Result<Value, Failure> in
            var turns: [ThrottleBucket: Limiter.Turn] = [:]
            for (bucket, units) in charges {
                let turn = try await limiter.admit(
                    units, for: count, to: bucket, of: access.name)
                waited += turn.waited
                turns[bucket] = turn
            }
            let token = try await access.tokens.current(rejecting: rejected)
            requests += 1
            do throws(Failure) {
                let served = try await attempt(Try(token: token, generation: generation))
                await access.tokens.noteAnswer()
                for (bucket, turn) in turns { await limiter.settle(turn, served.loads[bucket]) }
                return .success(served.value)
            } catch {
                for turn in turns.values { await limiter.settle(turn, nil) }
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
        _ request: HTTPClientRequest, to service: Service, with attempt: Try,
        headers: [GraphRequest.Parameter] = []
    ) async throws(Failure) -> HTTPClientResponse {
        let id = guid(configuration.random)
        let access = access(to: service)
        var request = request
        request.headers.add(contentsOf: self.headers(of: attempt, for: service, id: id))
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        let response = try await transport.send(
            request, to: access.origin, generation: attempt.generation)
        log(response, of: access, id: id)
        guard response.status == .ok else {
            // An error without its body is still an error.
            let body = try? await transport.body(
                of: response, host: access.origin.host, limit: 1 << 16)
            throw Failure(
                status: Int(response.status.code), headers: response.headers, body: body ?? [],
                of: service)
        }
        if let type = response.headers.first(name: "content-type"),
            !type.lowercased().contains("json")
        {
            throw Failure(.garbled, "answered without JSON")
        }
        return response
    }

    private func headers(of attempt: Try, for service: Service, id: String) -> HTTPHeaders {
        let common: HTTPHeaders = [
            "authorization": "Bearer \(attempt.token)",
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "accept-language": Self.language,
            "user-agent": "tenantkeep/\(configuration.version)",
        ]
        let own: HTTPHeaders =
            switch service {
            case .graph:
                [
                    "prefer": Self.preference, "client-request-id": id,
                    "x-ms-throttle-priority": "Low",
                ]
            case .azure: ["x-ms-client-request-id": id]
            }
        return HTTPHeaders(Array(common) + Array(own))
    }

    /// Texts of applications' roles and scopes come in the language of whoever asks.
    static let language = "en-US"
    /// Without it v1.0 hides newer values of enumerations as `unknownFutureValue`.
    static let preference = "include-unknown-enum-members"

    /// Logs what Microsoft's support asks for.
    private func log(_ response: HTTPClientResponse, of access: ServiceAccess, id: String) {
        // The first of these fields that there is.
        func field(_ names: String...) -> String {
            withoutSecrets(names.lazy.compactMap { response.headers.first(name: $0) }.first ?? "")
        }
        configuration.logger.debug(
            "\(access.name) answered",
            metadata: [
                "status": "\(response.status.code)",
                "client-request-id": "\(id)",
                "request-id": "\(field("request-id", "x-ms-request-id"))",
                "diagnostic": "\(field("x-ms-ags-diagnostic"))",
            ])
    }
}
