import Foundation
import GraphCatalog
import GraphClient
import HTTPTransport
import Logging
import Synchronization
import TestSupport
import Testing

/// A client, the server it talks to and the clock it waits by.
struct Scene {
    let client: GraphClient
    let server: ScriptedServer
    let clock: TestClock

    /// What was asked of Graph, without sign-ins.
    var reads: [ScriptedServer.Request] { server.requests.filter { !$0.isSignIn } }
    var signIns: [ScriptedServer.Request] { server.requests.filter(\.isSignIn) }

    /// Runs `body` with a client whose reads are answered by `replies`, in their order, and whose
    /// sign-ins bring `token-1`, `token-2` and so on unless `signIn` says otherwise.
    static func play(
        _ replies: [ScriptedServer.Reply],
        signIn: @escaping @Sendable (Int) -> ScriptedServer.Reply = { .token("token-\($0)") },
        clock: TestClock = TestClock(),
        configure: (inout GraphConfiguration) -> Void = { _ in },
        _ body: (Scene) async throws -> Void
    ) async throws {
        let counts = Mutex((reads: 0, signIns: 0))
        let script: ScriptedServer.Script = { request in
            counts.withLock { counts in
                if request.isSignIn {
                    counts.signIns += 1
                    return signIn(counts.signIns)
                }
                counts.reads += 1
                return counts.reads <= replies.count
                    ? replies[counts.reads - 1] : .error(418, "NothingLeftInTheScript")
            }
        }
        try await ScriptedServer.run(script) { server in
            var configuration = try GraphConfiguration(testing: server)
            configure(&configuration)
            try await withGraphClient(configuration, clock: clock) { client in
                try await body(Scene(client: client, server: server, clock: clock))
            }
        }
    }
}

extension ScriptedServer.Request {
    var isSignIn: Bool { target.contains("/oauth2/") }
}

extension GraphConfiguration {
    static let testTenant = "11111111-2222-3333-4444-5555555555AA"

    init(testing server: ScriptedServer) throws {
        let origin = try #require(Origin(server.address))
        self.init(
            endpoints: GraphEndpoints(graph: origin, authority: origin, arm: origin),
            tenant: Self.testTenant, credential: .secret(clientID: "app", secret: "s&cret"),
            network: try Network(environment: [:]), version: "0.1.0",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        // The shortest of all random waits, each time.
        random = { 0 }
        patience.idling = .seconds(5)
        patience.answering = .seconds(5)
    }
}

extension GraphRequest {
    static let users = GraphRequest(version: .v1, path: "users")
}

extension GraphClient {
    /// Reads a page, and throws what it threw as any error.
    func read(_ request: GraphRequest = .users) async throws -> GraphPage {
        try await page(.first(request)) { _ in }
    }

    /// Reads a page that must fail.
    func failure(
        reading target: GraphTarget = .first(.users),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> GraphError {
        do throws(GraphError) {
            _ = try await page(target) { _ in }
        } catch {
            return error
        }
        Issue.record("The read succeeded", sourceLocation: sourceLocation)
        throw GraphError(.other, "no failure")
    }
}

/// The tenant of the fixtures, found from where this file was compiled.
let contoso = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/Tenants/contoso").path
