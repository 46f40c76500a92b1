import AsyncHTTPClient
import CanonicalJSON
import GraphCatalog
import HTTPTransport
import NIOHTTP1

extension SignIn {
    /// Returns a token of the identity that the platform gives this program.
    func platformToken(
        for resource: String, of identity: ManagedIdentity
    ) async throws(GraphError) -> AccessToken {
        var request = identity.request(for: resource)
        do throws(GraphError) {
            if identity.platform == .arc {
                let key = try await arcKey(identity, request)
                request.headers.add(name: "authorization", value: "Basic \(key)")
            }
            return try await ask(identity, request) { answer, asked throws(Failure) in
                try token(in: answer, of: identity, asked: asked)
            }
        } catch {
            guard error.kind == .unreachable else { throw error }
            throw GraphError(
                .signInRefused, error.reason,
                hint: "Run this where Azure gives programs an identity, or sign in another way.",
                requests: error.requests)
        }
    }

    private func ask<Value>(
        _ identity: ManagedIdentity, _ request: HTTPClientRequest,
        _ read: (Answer, Duration) throws(Failure) -> Value
    ) async throws(GraphError) -> Value {
        let service = identity.platform.rawValue
        return try await exchange(with: service) {
            attempt async throws(GraphError) -> Result<Value, Failure> in
            let asked = timeline.now
            do throws(Failure) {
                let answer = try await send(
                    request, to: identity.endpoint.origin, of: service, attempt: attempt,
                    isDirect: true)
                return .success(try read(answer, asked))
            } catch {
                return .failure(error)
            }
        }
    }

    private func token(
        in answer: Answer, of identity: ManagedIdentity, asked: Duration
    ) throws(Failure) -> AccessToken {
        guard answer.status == 200 else { throw Failure(platform: answer, of: identity) }
        let now = configuration.now()
        guard let document = answer.document,
            let token = AccessToken(ofPlatform: document, from: asked, now: now)
        else { throw .unasked }
        // Old agents of Arc give the machine's own identity, whichever is asked for.
        if case .clientID(let id) = identity.selector, let given = document["client_id"]?.string,
            given.lowercased() != id.lowercased()
        {
            throw Failure(
                .final(.signInRefused), "gave a token of the identity \(given)",
                hint: "The platform cannot choose between identities. Update its agent, or leave "
                    + "AZURE_CLIENT_ID out.")
        }
        return token
    }

    // MARK: - Arc

    /// Lets the agent of Azure Arc name the file that only administrators read, and reads it.
    ///
    /// <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>
    private func arcKey(
        _ identity: ManagedIdentity, _ request: HTTPClientRequest
    ) async throws(GraphError) -> String {
        let path = try await ask(identity, request) { answer, _ throws(Failure) in
            let challenge = answer.headers.first(name: "www-authenticate") ?? ""
            guard answer.status == 401, challenge.lowercased().hasPrefix("basic realm=") else {
                guard ![200, 401].contains(answer.status) else {
                    throw Failure(.final(.signInRefused), "did not ask for its key")
                }
                throw Failure(platform: answer, of: identity)
            }
            return String(challenge.dropFirst("basic realm=".count)).filter { $0 != "\"" }
        }
        let name =
            path.hasPrefix(identity.keyFolder + "/")
            ? path.dropFirst(identity.keyFolder.count + 1) : ""
        guard name.hasSuffix(".key"), name.count > 4, !name.contains("/"), !name.hasPrefix(".")
        else {
            throw GraphError(
                .signInRefused, "Azure Arc names a key that is not in \(identity.keyFolder)",
                hint: "Something else may answer in place of Arc's agent: check IDENTITY_ENDPOINT.")
        }
        return try arcKey(at: path)
    }

    private func arcKey(at path: String) throws(GraphError) -> String {
        let bytes: [UInt8]
        do throws(UnreadableFile) { bytes = try configuration.readFile(path, 4096) } catch {
            throw GraphError(
                .signInRefused, "Azure Arc's key \(path) cannot be read: \(error.reason)",
                hint: "Run this as root, or as a member of the group himds.")
        }
        let key = String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
        guard isToken(key) else {
            throw GraphError(.signInRefused, "Azure Arc's key \(path) holds no key")
        }
        return key
    }
}

extension Failure {
    /// Reads why a platform gives no token. Its texts are not passed on.
    fileprivate init(platform answer: SignIn.Answer, of identity: ManagedIdentity) {
        let error = answer.document?["error"]?.string
        let text = answer.document?["error_description"]?.string ?? ""
        let code = error.flatMap { isToken($0) && $0.utf8.count <= 80 ? withoutSecrets($0) : nil }
        switch answer.status {
        case 400 where text.lowercased().contains("identity not found"):
            self.init(
                .final(.signInRefused), "knows no such identity",
                hint: identity.selector == nil
                    ? "Give this machine a managed identity, or name one of its user-assigned ones "
                        + "in AZURE_CLIENT_ID."
                    : "Assign the identity to this machine, and check how it is named.")
        case 400, 401, 403, 405:
            self.init(
                .final(.signInRefused), "gave no token", detail: code ?? "status \(answer.status)")
        // The service is starting, or being updated; that takes up to 70 seconds.
        case 404, 410:
            self.init(
                .busy, "answered \(answer.status)", retryAfter: requestedWait(answer.headers))
        default:
            self.init(status: answer.status, headers: answer.headers, body: [])
        }
    }
}
