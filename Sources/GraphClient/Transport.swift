import AsyncHTTPClient
import GraphCatalog
import HTTPTransport
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL

/// The connections of one client, and what can go wrong with them.
///
/// Redirects are never followed: an answer is the server's that was asked, or none. Bodies may
/// come compressed; compressed or not, one of more than ``byteLimit`` is refused.
struct Transport: Sendable {
    /// 256 MiB, far more than any page that Graph sends.
    static let byteLimit = 256 << 20

    private let direct: HTTPClient
    private let proxied: HTTPClient?
    private let network: Network
    private let patience: Patience
    /// By which bodies are timed.
    private let timeline: Timeline

    init(
        network: Network, patience: Patience,
        timeline: Timeline = Timeline(ContinuousClock())
    ) {
        self.network = network
        self.patience = patience
        self.timeline = timeline
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: network.tls,
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(patience.connecting), read: TimeAmount(patience.idling)),
            decompression: .enabled(limit: .size(Self.byteLimit)))
        // Whoever sends tries again, with a clock that tests can turn.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Where there is no HTTP/2, as many connections as requests may be under way: the limiter
        // decides about the pace.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        direct = HTTPClient(configuration: configuration)
        if let proxy = network.proxy {
            configuration.proxy = proxy
            proxied = HTTPClient(configuration: configuration)
        } else {
            proxied = nil
        }
    }

    func shutdown() async {
        // The only failure is a second shutdown, which has nothing left to do.
        try? await direct.shutdown()
        try? await proxied?.shutdown()
    }

    /// Sends `request` to `origin` and returns the head of the answer.
    ///
    /// - Parameters:
    ///   - generation: requests of different generations do not share connections (over TLS). A
    ///     server that answers 503 wants the next try on another one.
    ///   - isDirect: never goes through a proxy.
    func send(
        _ request: HTTPClientRequest, to origin: Origin, generation: Int = 0,
        isDirect: Bool = false
    ) async throws(Failure) -> HTTPClientResponse {
        var request = request
        if generation > 0 {
            // Connections are pooled by their TLS configuration; this is a part without effect.
            var tls = network.tls
            tls.shutdownTimeout = tls.shutdownTimeout + .seconds(Int64(generation))
            request.tlsConfiguration = tls
        }
        let client = !isDirect && network.usesProxy(for: origin) ? proxied ?? direct : direct
        do {
            return try await client.execute(request, timeout: TimeAmount(patience.answering))
        } catch {
            throw Failure(transport: error, host: origin.host)
        }
    }

    /// Reads the body of `response`, giving each piece to `watch` as it arrives.
    ///
    /// - Throws: also if so much of it takes longer than ``Patience/receiving`` allows.
    func body(
        of response: HTTPClientResponse, host: String, limit: Int = byteLimit,
        watch: (Span<UInt8>) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        let length = response.headers.first(name: "content-length").flatMap { Int($0) }
        if let length { bytes.reserveCapacity(min(max(length, 0), limit)) }
        let isPlain = response.headers.first(name: "content-encoding") == nil
        let began = timeline.now
        do {
            for try await piece in response.body {
                guard bytes.count + piece.readableBytes <= limit else {
                    throw Failure(.final(.malformed), "answered with more than \(limit) bytes")
                }
                let start = bytes.count
                bytes.append(contentsOf: piece.readableBytesView)
                try watch(bytes.span.extracting(start..<bytes.count))
                let isWhole = isPlain && bytes.count == length
                guard isWhole || timeline.now - began <= patience.receiving(bytes.count) else {
                    throw Failure(.broken, "sent its answer too slowly")
                }
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(transport: error, host: host)
        }
        return bytes
    }
}

extension Failure {
    /// Reads what the HTTP library reports. Its words are not passed on: they can quote headers.
    fileprivate init(transport error: any Error, host: String) {
        switch error {
        case let error as HTTPClientError:
            self.init(client: error, host: host)
        case is CancellationError:
            self = .cancelled
        case is NIOConnectionError, is IOError:
            self.init(
                .unreachable, "could not be reached at \(host)",
                hint: "Check the network, HTTPS_PROXY and the endpoint, then run the backup again.")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            self.init(
                .unreachable, "could not be reached at \(host)", detail: "no trusted TLS",
                hint: "If a proxy inspects TLS, name its certificate in SSL_CERT_FILE.")
        case let error as NIOHTTPDecompression.DecompressionError where error == .limit:
            self.init(
                .final(.malformed), "answered with more than \(Transport.byteLimit) bytes")
        default:
            self.init(.broken, "broke off its answer")
        }
    }

    private init(client error: HTTPClientError, host: String) {
        switch error {
        case .cancelled:
            self = .cancelled
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
            .httpProxyHandshakeTimeout:
            self.init(
                .unreachable, "could not be reached at \(host)",
                hint: "Check the network, HTTPS_PROXY and the endpoint, then run the backup again.")
        case .proxyAuthenticationRequired, .invalidProxyResponse:
            self.init(
                .unreachable, "could not be reached at \(host)", detail: "the proxy refused",
                hint: "Check HTTPS_PROXY, and the user and password in it.")
        case .deadlineExceeded, .readTimeout:
            self.init(.broken, "fell silent")
        default:
            self.init(.broken, "broke off its answer")
        }
    }
}
