import NIOCore
import NIOPosix
import Synchronization

/// Stands between a client and a server on this machine, counts their bytes, and cuts once.
package final class CutProxy: Sendable {
    /// Where a connection is cut: behind so many bytes of all that went one way.
    package enum Cut: Sendable {
        case never
        case upload(after: Int)
        case download(after: Int)
    }

    private struct State {
        var cut: Cut
        var uploaded = 0
        var downloaded = 0
        var port = 0
    }

    private let state: Mutex<State>

    /// Runs `body` beside a proxy to the server at `port`.
    package static func run<Value>(
        to port: Int, cut: Cut = .never, _ body: (CutProxy) async throws -> Value
    ) async throws -> Value {
        let proxy = CutProxy(cut)
        let group = MultiThreadedEventLoopGroup.singleton
        let channel = try await ServerBootstrap(group: group)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: port)
                    .flatMap { server in proxy.join(client, server) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        proxy.state.withLock { $0.port = channel.localAddress?.port ?? 0 }
        do {
            let value = try await body(proxy)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private init(_ cut: Cut) {
        state = Mutex(State(cut: cut))
    }

    package var port: Int { state.withLock { $0.port } }
    /// Bytes from client to server so far.
    package var uploaded: Int { state.withLock { $0.uploaded } }
    /// Bytes from server to client so far.
    package var downloaded: Int { state.withLock { $0.downloaded } }
    /// Whether the cut has been made.
    package var hasCut: Bool {
        state.withLock {
            if case .never = $0.cut { return true }
            return false
        }
    }

    private func join(
        _ client: any Channel, _ server: any Channel
    ) -> EventLoopFuture<Void> {
        client.eventLoop.makeCompletedFuture {
            try client.pipeline.syncOperations.addHandler(
                Pipe(to: server) { self.allowed($0, isUpload: true) })
            try server.pipeline.syncOperations.addHandler(
                Pipe(to: client) { self.allowed($0, isUpload: false) })
        }.flatMap {
            client.setOption(.autoRead, value: true).and(server.setOption(.autoRead, value: true))
                .map { _ in }
        }
    }

    /// Returns how many of so many bytes may pass before the connection is cut, if it is.
    private func allowed(_ count: Int, isUpload: Bool) -> Int? {
        state.withLock { state in
            let passed = isUpload ? state.uploaded : state.downloaded
            if isUpload { state.uploaded += count } else { state.downloaded += count }
            let limit: Int? =
                switch state.cut {
                case .upload(let limit) where isUpload: limit
                case .download(let limit) where !isUpload: limit
                default: nil
                }
            guard let limit, passed + count > limit else { return nil }
            state.cut = .never
            return max(0, limit - passed)
        }
    }
}

/// Hands what one side says to the other.
private final class Pipe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let allowed: (Int) -> Int?

    init(to other: any Channel, allowed: @escaping (Int) -> Int?) {
        self.other = other
        self.allowed = allowed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard let count = allowed(bytes.readableBytes) else {
            other.writeAndFlush(bytes, promise: nil)
            return
        }
        let (channel, other) = (context.channel, other)
        let part = bytes.readSlice(length: count) ?? ByteBuffer()
        other.writeAndFlush(part).whenComplete { _ in
            other.close(promise: nil)
            channel.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // What has been written goes out first.
        let other = other
        other.writeAndFlush(ByteBuffer()).whenComplete { _ in other.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
