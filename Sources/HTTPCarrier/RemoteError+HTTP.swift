import AsyncHTTPClient
import Encodings
import GitObjects
import GitRemote
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension HTTPCarrier {
    static let credentialHint =
        "Set TENANTKEEP_REMOTE_TOKEN, or TENANTKEEP_REMOTE_USER and TENANTKEEP_REMOTE_PASSWORD, to "
        + "a credential that is current and may use the repository."

    /// What is read of an answer that is not git's.
    private static let wordsLimit = 64 << 10

    /// Returns if the answer is one of git's of this content type.
    func check(
        _ response: HTTPClientResponse, type: String, at place: RepositoryURL
    ) async throws(RemoteError) {
        let found = response.headers.first(name: "content-type") ?? ""
        let media = found.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        if response.status == .ok, media == type { return }
        // Azure DevOps answers 203 with its sign-in page.
        if response.status == .nonAuthoritativeInformation
            || response.status == .ok && media == "text/html"
        {
            throw RemoteError(
                .unauthorised, "the host answers with a page for browsers",
                hint: Self.credentialHint)
        }
        guard response.status != .ok else {
            throw RemoteError(
                .malformed, "the host answers with “\(found.printable)” instead of git's protocol",
                hint: "Check that the URL is a git repository's.")
        }
        throw await error(of: response, at: place)
    }

    private func error(
        of response: HTTPClientResponse, at place: RepositoryURL
    ) async -> RemoteError {
        let words = HostWords(await words(of: response))
        let answered = "the host answered \(response.status.code)"
        let status = Int(response.status.code)
        var error = words.error(or: Self.kind(of: status), answered)
        let isOther = place.origin != url.origin
        switch status {
        case 401:
            error = RemoteError(.unauthorised, error.reason, hint: Self.credentialHint)
            if isOther {
                error.hint =
                    "The host redirects to \(place), which gets no credential. Name that URL "
                    + "instead if it is right."
            }
        case 403 where error.hint == nil:
            error.hint = "Give the credential write access to the repository."
        case 404 where error.hint == nil:
            error.hint =
                "Check the URL. Hosts also say this to a credential that may not see the repository."
        case 413:
            error.hint = error.hint ?? "The host or a proxy before it limits the size of a push."
        default: break
        }
        error.retryAfter = response.headers.first(name: "retry-after").flatMap { Int($0) }
            .map { .seconds($0) }
        return error
    }

    private static func kind(of status: Int) -> RemoteError.Kind {
        switch status {
        case 401: .unauthorised
        case 404, 410: .notFound
        case 429: .unreachable
        // A gateway may have given up a request that goes on behind it.
        case 408, 500...: .broken
        default: .refused
        }
    }

    /// The lines of an answer for people; none of a page for browsers, or of a host that does not
    /// come to an end.
    private func words(of response: HTTPClientResponse) async -> [String] {
        let type = response.headers.first(name: "content-type") ?? ""
        guard !type.lowercased().contains("html") else { return [] }
        return await withTaskGroup(of: [String].self) { group in
            group.addTask { await Self.text(of: response) }
            group.addTask {
                try? await Task.sleep(for: patience.connecting)
                return []
            }
            defer { group.cancelAll() }
            return await group.next() ?? []
        }
    }

    private static func text(of response: HTTPClientResponse) async -> [String] {
        var bytes: [UInt8] = []
        do {
            for try await piece in response.body {
                bytes += piece.readableBytesView.prefix(wordsLimit - bytes.count)
                if bytes.count == wordsLimit { break }
            }
        } catch {
            // What has arrived may be enough to tell why.
        }
        return [String(decoding: bytes, as: UTF8.self)]
    }
}

extension RemoteCredential {
    /// The value of `Authorization`.
    var header: String {
        switch self {
        case .bearer(let token): "Bearer \(token)"
        case .basic(let user, let password): "Basic \(base64(Array("\(user):\(password)".utf8)))"
        }
    }
}

extension RemoteError {
    static func malformed(_ reason: String) -> RemoteError {
        RemoteError(.malformed, reason, hint: "Check that the URL is a git repository's.")
    }

    /// Reads what the HTTP library reports. Its words are not passed on: they can quote headers.
    init(transport error: any Error, host: String) {
        switch error {
        case let error as RemoteError: self = error
        case is CancellationError: self = .cancelled
        case let error as HTTPClientError: self.init(client: error, host: host)
        case is NIOConnectionError: self = .noConnection(to: host)
        case let error as IOError where error.isBeforeConnection:
            self = .noConnection(to: host)
        case _ where isOfHandshake(error):
            self = .noConnection(
                to: host, " (no trusted TLS)",
                hint: "If a proxy inspects TLS, name its certificate in SSL_CERT_FILE.")
        // Also TLS that ends without a word, or goes wrong in the middle.
        default: self.init(.broken, "the connection to \(host) broke off")
        }
    }

    private init(client error: HTTPClientError, host: String) {
        switch error {
        case .cancelled: self = .cancelled
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
            .httpProxyHandshakeTimeout:
            self = .noConnection(to: host)
        case .proxyAuthenticationRequired:
            self.init(
                .unauthorised, "the proxy on the way to \(host) wants to know who asks",
                hint: "Name a user and a password that are current in HTTPS_PROXY: "
                    + "http://user:password@proxy:3128.")
        case .invalidProxyResponse:
            self = .noConnection(
                to: host, " (the proxy refused)",
                hint: "Check that the proxy that HTTPS_PROXY names lets this machine reach the "
                    + "host, or name the host in NO_PROXY.")
        case .deadlineExceeded, .readTimeout, .writeTimeout:
            self.init(.silent, "\(host) fell silent")
        default: self.init(.broken, "the connection to \(host) broke off")
        }
    }

    private static func noConnection(
        to host: String, _ detail: String = "",
        hint: String = "Check the network, HTTPS_PROXY and the URL."
    ) -> RemoteError {
        RemoteError(.unreachable, "\(host) could not be reached\(detail)", hint: hint)
    }
}

extension IOError {
    /// There never was a connection, so nothing can have been sent.
    fileprivate var isBeforeConnection: Bool {
        [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN].contains(errnoCode)
    }
}

/// Whether TLS failed before anything was sent.
private func isOfHandshake(_ error: any Error) -> Bool {
    switch error {
    case let error as NIOSSLExtraError:
        return error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch
    case let error as NIOSSLError:
        switch error {
        case .handshakeFailed, .noCertificateToValidate, .unableToValidateCertificate: return true
        default: return false
        }
    default: return false
    }
}
