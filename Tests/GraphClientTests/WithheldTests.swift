import GraphCatalog
import GraphClient
import Logging
import Synchronization
import Testing

/// What a server says may hold a secret; none of it reaches an error or a log.
struct WithheldTests {
    private static let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"

    @Test(arguments: [400, 401, 403, 404, 409, 418, 500, 503])
    func `neither code nor message of a refusal tells a secret`(status: Int) async throws {
        let body = #"""
            {"error":{"code":"\#(Self.token)","message":"Bearer \#(Self.token) was refused",
             "innerError":{"code":"\#(Self.token)"}}}
            """#
        let reply = ScriptedServer.Reply.http(status, body: body)
        try await Scene.play(Array(repeating: reply, count: 20)) { scene in
            let error = try await scene.client.failure()

            #expect(!"\(error)".contains("eyJ"))
            #expect(error.reason.contains("answered \(status)"))
            #expect(error.reason.contains("([secret withheld])"))
        }
    }

    @Test func `a harmless code is told`() async throws {
        try await Scene.play([.error(400, "Request_BadRequest")]) { scene in
            let error = try await scene.client.failure()

            #expect(error.reason == "Graph answered 400 (Request_BadRequest): “Some words”")
        }
    }

    @Test func `a member of a batch tells no secret either`() async throws {
        let body = #"""
            {"responses":[{"id":"0","status":400,"headers":{"Location":"?sig=abc"},
             "body":{"error":{"code":"\#(Self.token)","message":"\#(Self.token)"}}}]}
            """#
        try await Scene.play([.http(200, body: body)]) { scene in
            let answers = try await scene.client.batch([.users])

            #expect(!"\(answers)".contains("eyJ") && !"\(answers)".contains("abc"))
            #expect("\(answers)".contains("[secret withheld]"))
        }
    }

    @Test func `fields of an answer pass the same look before they are logged`() async throws {
        let log = Mutex("")
        let sink = Logger(label: "log") { _ in LogSink { text in log.withLock { $0 += text } } }
        let fields = [
            "request-id: \(Self.token)",
            #"x-ms-ags-diagnostic: {"ServerInfo":{"password":"hunter2","Slice":"E"}}"#,
        ]
        let answer = ScriptedServer.Reply.http(200, fields, body: ScriptedServer.Reply.pageBody())
        let harmless = ScriptedServer.Reply.http(
            200, ["request-id: 6c0cf4a1-0000-4a3b-8c1d-1234567890ab"],
            body: ScriptedServer.Reply.pageBody())
        try await Scene.play(
            [answer, harmless],
            configure: {
                $0.logger = sink
                $0.logger.logLevel = .trace
            }
        ) { scene in
            _ = try await scene.client.read()
            _ = try await scene.client.read()

            let text = log.withLock { $0 }
            #expect(!text.contains("eyJ") && !text.contains("hunter2"))
            #expect(text.contains("[secret withheld]"))
            #expect(text.contains("6c0cf4a1-0000-4a3b-8c1d-1234567890ab"))
        }
    }
}
