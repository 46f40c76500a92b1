import AsyncHTTPClient
import CanonicalJSON
import Encodings
import GraphCatalog
import HTTPTransport
import NIOHTTP1

extension SignIn {
    /// Fetches the outside issuer's token anew.
    func proof(_ source: FederatedToken) async throws(GraphError) -> Proof {
        let token = try await token(from: source)
        var proof = Proof(assertion: token)
        let (claims, now) = (TokenClaims(token: token), configuration.now())
        proof.advice = { code in
            claims.flatMap { source.advice(code, $0, now: now) }
        }
        return proof
    }

    private func token(from source: FederatedToken) async throws(GraphError) -> String {
        switch source {
        case .literal(let token): return token
        case .file(let path):
            let bytes: [UInt8]
            do throws(UnreadableFile) { bytes = try configuration.readFile(path, 1 << 16) } catch {
                throw GraphError(
                    .signInRefused,
                    "The federated token in \(path) cannot be read: \(error.reason)",
                    hint: "Check AZURE_FEDERATED_TOKEN_FILE, and who may read the file.")
            }
            guard let token = FederatedToken.text(in: bytes) else {
                throw GraphError(
                    .signInRefused, "\(path) holds no token",
                    hint: "Check AZURE_FEDERATED_TOKEN_FILE, and whoever writes the file.")
            }
            return token
        case .azurePipelines(let job):
            return try await token(
                of: job, from: "Azure Pipelines", member: "oidcToken",
                lapse: "Pass SYSTEM_ACCESSTOKEN: $(System.AccessToken) to this step; the token "
                    + "is good as long as the job.",
                refusal: "Check AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: the ID of a service "
                    + "connection with workload identity federation that this pipeline may use.")
        case .gitHubActions(let job):
            return try await token(
                of: job, from: "GitHub Actions", member: "value",
                lapse: "Give the job `permissions: id-token: write`; its token is good as long as "
                    + "the job.",
                refusal: nil)
        }
    }

    /// Asks the host of a job who the job is.
    ///
    /// - Parameters:
    ///   - member: of the answer, which holds the token.
    ///   - lapse: what to do if the host does not take the job's own token.
    ///   - refusal: what to do if it wants something else.
    private func token(
        of job: JobIdentity, from service: String, member: String, lapse: String, refusal: String?
    ) async throws(GraphError) -> String {
        let request = job.request(audience: configuration.endpoints.federatedAudience)
        return try await exchange(with: service) {
            attempt async throws(GraphError) -> Result<String, Failure> in
            do throws(Failure) {
                let answer = try await send(
                    request, to: job.endpoint.origin, of: service, attempt: attempt)
                return .success(
                    try token(in: answer, member: member, lapse: lapse, refusal: refusal))
            } catch {
                return .failure(error)
            }
        }
    }

    private func token(
        in answer: Answer, member: String, lapse: String, refusal: String?
    ) throws(Failure) -> String {
        let document = answer.document
        switch answer.status {
        case 200 where document != nil:
            guard let token = document?[member]?.string, isToken(token) else { throw .unasked }
            return token
        // A host that wants a person to sign in sends them to a page, or the page itself.
        case 200, 203, 300..<400, 401, 403:
            throw Failure(
                .final(.signInRefused), "did not take the job's token",
                detail: answer.status == 200 ? "no JSON" : "status \(answer.status)", hint: lapse)
        case 400, 404, 405:
            throw Failure(
                .final(.signInRefused), "gave no token for this job",
                detail: "status \(answer.status)", hint: refusal)
        default:
            throw Failure(status: answer.status, headers: answer.headers, body: [])
        }
    }
}

extension JobIdentity {
    fileprivate func request(audience: String) -> HTTPClientRequest {
        let isPipeline = !connection.isEmpty
        var path = "\(endpoint.rest)"
        if isPipeline, path.hasSuffix("/") { path.removeLast() }
        let fields =
            isPipeline
            ? [("api-version", "7.1"), ("serviceConnectionId", connection)]
            : [("audience", audience)]
        let query = fields.map { "\($0)=\(percentEncoded(Array($1.utf8)))" }.joined(separator: "&")
        let joint = path.contains("?") ? "&" : "?"
        var request = HTTPClientRequest(url: "\(endpoint.origin)\(path)\(joint)\(query)")
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        if isPipeline {
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            // A status instead of a way to a page where people sign in.
            request.headers.add(name: "x-tfs-fedauthredirect", value: "Suppress")
            request.body = .bytes([])
        }
        return request
    }
}

extension FederatedToken {
    /// What mends Entra's refusal of a token that says `claims`.
    fileprivate func advice(_ code: Int, _ claims: TokenClaims, now: Int) -> String? {
        switch code {
        case 70_021, 700_211, 700_212, 700_213:
            func said(_ text: String?) -> String { text ?? "nothing" }
            return "Give the application a federated credential with the issuer "
                + "\(said(claims.issuer)), the subject \(said(claims.subject)) and the audience "
                + "\(said(claims.audience)), letter for letter."
        case 700_024:
            guard let expiry = claims.expirySecond, expiry <= now else { return nil }
            return "The federated token expired at \(dateTime(expiry)). \(renewal)"
        case 700_027, 50_013: return "The token was not signed by the issuer that it names."
        default: return nil
        }
    }

    private var renewal: String {
        switch self {
        case .literal: "Get a new one; better, let the program fetch it."
        case .file(let path): "Look at whoever keeps \(path) fresh."
        case .azurePipelines, .gitHubActions: "Check this machine's clock."
        }
    }
}
