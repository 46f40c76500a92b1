import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback that answers request after request from a script, byte for byte: cut
/// bodies, wrong lengths and garbage included. It knows just enough HTTP to see where a request
/// ends.
final class ScriptedServer: Sendable {
    /// What one request is answered with.
    struct Reply: Sendable {
        var bytes: [UInt8]
        /// Cuts the connection behind the bytes.
        var isCut = false
        /// Sent when `gate` opens; or a byte at a time, with a call of `drip` before each.
        var rest: [UInt8] = []
        var drip: (@Sendable () -> Void)?
        var gate: EventLoopFuture<Void>?

        init(_ text: String, isCut: Bool = false) {
            bytes = Array(text.utf8)
            self.isCut = isCut
        }

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }
    }

    struct Request: Sendable {
        /// Counts the server's connections.
        let connection: Int
        let method: String
        /// As it stood on the wire.
        let target: String
        let fields: [(name: String, value: String)]
        let body: String

        subscript(name: String) -> String? {
            fields.first { $0.name == name }?.value
        }
    }

    typealias Script = @Sendable (Request) -> Reply

    private let script: Script
    private let log = Mutex<(requests: [Request], connections: Int)>(([], 0))
    private let channel = Mutex<(any Channel)?>(nil)

    /// Runs `body` beside a server that answers by `script`.
    static func run<Value>(
        _ script: @escaping Script, _ body: (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let server = ScriptedServer(script)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Conversation(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.channel.withLock { $0 = channel }
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private init(_ script: @escaping Script) {
        self.script = script
    }

    var address: String { "http://127.0.0.1:\(port)" }

    var port: Int { channel.withLock { $0?.localAddress?.port } ?? 0 }

    /// All requests so far, in the order of their arrival.
    var requests: [Request] { log.withLock { $0.requests } }

    fileprivate func connect() -> Int {
        log.withLock {
            $0.connections += 1
            return $0.connections
        }
    }

    fileprivate func reply(to request: Request) -> Reply {
        log.withLock { $0.requests.append(request) }
        return script(request)
    }
}

/// One connection of a ``ScriptedServer``.
private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedServer
    private let number: Int
    private var received = ""

    init(_ server: ScriptedServer) {
        self.server = server
        number = server.connect()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        while let request = nextRequest() {
            let reply = server.reply(to: request)
            let isCut = reply.isCut
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: reply.bytes)), promise: nil)
            if let gate = reply.gate {
                let channel = context.channel
                gate.whenSuccess {
                    channel.writeAndFlush(ByteBuffer(bytes: reply.rest), promise: nil)
                }
            }
            if let drip = reply.drip { Self.drip(reply.rest[...], drip, context.channel) }
            if isCut { context.close(promise: nil) }
        }
    }

    private static func drip(
        _ rest: ArraySlice<UInt8>, _ before: @escaping @Sendable () -> Void,
        _ channel: any Channel
    ) {
        guard let byte = rest.first, channel.isActive else { return }
        channel.eventLoop.scheduleTask(in: .milliseconds(1)) {
            before()
            channel.writeAndFlush(ByteBuffer(bytes: [byte]), promise: nil)
            drip(rest.dropFirst(), before, channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func nextRequest() -> ScriptedServer.Request? {
        guard let blank = received.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = received[..<blank.lowerBound].split(separator: "\r\n")
        let start = lines[0].split(separator: " ")
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: parts[0].lowercased(), value: String(parts[1].drop { $0 == " " }))
        }
        let length = fields.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        let behind = received[blank.upperBound...]
        guard behind.utf8.count >= length else { return nil }
        let body = behind.prefix(length)
        received = String(behind.dropFirst(length))
        return ScriptedServer.Request(
            connection: number, method: String(start[0]), target: String(start[1]),
            fields: fields, body: String(body))
    }
}

extension ScriptedServer.Reply: CustomStringConvertible {
    var description: String { String(decoding: bytes, as: UTF8.self) }

    /// A complete answer.
    static func http(
        _ status: Int, _ fields: [String] = [], type: String? = "application/json", body: String
    ) -> Self {
        let lines =
            ["HTTP/1.1 \(status) Reason", "Content-Length: \(body.utf8.count)"]
            + (type.map { ["Content-Type: \($0)"] } ?? []) + fields
        return Self(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    static func error(_ status: Int, _ code: String, _ fields: [String] = []) -> Self {
        .http(status, fields, body: #"{"error":{"code":"\#(code)","message":"Some words"}}"#)
    }

    /// A page of a collection.
    static func page(_ items: String = "", next: String? = nil) -> Self {
        .http(200, body: pageBody(items, next: next))
    }

    static func pageBody(_ items: String = "", next: String? = nil) -> String {
        let link = next.map { #""@odata.nextLink":"\#($0)","# } ?? ""
        return #"{"@odata.context":"c",\#(link)"value":[\#(items)]}"#
    }

    static func token(_ value: String, _ members: String = #""expires_in":3600"#) -> Self {
        .http(200, body: #"{"token_type":"Bearer","access_token":"\#(value)",\#(members)}"#)
    }

    /// The same, its body a byte at a time.
    func dripping(_ before: @escaping @Sendable () -> Void) -> Self {
        var reply = self
        let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? bytes.count
        reply.bytes = Array(bytes[..<end])
        reply.rest = Array(bytes[end...])
        reply.drip = before
        return reply
    }

    /// Half of a page, then the end of the connection.
    static func cut(_ text: String) -> Self {
        Self(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(text.utf8.count + 100)\r\n\r\n\(text)", isCut: true)
    }
}
