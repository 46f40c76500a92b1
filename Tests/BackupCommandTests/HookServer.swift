import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A server on this machine that takes calls, keeps them and answers what it is told to.
final class HookServer: Sendable {
    struct Call: Sendable {
        let method: String
        let path: String
        let contentType: String?
        let body: [UInt8]
    }

    private let received = Mutex<[Call]>([])

    /// All calls so far, in the order of their paths.
    var calls: [Call] { received.withLock { $0 }.sorted { $0.path < $1.path } }

    /// Runs `body` beside a server.
    ///
    /// - Parameters:
    ///   - status: of every answer; 302 leads to `/elsewhere`.
    ///   - isSilent: whether the server takes calls and never answers.
    static func run<Value: Sendable>(
        status: Int = 200, isSilent: Bool = false,
        _ body: (HookServer, _ address: String) async throws -> Value
    ) async throws -> Value {
        let server = HookServer()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "hooks")
        logger.logLevel = .critical
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in
                try await server.take(request)
                if isSilent { try await Task.sleep(for: .seconds(3600)) }
                return Response(
                    status: .init(code: status),
                    headers: status == 302 ? [.location: "/elsewhere"] : [:])
            },
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0), serverName: nil),
            onServerRunning: {
                port.yield($0.localAddress?.port ?? 0)
                port.finish()
            },
            logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            let number = await ports.first { _ in true } ?? 0
            return try await body(server, "http://127.0.0.1:\(number)")
        }
    }

    private func take(_ request: Request) async throws {
        let body = try await request.body.collect(upTo: 1 << 20)
        let call = Call(
            method: request.method.rawValue, path: request.uri.string,
            contentType: request.headers[.contentType], body: Array(body.readableBytesView))
        received.withLock { $0.append(call) }
    }
}
