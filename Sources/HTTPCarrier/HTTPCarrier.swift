import AsyncHTTPClient
import GitObjects
package import GitRemote
package import HTTPTransport
import NIOCore
import NIOHTTP1

/// Runs `body` with a carrier to the repository at `url`, and closes its connections behind it.
///
/// - Parameters:
///   - version: of this program, for the host's logs.
///   - credential: asked before each request, since some live for an hour only.
package func withHTTPCarrier<Value, Failure: Error>(
    to url: RepositoryURL, network: Network, version: String,
    patience: RemotePatience = RemotePatience(),
    credential: @escaping @Sendable () async throws(RemoteError) -> RemoteCredential?,
    _ body: (HTTPCarrier) async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let carrier = HTTPCarrier(url, network, version, patience, credential)
    do {
        let value = try await body(carrier)
        await carrier.shutdown()
        return value
    } catch {
        await carrier.shutdown()
        throw error
    }
}

/// Git's smart HTTP (git's `gitprotocol-http`).
///
/// - The credential goes along from the first request on, and to the origin it is for only.
/// - A redirect is followed for the advertisement only, to a URL that still ends as one's does, and
///   never from `https` to `http`. Another origin gets no credential.
/// - Nothing is sent twice: whoever sends decides about that.
/// - Memory: pieces of 256 KiB of what is sent, and of what arrives.
package struct HTTPCarrier: GitCarrier {
    let url: RepositoryURL
    private let client: HTTPClient
    private let version: String
    let patience: RemotePatience
    private let credential: @Sendable () async throws(RemoteError) -> RemoteCredential?

    fileprivate init(
        _ url: RepositoryURL, _ network: Network, _ version: String, _ patience: RemotePatience,
        _ credential: @escaping @Sendable () async throws(RemoteError) -> RemoteCredential?
    ) {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: network.tls, redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(patience.connecting), read: TimeAmount(patience.idling),
                write: TimeAmount(patience.idling)),
            proxy: network.usesProxy(for: url.origin) ? network.proxy : nil,
            ignoreUncleanSSLShutdown: false, decompression: .disabled)
        // Whoever sends tries again. A push is one long request with one long answer.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(configuration: configuration)
        self.url = url
        self.version = version
        self.patience = patience
        self.credential = credential
    }

    func shutdown() async {
        // The only failure is a second shutdown, which has nothing left to do.
        try? await client.shutdown()
    }

    package var name: String { "\(url)" }

    // MARK: Advertisement

    package func advertisement(
        of service: GitService
    ) async throws(RemoteError) -> CarriedAnswer {
        let suffix = "/info/refs?service=\(service.rawValue)"
        var place = url
        for _ in 0..<5 {
            var request = try await request(to: "\(place)\(suffix)", at: place)
            request.headers.add(name: "Pragma", value: "no-cache")
            let response = try await execute(
                request, deadline: patience.answering)
            guard (300..<400).contains(response.status.code) else {
                try await check(
                    response, type: "application/x-\(service.rawValue)-advertisement", at: place)
                return answer(response, place)
            }
            place = try redirected(response, from: place, suffix)
        }
        throw RemoteError(
            .notFound, "the host redirects without end", hint: "Check the URL.")
    }

    /// Where a redirect leads, without the suffix it must keep.
    private func redirected(
        _ response: HTTPClientResponse, from place: RepositoryURL, _ suffix: String
    ) throws(RemoteError) -> RepositoryURL {
        guard var target = response.headers.first(name: "location") else {
            throw .malformed("the host redirects to nowhere")
        }
        if target.hasPrefix("/") && !target.hasPrefix("//") { target = "\(place.origin)\(target)" }
        guard target.hasSuffix(suffix) else {
            throw RemoteError(
                .unauthorised, "the host asks for a sign-in", hint: Self.credentialHint)
        }
        guard let next = RepositoryURL(String(target.dropLast(suffix.count))),
            place.origin.scheme == next.origin.scheme || next.origin.scheme == "https"
        else {
            throw RemoteError(
                .refused, "the host redirects to “\(target.prefix(200).description.printable)”",
                hint: "Name the URL where the repository is.")
        }
        return next
    }

    // MARK: Exchange

    package func exchange(
        _ request: GitRequest, with service: GitService, at place: String
    ) async throws(RemoteError) -> CarriedAnswer {
        guard let place = RepositoryURL(place) else {
            preconditionFailure("a place comes from an advertisement")
        }
        var post = try await self.request(to: "\(place)/\(service.rawValue)", at: place)
        post.method = .POST
        post.headers.add(name: "Content-Type", value: "application/x-\(service.rawValue)-request")
        post.headers.add(name: "Accept", value: "application/x-\(service.rawValue)-result")
        post.body = .stream(
            RequestBytes(request: request), length: .known(Int64(request.byteCount)))
        let response = try await execute(post, deadline: request.longest)
        if (300..<400).contains(response.status.code) {
            throw RemoteError(
                .refused, "the host redirects a request that holds data",
                hint: "Name the URL where the repository is.")
        }
        try await check(
            response, type: "application/x-\(service.rawValue)-result", at: place)
        return answer(response, place)
    }

    // MARK: Requests and answers

    private func request(
        to text: String, at place: RepositoryURL
    ) async throws(RemoteError) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: text)
        // Hosts have been seen to tell git from browsers by this.
        request.headers.add(name: "User-Agent", value: "git/2.0 (tenantkeep \(version))")
        guard place.origin == url.origin, let credential = try await credential() else {
            return request
        }
        request.headers.add(name: "Authorization", value: credential.header)
        return request
    }

    /// - Parameter deadline: for the first byte of the answer.
    private func execute(
        _ request: HTTPClientRequest, deadline: Duration
    ) async throws(RemoteError) -> HTTPClientResponse {
        do { return try await client.execute(request, timeout: TimeAmount(deadline)) } catch {
            throw RemoteError(transport: error, host: url.origin.host)
        }
    }

    private func answer(_ response: HTTPClientResponse, _ place: RepositoryURL) -> CarriedAnswer {
        var body = response.body.makeAsyncIterator()
        let host = url.origin.host
        return CarriedAnswer(place: "\(place)") { () async throws(RemoteError) in
            do {
                while let piece = try await body.next(isolation: #isolation) {
                    if piece.readableBytes > 0 { return Array(piece.readableBytesView) }
                }
                return nil
            } catch {
                throw RemoteError(transport: error, host: host)
            }
        }
    }
}

/// The bytes of a request, piece by piece.
private struct RequestBytes: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let request: GitRequest

    struct AsyncIterator: AsyncIteratorProtocol {
        let request: GitRequest
        var position = 0

        mutating func next() async throws -> ByteBuffer? {
            let piece = try request.piece(at: position)
            position += piece.count
            return piece.isEmpty ? nil : ByteBuffer(bytes: piece)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(request: request) }
}
