import AsyncHTTPClient
import CanonicalJSON
import GraphCatalog
import HTTPTransport
import Logging
import NIOHTTP1

/// Entra's token endpoint, asked as one application.
///
/// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
struct SignIn: Sendable {
    let configuration: GraphConfiguration
    let transport: Transport
    let timeline: Timeline

    private static let service = "Entra"

    /// Returns a new token for the service at `resource`.
    func token(for resource: Origin) async throws(GraphError) -> AccessToken {
        var request = request(path: "oauth2/v2.0/token")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        let fields =
            [("grant_type", "client_credentials"), ("scope", "\(resource)/.default")]
            + configuration.credential.formFields
        let form = fields.map { "\($0)=\(percentEncoded(Array($1.utf8)))" }
        request.body = .bytes(Array(form.joined(separator: "&").utf8))
        let asked = timeline.now
        return try await exchange(request) { AccessToken($0, from: asked) }
    }

    /// Returns the ID of the tenant, from the endpoints that it publishes.
    func tenantID() async throws(GraphError) -> String {
        let request = request(path: "v2.0/.well-known/openid-configuration")
        return try await exchange(request) { document in
            document["token_endpoint"]?.string.flatMap(SplitURL.init)?.rest
                .split(separator: "/").first.flatMap { isGUID($0) ? $0.lowercased() : nil }
        }
    }

    private func request(path: String) -> HTTPClientRequest {
        let tenant = percentEncoded(Array(configuration.tenant.utf8))
        var request = HTTPClientRequest(
            url: "\(configuration.endpoints.authority)/\(tenant)/\(path)")
        request.headers = [
            "accept": "application/json", "accept-encoding": "gzip, deflate",
            "user-agent": "tenantkeep/\(configuration.version)",
        ]
        return request
    }

    /// Sends `request` until Entra answers it. `read` returns `nil` for an answer without sense.
    private func exchange<Answer>(
        _ request: HTTPClientRequest, read: (JSONValue) -> Answer?
    ) async throws(GraphError) -> Answer {
        let persistence = Persistence(
            service: Self.service, patience: configuration.patience, timeline: timeline,
            random: configuration.random)
        return try await persistence.run { attempt async throws(GraphError) in
            do throws(Failure) {
                return .success(try await send(request, attempt: attempt, read: read))
            } catch {
                return .failure(error)
            }
        }
    }

    private func send<Answer>(
        _ request: HTTPClientRequest, attempt: Int, read: (JSONValue) -> Answer?
    ) async throws(Failure) -> Answer {
        let authority = configuration.endpoints.authority
        let response = try await transport.send(request, to: authority, generation: attempt)
        let body = try await transport.body(of: response, host: authority.host, limit: 1 << 20)
        configuration.logger.debug(
            "Entra answered", metadata: ["status": "\(response.status.code)"])
        guard response.status == .ok else {
            throw Failure(
                signIn: Int(response.status.code), headers: response.headers, body: body,
                clientID: configuration.credential.clientID)
        }
        guard let document = try? JSONValue(parsing: body), let answer = read(document) else {
            throw Failure(.garbled, "answered 200 without what was asked for")
        }
        return answer
    }
}

extension AccessToken {
    /// Reads the answer to a token request that was sent at `asked`. Numbers may be strings.
    fileprivate init?(_ document: JSONValue, from asked: Duration) {
        func seconds(_ name: String) -> Duration? {
            let text = document[name]?.number ?? document[name]?.string
            return text.flatMap(Double.init).flatMap {
                (1...1e8).contains($0) ? .seconds(Int64($0)) : nil
            }
        }
        guard let value = document["access_token"]?.string, let life = seconds("expires_in"),
            !value.isEmpty, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        let margin = life < .seconds(600) ? life / 2 : life - .seconds(300)
        let renewal = seconds("refresh_in").map { min($0, margin) } ?? margin
        self.init(value: value, renewal: asked + renewal, expiry: asked + life)
    }
}

extension Failure {
    /// Reads why Entra gives no token. The vendor's texts are not passed on, only their number.
    fileprivate init(signIn status: Int, headers: HTTPHeaders, body: [UInt8], clientID: String) {
        let document = try? JSONValue(parsing: body)
        let error = document?["error"]?.string
        guard [400, 401, 403].contains(status), error != "temporarily_unavailable" else {
            let kind: Class =
                error == "temporarily_unavailable"
                ? .busy : Failure(status: status, headers: headers, body: body).kind
            self.init(kind, "answered \(status)", retryAfter: requestedWait(headers))
            return
        }
        let code =
            document?["error_codes"]?.array?.first?.int
            ?? document?["error_description"]?.string.flatMap(aadstsNumber)
        self.init(
            .final(.signInRefused), "refused the sign-in of application \(clientID)",
            detail: code.map { "AADSTS\($0)" } ?? "status \(status)",
            hint: code.flatMap(signInHint))
    }
}

/// Returns the number behind `AADSTS` in an error's description.
private func aadstsNumber(_ description: String) -> Int? {
    guard let start = description.firstRange(of: "AADSTS")?.upperBound else { return nil }
    return Int(description[start...].prefix { $0.isNumber })
}

/// What mends the refusals that people meet.
///
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
private func signInHint(_ code: Int) -> String? {
    switch code {
    case 7_000_215: "The client secret is wrong. Use the secret's value, not its ID."
    case 7_000_222: "The client secret has expired. Create a new one in Entra."
    case 7_000_216: "The sign-in lacks a client secret or assertion."
    case 700_016: "The application is not in this tenant. Check the tenant and the client ID."
    case 90_002, 900_023: "There is no such tenant. Check the tenant's ID or domain, and the cloud."
    case 700_027: "Entra does not know the certificate. Upload it to the application."
    case 700_024: "The assertion is not valid at this time. Check this machine's clock."
    case 70_021, 700_211, 700_212, 700_213:
        "No federated credential fits the token's issuer, audience and subject."
    case 500_011: "The service is unknown in this tenant. Check the cloud and the endpoints."
    case 53_000...53_099: "Conditional access blocks the application's sign-in."
    case 50_196: "The application signs in too often. Wait some minutes."
    case 7_000_112: "The application is disabled. Enable it in Entra."
    default: nil
    }
}
