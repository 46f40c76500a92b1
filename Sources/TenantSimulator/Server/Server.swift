import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// The simulation on a loopback port, over HTTP/1.1, or over TLS with HTTP/2 where a client asks.
struct Server: Sendable {
    let simulation: Simulation
    let certificate: ServerCertificate?
    let port: Int
    var service = Service.graph
    let pause: @Sendable (Duration) async throws -> Void

    /// What answers at the port.
    enum Service: Sendable {
        /// Graph, and the sign-in beside it.
        case graph
        /// Azure Resource Manager.
        case azure
    }

    /// Serves until cancelled, or until a graceful shutdown is asked for.
    ///
    /// Every answer has the simulation's time as its `Date`.
    ///
    /// - Parameter started: told the port once connections are taken.
    func run(started: @escaping @Sendable (Int) -> Void) async throws {
        var logger = Logger(label: "tenantkeep-simulator")
        logger.logLevel = .critical
        let origin = Origin(isSecure: certificate != nil)
        let (simulation, service, pause) = (self.simulation, self.service, self.pause)
        let builder: HTTPServerBuilder =
            try certificate.map { try .http2Upgrade(tlsConfiguration: $0.configuration()) }
            ?? .http1()
        let server = try builder.buildServer(
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: port)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ) { request, writer, _ in
            var response: Response
            do {
                response = try await Self.respond(
                    to: request, origin: origin, simulation, service, pause)
            } catch {
                response = Response(status: .internalServerError)
            }
            response.headers[.date] = simulation.clock.now.httpDate
            try await writer.write(response: response.head, body: response.body)
        } onServerRunning: { channel in
            started(channel.localAddress?.port ?? 0)
        }
        try await server.run()
    }

    /// How this server calls itself when a request does not say.
    private struct Origin: Sendable {
        let isSecure: Bool

        func text(_ request: Request) -> String {
            "\(isSecure ? "https" : "http")://\(request.head.authority ?? "127.0.0.1")"
        }
    }

    private static func respond(
        to request: Request, origin: Origin, _ simulation: Simulation, _ service: Service,
        _ pause: @escaping @Sendable (Duration) async throws -> Void
    ) async throws -> Response {
        let body = try await request.body.collect(upTo: 16 << 20)
        let target = (request.head.path ?? "/").split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let inquiry = Inquiry(
            method: request.method.rawValue, path: String(target[0]),
            query: target.count == 2 ? String(target[1]) : "",
            headers: Headers(request.headers.map { ($0.name.rawName, $0.value) }),
            body: Array(body.readableBytesView), origin: origin.text(request))
        switch service {
        case .graph: return response(simulation.reply(to: inquiry), pause)
        case .azure: return response(simulation.azure(inquiry), pause)
        }
    }

    private static func response(
        _ reply: Reply, _ pause: @escaping @Sendable (Duration) async throws -> Void
    ) -> Response {
        var headers = HTTPFields()
        for (name, value) in reply.headers.fields {
            guard let name = HTTPField.Name(name) else { continue }
            headers[name] = value
        }
        return Response(
            status: .init(code: reply.status), headers: headers, body: body(reply, pause))
    }

    private struct ConnectionDropped: Error {}

    private static func body(
        _ reply: Reply, _ wait: @escaping @Sendable (Duration) async throws -> Void
    ) -> ResponseBody {
        let whole = ByteBuffer(bytes: reply.body)
        switch reply.delivery {
        case .whole: return ResponseBody(byteBuffer: whole)
        case .cut(let count):
            return ResponseBody(contentLength: max(whole.readableBytes, count + 1)) { writer in
                var rest = whole
                if let start = rest.readSlice(length: min(count, rest.readableBytes)) {
                    try await writer.write(start)
                }
                throw ConnectionDropped()
            }
        case .slow(let size, let pause):
            return ResponseBody(contentLength: whole.readableBytes) { writer in
                var rest = whole
                while let piece = rest.readSlice(length: min(max(1, size), rest.readableBytes)),
                    piece.readableBytes > 0
                {
                    try await wait(pause)
                    try await writer.write(piece)
                }
                try await writer.finish(nil)
            }
        }
    }
}
