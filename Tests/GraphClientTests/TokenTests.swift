import Encodings
import GraphCatalog
import GraphClient
import HTTPTransport
import Logging
import Synchronization
import TestSupport
import Testing

struct TokenTests {
    @Test func `a sign-in asks for Graph with the application's secret`() async throws {
        try await Scene.play([.page()]) { scene in
            _ = try await scene.client.read()
            let signIn = try #require(scene.signIns.first)

            #expect(signIn.method == "POST")
            #expect(signIn.target == "/\(GraphConfiguration.testTenant)/oauth2/v2.0/token")
            #expect(signIn["content-type"] == "application/x-www-form-urlencoded")
            #expect(signIn["authorization"] == nil)
            let address = percentEncoded(Array(scene.server.address.utf8))
            #expect(
                signIn.body
                    == "grant_type=client_credentials&scope=\(address)%2F.default"
                    + "&client_id=app&client_secret=s%26cret")
        }
    }

    @Test func `one sign-in serves all who ask at once`() async throws {
        try await Scene.play(Array(repeating: .page(), count: 30)) { scene in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<30 { group.addTask { _ = try await scene.client.read() } }
                try await group.waitForAll()
            }

            #expect(scene.signIns.count == 1)
            #expect(Set(scene.reads.map { $0["authorization"] }) == ["Bearer token-1"])
        }
    }

    @Test func `a refused sign-in is one for all who ask at once`() async throws {
        let refusal = ScriptedServer.Reply.http(401, body: #"{"error_codes":[7000215]}"#)
        // The answer comes when all have asked, as far as that can be seen from outside.
        try await Scene.play([], signIn: { _ in refusal }) { scene in
            let kinds = await withTaskGroup(of: GraphError.Kind?.self) { group in
                for _ in 0..<30 {
                    group.addTask { try? await scene.client.failure().kind }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }

            #expect(kinds == Array(repeating: .signInRefused, count: 30))
            #expect(scene.reads.isEmpty)
        }
    }

    /// Members of the answer, and the second from which on a token is renewed.
    @Test(arguments: [
        (#""expires_in":3600"#, 3300), (#""expires_in":"3600""#, 3300),
        (#""expires_in":3600,"refresh_in":1800"#, 1800),
        (#""expires_in":"3600","refresh_in":"1800""#, 1800), (#""expires_in":300"#, 150),
        (#""expires_in":86399,"ext_expires_in":99999999"#, 86099),
    ])
    func `a token is renewed before it expires`(members: String, second: Int) async throws {
        try await Scene.play(
            [.page(), .page(), .page()], signIn: { .token("token-\($0)", members) }
        ) { scene in
            _ = try await scene.client.read()
            scene.clock.advance(by: .seconds(second - 1))
            _ = try await scene.client.read()
            scene.clock.advance(by: .seconds(1))
            _ = try await scene.client.read()

            #expect(
                scene.reads.map { $0["authorization"] } == [
                    "Bearer token-1", "Bearer token-1", "Bearer token-2",
                ])
        }
    }

    @Test func `a token serves on while its renewal fails, until it expires`() async throws {
        try await Scene.play(
            [.page(), .page(), .page()],
            signIn: { $0 == 1 ? .token("token-1") : .http(400, body: "{}") }
        ) { scene in
            _ = try await scene.client.read()
            scene.clock.advance(by: .seconds(3400))
            _ = try await scene.client.read()
            _ = try await scene.client.read()
            #expect(scene.signIns.count == 2)

            scene.clock.advance(by: .seconds(200))
            let error = try await scene.client.failure()
            #expect(error.kind == .signInExpired)
            #expect(scene.reads.count == 3)
        }
    }

    @Test func `whoever refuses another token is not asked again at once`() async throws {
        try await Scene.play(
            [.page(), .page()],
            signIn: { $0 == 2 ? .http(400, body: "{}") : .token("token-\($0)") }
        ) { scene in
            _ = try await scene.client.read()
            scene.clock.advance(by: .seconds(3600))
            for _ in 0..<3 {
                let error = try await scene.client.failure()
                #expect(error.kind == .signInExpired)
            }
            #expect(scene.signIns.count == 2)

            scene.clock.advance(by: .seconds(30))
            _ = try await scene.client.read()
            #expect(scene.signIns.count == 3)
        }
    }

    @Test func `a refusal before any answer ends the run, however many tokens there were`()
        async throws
    {
        let refused = ScriptedServer.Reply.error(401, "InvalidAuthenticationToken")
        try await Scene.play(
            [refused], signIn: { $0 == 1 ? .token("token-1") : .http(400, body: "{}") }
        ) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .signInRefused)
        }
    }

    @Test(arguments: [("\"s3\"", true), ("'s3'", true), ("s3", false)])
    func `quotes around a secret are told when it is refused`(
        secret: String, isTold: Bool
    ) async throws {
        try await Scene.play(
            [], signIn: { _ in .http(401, body: #"{"error_codes":[7000215]}"#) },
            configure: { $0.credential = .secret(clientID: "app", secret: secret) }
        ) { scene in
            let error = try await scene.client.failure()

            #expect(error.hint?.contains("quotes") == isTold)
            #expect(error.hint?.contains("s3") == false)
        }
    }

    @Test func `after a 401 the read is repeated once, with a new token`() async throws {
        let refused = ScriptedServer.Reply.error(401, "InvalidAuthenticationToken")
        try await Scene.play([refused, .page(), refused, refused, .page()]) { scene in
            let page = try await scene.client.read()
            let error = try await scene.client.failure()

            #expect(page.requests == 2)
            #expect(error.kind == .notPermitted)
            #expect(error.reason == "Graph answered 401 twice (InvalidAuthenticationToken)")
            #expect(
                scene.reads.map { $0["authorization"] } == [
                    "Bearer token-1", "Bearer token-2", "Bearer token-2", "Bearer token-3",
                ])
            #expect(scene.clock.sleeps.isEmpty)
        }
    }

    @Test(arguments: [
        (7_000_215, "The client secret is wrong. Use the secret's value, not its ID."),
        (7_000_222, "The client secret has expired. Create a new one in Entra."),
        (
            700_016,
            "The application is not in this tenant. Check the tenant and the client ID."
        ),
        (
            90_002,
            "There is no such tenant. Check the tenant's ID or domain, and the cloud."
        ),
        (53_003, "Conditional access blocks the application's sign-in."), (1, nil),
    ])
    func `a refused sign-in names Entra's number and what to do`(
        code: Int, hint: String?
    ) async throws {
        let body = #"{"error":"invalid_client","error_description":"AADSTS\#(code): s&cret","#
        let forms = ["\"error_codes\":[\(code)]}", "\"x\":1}"]
        for (status, form) in zip([400, 401], forms) {
            try await Scene.play([], signIn: { _ in .http(status, body: body + form) }) { scene in
                let error = try await scene.client.failure()

                #expect(error.kind == .signInRefused)
                #expect(
                    error.reason
                        == "Entra refused the sign-in of application app (AADSTS\(code))")
                #expect(error.hint == hint)
                #expect(scene.signIns.count == 1)
                #expect(scene.reads.isEmpty)
            }
        }
    }

    @Test(arguments: [
        ScriptedServer.Reply.http(429, ["Retry-After: 5"], body: ""),
        .http(503, ["Retry-After: 5"], body: ""),
        .http(400, ["Retry-After: 5"], body: #"{"error":"temporarily_unavailable"}"#),
    ])
    func `a busy sign-in is waited for`(reply: ScriptedServer.Reply) async throws {
        try await Scene.play([.page()], signIn: { $0 == 1 ? reply : .token("t") }) { scene in
            _ = try await scene.client.read()

            #expect(scene.clock.sleeps == [.seconds(5)])
        }
    }

    @Test(arguments: [
        "{}", "[]", "", #"{"access_token":"t"}"#, #"{"access_token":"t","expires_in":-1}"#,
        #"{"access_token":"a b","expires_in":3600}"#,
        #"{"access_token":"a\r\nX: y","expires_in":3600}"#,
        #"{"access_token":"","expires_in":3600}"#,
    ])
    func `an answer without a token is tried three times`(body: String) async throws {
        try await Scene.play([], signIn: { _ in .http(200, body: body) }) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .signInRefused)
            #expect(error.hint?.contains("HTTPS_PROXY") == true)
            #expect(scene.signIns.count == 3)
            #expect(scene.reads.isEmpty)
        }
    }

    /// None of these is about an object of Graph's, so none may look like that.
    @Test(arguments: [302, 402, 404, 405, 410, 418, 501])
    func `whatever an authority answers, no object is missing`(status: Int) async throws {
        let page = ScriptedServer.Reply.http(status, type: "text/html", body: "<html></html>")
        try await Scene.play([], signIn: { _ in page }) { scene in
            let error = try await scene.client.failure()

            #expect([.signInRefused, .unavailable].contains(error.kind))
            #expect(error.reason.contains("answered \(status)"))
            #expect(scene.reads.isEmpty)
        }
    }

    @Test func `an authority that takes no connection is named`() async throws {
        // Port 9 is nobody's here; one just let go of may be another test's by now.
        let origin = try #require(Origin("http://127.0.0.1:9"))
        try await Scene.play(
            [],
            configure: {
                $0.endpoints = GraphEndpoints(
                    graph: $0.endpoints.graph, authority: origin, arm: origin)
            }
        ) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .unreachable)
            #expect(error.reason == "Entra could not be reached at 127.0.0.1 five times")
        }
    }

    @Test func `neither token nor secret is printed or logged`() async throws {
        let log = Mutex("")
        let sink = Logger(label: "log") { _ in LogSink { text in log.withLock { $0 += text } } }
        let refused = ScriptedServer.Reply.error(401, "InvalidAuthenticationToken")
        try await Scene.play(
            [.page(), refused, refused],
            configure: {
                $0.logger = sink
                $0.logger.logLevel = .trace
            }
        ) { scene in
            _ = try await scene.client.read()
            let error = try await scene.client.failure()
            var dumped = ""
            dump(Credential.secret(clientID: "app", secret: "s&cret"), to: &dumped)
            let printed =
                log.withLock { $0 } + "\(error)" + dumped
                + "\(Credential.secret(clientID: "app", secret: "s&cret"))"

            #expect(log.withLock { $0 }.contains("status"))
            #expect(!printed.contains("token-") && !printed.contains("s&cret"))
        }
    }

    @Test func `a tenant that is named by its ID is not asked for`() async throws {
        try await Scene.play([]) { scene in
            let id = try await scene.client.tenantID()

            #expect(id == "11111111-2222-3333-4444-5555555555aa")
            #expect(scene.server.requests.isEmpty)
        }
    }

    @Test func `a tenant that is named by its domain is looked up`() async throws {
        let document = #"""
            {"token_endpoint":"https://login.example/AAAAAAAA-2222-3333-4444-555555555555/oauth2/v2.0/token"}
            """#
        let unknown = #"{"error":"invalid_tenant","error_codes":[90002]}"#
        try await Scene.play(
            [.http(200, body: document), .http(400, body: unknown)],
            configure: { $0.tenant = "contoso.com" }
        ) { scene in
            let id = try await scene.client.tenantID()

            #expect(id == "aaaaaaaa-2222-3333-4444-555555555555")
            #expect(
                scene.reads.map(\.target)
                    == ["/contoso.com/v2.0/.well-known/openid-configuration"])
            await #expect { try await scene.client.tenantID() } throws: { error in
                (error as? GraphError)?.kind == .signInRefused
            }
        }
    }
}

/// Passes on all that is logged.
struct LogSink: LogHandler {
    let write: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    init(write: @escaping @Sendable (String) -> Void) {
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        write("\(event.message) \(event.metadata ?? [:])")
    }
}
