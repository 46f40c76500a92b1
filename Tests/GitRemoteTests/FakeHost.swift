import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A host that says what a test tells it to, over plain HTTP on this machine.
final class FakeHost: Sendable {
    struct Request: Sendable {
        let method: String
        let target: String
        let headers: HTTPHeaders
        let body: [UInt8]
    }

    struct Reply: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body: [UInt8] = []
        /// Nothing is answered.
        var isSilent = false
        /// Statuses that are said before, such as 100.
        var heralds: [Int] = []
        /// Said behind the body again and again, without end.
        var refrain: (@Sendable () -> [UInt8])?
        /// The connection is closed before the body's end.
        var isCut = false

        static func advertisement(_ lines: [String], of service: String) -> Reply {
            var body = FakeHost.line("# service=git-\(service)\n") + Array("0000".utf8)
            for line in lines { body += FakeHost.line("\(line)\n") }
            return Reply(
                headers: [("Content-Type", "application/x-git-\(service)-advertisement")],
                body: body + Array("0000".utf8))
        }

        static func result(_ body: [UInt8], of service: String = "receive-pack") -> Reply {
            Reply(headers: [("Content-Type", "application/x-git-\(service)-result")], body: body)
        }

        static func page(_ status: Int, _ type: String, _ text: String) -> Reply {
            Reply(status: status, headers: [("Content-Type", type)], body: Array(text.utf8))
        }
    }

    private let log = Mutex<[Request]>([])
    private let place = Mutex(0)
    private let script: @Sendable (Request, Int) -> Reply
    /// Answers a request with a body before it has ended, and closes the connection.
    let answersEarly: Bool

    /// - Parameter script: gets each request with its number, counted from 0.
    static func run<Value>(
        answersEarly: Bool = false, _ script: @escaping @Sendable (Request, Int) -> Reply,
        _ body: (FakeHost) async throws -> Value
    ) async throws -> Value {
        let host = FakeHost(script, answersEarly)
        // A host that talks without end has a thread of its own, which ends with it.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Desk(host))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        host.place.withLock { $0 = channel.localAddress?.port ?? 0 }
        do {
            let value = try await body(host)
            try await group.shutdownGracefully()
            return value
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private init(
        _ script: @escaping @Sendable (Request, Int) -> Reply, _ answersEarly: Bool
    ) {
        self.script = script
        self.answersEarly = answersEarly
    }

    var url: String { "http://127.0.0.1:\(place.withLock { $0 })/x.git" }

    var requests: [Request] { log.withLock { $0 } }

    fileprivate func reply(to request: Request) -> Reply {
        let number = log.withLock {
            $0.append(request)
            return $0.count - 1
        }
        return script(request, number)
    }

    /// A line as git writes it.
    static func line(_ content: [UInt8]) -> [UInt8] {
        let digits = String(content.count + 4, radix: 16)
        return Array((String(repeating: "0", count: 4 - digits.count) + digits).utf8) + content
    }

    static func line(_ text: String) -> [UInt8] { line(Array(text.utf8)) }
}

private final class Desk: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let host: FakeHost
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ host: FakeHost) {
        self.host = host
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            if head.method == .POST, host.answersEarly { answer(context) }
        case .body(let bytes): body += Array(buffer: bytes)
        case .end: if head?.method != .POST || !host.answersEarly { answer(context) }
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let isEarly = head.method == .POST && host.answersEarly
        let reply = host.reply(
            to: FakeHost.Request(
                method: head.method.rawValue, target: head.uri, headers: head.headers, body: body))
        guard !reply.isSilent else { return }
        for status in reply.heralds {
            context.write(
                wrapOutboundOut(
                    .head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status)))),
                promise: nil)
        }
        var headers = HTTPHeaders(reply.headers)
        if reply.refrain == nil {
            headers.add(
                name: "Content-Length", value: "\(reply.body.count + (reply.isCut ? 1 : 0))")
        }
        let response = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.write(
            wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
        let channel = context.channel
        if let refrain = reply.refrain { return Self.sing(refrain, to: channel) }
        let last = reply.isCut ? HTTPServerResponsePart.body(.byteBuffer(ByteBuffer())) : .end(nil)
        context.writeAndFlush(wrapOutboundOut(last)).whenComplete { _ in
            if isEarly || reply.isCut { channel.close(promise: nil) }
        }
    }

    private static func sing(
        _ refrain: @escaping @Sendable () -> [UInt8], to channel: any Channel
    ) {
        let sung = channel.eventLoop.makePromise(of: Void.self)
        // The client has its turn, and so has the next request.
        sung.futureResult.whenSuccess {
            channel.eventLoop.scheduleTask(in: .milliseconds(1)) { sing(refrain, to: channel) }
        }
        let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: refrain())))
        channel.pipeline.syncOperations.writeAndFlush(NIOAny(part), promise: sung)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
