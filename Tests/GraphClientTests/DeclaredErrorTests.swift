import GraphCatalog
import GraphClient
import Testing

/// Errors whose meaning a type's declaration knows.
struct DeclaredErrorTests {
    private let request = GraphRequest(
        version: .v1, path: "groups/1/members",
        unavailable: ["the feature is not enabled", "Feature_Off"], empty: ["Group_NotFound"])

    private func reply(_ status: Int, _ code: String, _ message: String) -> ScriptedServer.Reply {
        .http(status, body: #"{"error":{"code":"\#(code)","message":"\#(message)"}}"#)
    }

    @Test(arguments: [
        (
            400, "BadRequest", "Sorry: The feature is not enabled here.",
            GraphError.Kind.notAvailable
        ),
        (403, "Feature_Off", "", .notAvailable), (404, "Group_NotFound", "", .empty),
        (400, "BadRequest", "Group_NotFound or so", .empty), (404, "NotFound", "", .notFound),
        (403, "Forbidden", "", .notPermitted), (400, "BadRequest", "", .other),
    ])
    func `a declared code or word decides what a refusal means`(
        status: Int, code: String, message: String, kind: GraphError.Kind
    ) async throws {
        let reply = reply(status, code, message)
        let member =
            #"{"id":"0","status":\#(status),"headers":{},"body":"#
            + #"{"error":{"code":"\#(code)","message":"\#(message)"}}}"#
        let batch = ScriptedServer.Reply.http(200, body: #"{"responses":[\#(member)]}"#)
        try await Scene.play([reply, batch]) { scene in
            let error = try await scene.client.failure(reading: .first(request))
            let results = try await scene.client.batch([request])

            #expect(error.kind == kind)
            #expect(throws: GraphError.self) { try results[0].get() }
            if case .failure(let error) = results[0] { #expect(error.kind == kind) }
        }
    }

    @Test func `what may pass is tried again all the same`() async throws {
        try await Scene.play([reply(503, "Feature_Off", ""), .page()]) { scene in
            let page = try await scene.client.read(request)

            #expect(page.requests == 2)
        }
    }
}
