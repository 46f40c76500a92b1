import NIOCore
import NIOPosix
import Synchronization

/// Stands between a client and a server on this machine, counts their bytes, and cuts once, or is slow
/// for ever.
package final class CutProxy: Sendable {
    /// Where a connection is cut: behind so many bytes of all that went one way.
    package enum Cut: Sendable {
        case never
        case upload(after: Int)
        case download(after: Int)
        /// Nothing more goes one way, once so many bytes have gone that way or the other.
        case silence(Way, after: Int, Way)
        /// A byte goes one way ten times a second, and no more.
        case drip(Way, after: Int, Way)
    }

    package enum Way: Sendable {
        case upload, download
    }

    private struct State {
        var cut: Cut
        var uploaded = 0
        var downloaded = 0
        var port = 0

        func count(_ way: Way) -> Int { way == .upload ? uploaded : downloaded }
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
                ByteRelay(to: server) { self.verdict(on: $0, .upload) })
            try server.pipeline.syncOperations.addHandler(
                ByteRelay(to: client) { self.verdict(on: $0, .download) })
        }.flatMap {
            client.setOption(.autoRead, value: true).and(server.setOption(.autoRead, value: true))
                .map { _ in }
        }
    }

    /// Returns what becomes of so many bytes, and counts them.
    private func verdict(on count: Int, _ way: Way) -> ByteRelay.Verdict {
        state.withLock { state in
            let passed = state.count(way)
            if way == .upload { state.uploaded += count } else { state.downloaded += count }
            func isOver(_ limit: Int) -> Bool { passed + count > limit }
            switch (state.cut, way) {
            case (.upload(let limit), .upload) where isOver(limit),
                (.download(let limit), .download) where isOver(limit):
                state.cut = .never
                return .cut(after: max(0, limit - passed))
            case (.silence(way, let limit, way), _) where isOver(limit):
                return .silence(after: max(0, limit - passed))
            case (.drip(way, let limit, way), _) where isOver(limit):
                return .drip(after: max(0, limit - passed))
            case (.silence(way, let limit, let other), _) where other != way:
                return state.count(other) > limit ? .silence(after: 0) : .passes
            case (.drip(way, let limit, let other), _) where other != way:
                return state.count(other) > limit ? .drip(after: 0) : .passes
            default:
                return .passes
            }
        }
    }
}

/// Hands what one side says to the other.
final class ByteRelay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// What becomes of some bytes, behind those that pass.
    enum Verdict {
        case passes
        case cut(after: Int)
        case silence(after: Int)
        case drip(after: Int)
    }

    private let other: any Channel
    private let verdict: (Int) -> Verdict
    private var isSilent = false
    /// What is handed on byte by byte.
    private var rest: ByteBuffer?

    init(to other: any Channel, verdict: @escaping (Int) -> Verdict = { _ in .passes }) {
        self.other = other
        self.verdict = verdict
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !isSilent else { return }
        guard rest == nil else {
            rest?.writeBuffer(&bytes)
            return
        }
        switch verdict(bytes.readableBytes) {
        case .passes: other.writeAndFlush(bytes, promise: nil)
        case .cut(let count):
            let (channel, other) = (context.channel, other)
            pass(count, of: &bytes).whenComplete { _ in
                other.close(promise: nil)
                channel.close(promise: nil)
            }
        case .silence(let count):
            isSilent = true
            _ = pass(count, of: &bytes)
            context.channel.setOption(.autoRead, value: false).whenComplete { _ in }
        case .drip(let count):
            _ = pass(count, of: &bytes)
            rest = bytes
            drip(context)
        }
    }

    private func pass(_ count: Int, of bytes: inout ByteBuffer) -> EventLoopFuture<Void> {
        other.writeAndFlush(bytes.readSlice(length: count) ?? ByteBuffer())
    }

    private func drip(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(100)) {
            guard self.other.isActive else { return }
            if let byte = self.rest?.readSlice(length: 1) {
                self.other.writeAndFlush(byte, promise: nil)
            }
            self.drip(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard !isSilent, rest == nil else { return }
        // What has been written goes out first.
        let other = other
        other.writeAndFlush(ByteBuffer()).whenComplete { _ in other.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
