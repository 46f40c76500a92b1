import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A proxy that makes tunnels (RFC 9110, CONNECT) to servers on this machine, whatever host is asked
/// for.
package final class TunnelProxy: Sendable {
    /// What a client asked for.
    package struct Call: Sendable, Equatable {
        /// `host:port`.
        package let target: String
        package let credential: String?
    }

    /// What becomes of a call.
    package enum Conduct: Sendable {
        case tunnels
        /// The same, for who names this user and password: `user:password`.
        case tunnelsFor(String)
        /// Answers with this status.
        case refuses(Int)
        /// Takes the call and says nothing.
        case isSilent
    }

    private let port: Int
    private let conduct: Conduct
    private let log = Mutex<[Call]>([])
    private let place = Mutex(0)

    /// Runs `body` beside a proxy, all of whose tunnels lead to the server at `port`.
    package static func run<Value>(
        to port: Int, _ conduct: Conduct = .tunnels, _ body: (TunnelProxy) async throws -> Value
    ) async throws -> Value {
        let proxy = TunnelProxy(port, conduct)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(Desk(proxy))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        proxy.place.withLock { $0 = channel.localAddress?.port ?? 0 }
        do {
            let value = try await body(proxy)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private init(_ port: Int, _ conduct: Conduct) {
        self.port = port
        self.conduct = conduct
    }

    /// What `HTTPS_PROXY` is set to.
    ///
    /// - Parameter login: `user:password`, percent-encoded where need be.
    package func url(login: String? = nil) -> String {
        "http://\(login.map { "\($0)@" } ?? "")127.0.0.1:\(place.withLock { $0 })"
    }

    package var calls: [Call] { log.withLock { $0 } }

    /// Returns the status of the answer to a call, and whether a tunnel is made; `nil` for no answer.
    fileprivate func answer(to call: Call) -> Int? {
        log.withLock { $0.append(call) }
        switch conduct {
        case .tunnels: return 200
        case .tunnelsFor(let login):
            let credential = "Basic \(Data(login.utf8).base64EncodedString())"
            return call.credential == credential ? 200 : 407
        case .refuses(let status): return status
        case .isSilent: return nil
        }
    }

    /// Takes one call, and gets out of the way.
    private final class Desk: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let proxy: TunnelProxy
        private var head = ""
        private var isAnswered = false

        init(_ proxy: TunnelProxy) {
            self.proxy = proxy
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !isAnswered else { return context.fireChannelRead(data) }
            head += String(buffer: unwrapInboundIn(data))
            guard head.hasSuffix("\r\n\r\n"), let call = Call(head) else { return }
            isAnswered = true
            guard let status = proxy.answer(to: call) else { return }
            let client = context.channel
            guard status == 200 else {
                client.writeAndFlush(
                    ByteBuffer(string: "HTTP/1.1 \(status) No\r\nContent-Length: 0\r\n\r\n"),
                    promise: nil)
                return client.close(promise: nil)
            }
            ClientBootstrap(group: client.eventLoop)
                .channelOption(.autoRead, value: false)
                .connect(host: "127.0.0.1", port: proxy.port)
                .flatMap { server in
                    client.eventLoop.makeCompletedFuture {
                        try client.pipeline.syncOperations.addHandler(ByteRelay(to: server))
                        try server.pipeline.syncOperations.addHandler(ByteRelay(to: client))
                    }.flatMap { server.setOption(.autoRead, value: true) }
                }
                .whenComplete { result in
                    guard case .success = result else { return client.close(promise: nil) }
                    client.writeAndFlush(
                        ByteBuffer(string: "HTTP/1.1 200 Connected\r\n\r\n"), promise: nil)
                }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

extension TunnelProxy.Call {
    fileprivate init?(_ head: String) {
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[0] == "CONNECT" else { return nil }
        let name = "proxy-authorization:"
        let field = lines.first { $0.lowercased().hasPrefix(name) }
        self.init(
            target: String(words[1]),
            credential: field.map { $0.dropFirst(name.count).trimmingCharacters(in: .whitespaces) })
    }
}
