import Foundation
import HTTPTransport
import NIOCore
import NIOPosix
import NIOSSL
import TestSupport
import Testing

/// The versions of TLS that this machine speaks, against openssl's own server.
struct TLSVersionTests {
    @Test(arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)])
    func `TLS is 1.2 or newer`(version: String, isSpoken: Bool) async throws {
        let files = try CertificateFiles()
        try files.openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-days", "2", "-keyout", "host.key", "-out", "host.crt")
        let port = try freePort()
        let server = try HostProcess(
            [
                "openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert",
                files.path("host.crt"), "-key", files.path("host.key"), version, "-cipher",
                "ALL:@SECLEVEL=0", "-quiet", "-www",
            ], port: port, log: files.path("none"))
        defer { server.stop() }
        let network = try Network(environment: ["SSL_CERT_FILE": files.path("host.crt")])

        let answer = try? await answer(at: port, network.tls)

        #expect((answer?.hasPrefix("HTTP/1.0 200") ?? false) == isSpoken)
    }

    /// What the server answers to a request over TLS.
    private func answer(at port: Int, _ tls: TLSConfiguration) async throws -> String {
        let context = try NIOSSLContext(configuration: tls)
        let group = MultiThreadedEventLoopGroup.singleton
        let promise = group.next().makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([
                    NIOSSLClientHandler(context: context, serverHostname: "localhost"),
                    FirstAnswer(promise),
                ])
            }
        }.connect(host: "127.0.0.1", port: port).get()
        channel.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.0\r\n\r\n"), promise: nil)
        let answer = try await promise.futureResult.get()
        try? await channel.close()
        return answer
    }
}

/// Takes the first bytes that come, or the reason that none do.
private final class FirstAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<String>

    init(_ promise: EventLoopPromise<String>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        promise.succeed(String(buffer: unwrapInboundIn(data)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
    }
}
