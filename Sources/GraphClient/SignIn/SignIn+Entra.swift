import AsyncHTTPClient
import CanonicalJSON
import Encodings
import GraphCatalog
import HTTPTransport
import NIOHTTP1

// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
extension SignIn {
    /// What a token request proves the application by.
    struct Proof {
        let fields: [(name: String, value: String)]
        /// What mends a refusal, by Entra's number for it, where it is about this proof.
        var advice: @Sendable (Int) -> String? = { _ in nil }
        /// Whether it was made by this machine's clock.
        var isDated = false

        init(secret: String) {
            fields = [("client_secret", secret)]
            guard isQuoted(secret) else { return }
            advice = { code in
                code == 7_000_215
                    ? "The client secret has quotes around it. Set it without them." : nil
            }
        }

        init(assertion: String) {
            fields = [
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                ),
                ("client_assertion", assertion),
            ]
        }
    }

    /// Returns a new token of the application `clientID`.
    ///
    /// - Parameter prove: makes the proof anew for every request.
    func entraToken(
        for resource: String, as clientID: String,
        _ prove: () async throws(GraphError) -> Proof
    ) async throws(GraphError) -> AccessToken {
        try await exchange(with: "Entra") {
            attempt async throws(GraphError) -> Result<AccessToken, Failure> in
            let proof = try await prove()
            let asked = timeline.now
            do throws(Failure) {
                let answer = try await send(
                    form(proof, for: resource, as: clientID),
                    to: configuration.endpoints.authority, of: "Entra", attempt: attempt)
                return .success(
                    try token(in: answer, for: clientID, by: proof, asked: asked))
            } catch {
                return .failure(error)
            }
        }
    }

    func proof(
        _ certificate: ClientCertificate, of clientID: String
    ) throws(GraphError) -> Proof {
        let now = configuration.now()
        let assertion = certificate.assertion(
            clientID: clientID, audience: tokenEndpoint, id: guid(configuration.random), now: now)
        guard let assertion else {
            throw GraphError(.signInRefused, "The certificate's key cannot sign")
        }
        var proof = Proof(assertion: assertion)
        proof.isDated = true
        proof.advice = { $0 == 700_027 ? certificate.advice(now: now) : nil }
        return proof
    }

    /// Returns the ID of the tenant that the configuration names, from what it publishes.
    func tenantID(named tenant: String) async throws(GraphError) -> String {
        if isGUID(tenant.utf8) { return tenant.lowercased() }
        let address = self.address("v2.0/.well-known/openid-configuration")
        return try await exchange(with: "Entra") {
            attempt async throws(GraphError) -> Result<String, Failure> in
            do throws(Failure) {
                let answer = try await send(
                    HTTPClientRequest(url: address), to: configuration.endpoints.authority,
                    of: "Entra", attempt: attempt)
                return .success(try self.tenantID(in: answer))
            } catch {
                return .failure(error)
            }
        }
    }

    private func tenantID(in answer: Answer) throws(Failure) -> String {
        guard answer.status == 200 else {
            throw Failure(signIn: answer, "did not say which tenant that is") { _ in nil }
        }
        let id = answer.document?["token_endpoint"]?.string.flatMap { SplitURL($0) }?.rest
            .split(separator: "/").first
        guard let id, isGUID(id.utf8) else { throw .unasked }
        return id.lowercased()
    }

    private func form(
        _ proof: Proof, for resource: String, as clientID: String
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: tokenEndpoint)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        let fields =
            [
                ("grant_type", "client_credentials"), ("scope", "\(resource)/.default"),
                ("client_id", clientID),
            ] + proof.fields
        let form = fields.map { "\($0)=\(percentEncoded(Array($1.utf8)))" }
        request.body = .bytes(Array(form.joined(separator: "&").utf8))
        return request
    }

    private var tokenEndpoint: String { address("oauth2/v2.0/token") }

    private func address(_ path: String) -> String {
        let tenant = percentEncoded(Array((configuration.tenant ?? "").utf8))
        return "\(configuration.endpoints.authority)/\(tenant)/\(path)"
    }

    private func token(
        in answer: Answer, for clientID: String, by proof: Proof, asked: Duration
    ) throws(Failure) -> AccessToken {
        if proof.isDated { try checkClock(answer) }
        guard answer.status == 200 else {
            throw Failure(
                signIn: answer, "refused the sign-in of application \(clientID)", proof.advice)
        }
        guard let token = answer.document.flatMap({ AccessToken($0, from: asked) }) else {
            throw .unasked
        }
        return token
    }

    /// Refuses to go on by a clock that is wrong by more than Entra puts up with.
    private func checkClock(_ answer: Answer) throws(Failure) {
        guard let sent = answer.headers.first(name: "date").flatMap(secondsOfHTTPDate) else {
            return
        }
        let ahead = configuration.now() - Int(sent)
        guard abs(ahead) > 300 else { return }
        throw Failure(
            .final(.signInRefused),
            "says that this machine's clock is \(abs(ahead) / 60) minutes "
                + (ahead > 0 ? "ahead" : "behind"),
            hint: "Set the clock, and keep it set with a time service; what a certificate signs is "
                + "good for some minutes only.")
    }
}

extension Failure {
    /// An answer of 200 that holds something else.
    static let unasked = Failure(.garbled, "answered 200 without what was asked for")

    /// Reads why Entra gives no token. The vendor's texts are not passed on, only their number.
    ///
    /// - Parameter advice: comes before ours.
    init(signIn answer: SignIn.Answer, _ deed: String, _ advice: (Int) -> String?) {
        let document = answer.document
        let error = document?["error"]?.string
        guard [400, 401, 403].contains(answer.status), error != "temporarily_unavailable" else {
            let kind: Class =
                error == "temporarily_unavailable"
                ? .busy
                : Failure(status: answer.status, headers: answer.headers, body: answer.body).kind
            self.init(
                kind == .tokenRejected ? .final(.signInRefused) : kind,
                "answered \(answer.status)", retryAfter: requestedWait(answer.headers))
            return
        }
        let code =
            document?["error_codes"]?.array?.first?.int
            ?? document?["error_description"]?.string.flatMap(aadstsNumber)
        self.init(
            .final(.signInRefused), deed,
            detail: code.map { "AADSTS\($0)" } ?? "status \(answer.status)",
            hint: code.flatMap { advice($0) ?? signInHint($0) })
    }
}

/// Returns the number behind `AADSTS` in an error's description.
private func aadstsNumber(_ description: String) -> Int? {
    guard let start = description.firstRange(of: "AADSTS")?.upperBound else { return nil }
    return Int(description[start...].prefix { $0.isNumber })
}

extension ClientCertificate {
    /// Why Entra may not take what it signed.
    fileprivate func advice(now: Int) -> String {
        guard now < expiry else {
            return "The certificate expired at \(dateTime(expiry)). Make a new one, and upload it "
                + "to the application."
        }
        return "Entra does not know the certificate with the thumbprint \(thumbprint). Upload it "
            + "to the application."
    }
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
    case 700_027: "Entra does not know who signed the assertion, or the signature is wrong."
    case 700_023: "The assertion is for another authority. Check the cloud and the endpoints."
    case 700_024: "The assertion is not valid at this time. Check this machine's clock."
    case 70_021, 700_211, 700_212, 700_213:
        "No federated credential fits the token's issuer, audience and subject."
    case 50_027: "The assertion is no token. Check where it comes from."
    case 500_011: "The service is unknown in this tenant. Check the cloud and the endpoints."
    case 53_000...53_099: "Conditional access blocks the application's sign-in."
    case 50_196: "The application signs in too often. Wait some minutes."
    case 7_000_112: "The application is disabled. Enable it in Entra."
    default: nil
    }
}
