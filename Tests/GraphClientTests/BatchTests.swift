import GraphCatalog
import GraphClient
import TestSupport
import Testing

struct BatchTests {
    private func request(_ name: String, bucket: ThrottleBucket = .directory) -> GraphRequest {
        GraphRequest(
            version: .v1, path: "groups/\(name)/owners",
            query: [.init("$select", "id,displayName"), .init("$filter", "a eq \"b\"")],
            headers: [.init("ConsistencyLevel", "eventual")], bucket: bucket)
    }

    private func envelope(_ members: String...) -> ScriptedServer.Reply {
        .http(200, body: #"{"responses":[\#(members.joined(separator: ","))]}"#)
    }

    private func member(
        _ id: Int, _ status: Int = 200, headers: String = "{}", body: String
    ) -> String {
        #"{"id":"\#(id)","status":\#(status),"headers":\#(headers),"body":\#(body)}"#
    }

    private func text(_ result: Result<GraphPage, GraphError>) throws -> String {
        String(decoding: try result.get().body, as: UTF8.self)
    }

    private func kind(_ result: Result<GraphPage, GraphError>) -> GraphError.Kind? {
        if case .failure(let error) = result { error.kind } else { nil }
    }

    @Test func `a batch is one request with relative members and their headers`() async throws {
        let reply = envelope(member(0, body: "{}"), member(1, body: "{}"))
        try await Scene.play([reply]) { scene in
            _ = try await scene.client.batch([request("a"), request("b")])
            let read = try #require(scene.reads.first)

            #expect(scene.reads.count == 1)
            #expect(read.method == "POST")
            #expect(read.target == "/v1.0/$batch")
            #expect(read["content-type"] == "application/json")
            #expect(read["authorization"] == "Bearer token-1")
            func text(_ id: Int, _ name: String) -> String {
                #"{"id":"\#(id)","method":"GET","url":"/groups/\#(name)/owners"#
                    + #"?$select=id,displayName&$filter=a%20eq%20%22b%22","headers":{"#
                    + #""Accept-Language":"en-US","Prefer":"include-unknown-enum-members","#
                    + #""ConsistencyLevel":"eventual"}}"#
            }
            #expect(read.body == #"{"requests":[\#(text(0, "a")),\#(text(1, "b"))]}"#)
        }
    }

    @Test func `answers find their requests in any order, as the bytes that were sent`()
        async throws
    {
        let first = #"{ "value" : [1.50, "\u00e9"] }"#
        let second = #"{"@odata.nextLink":"ADDRESS/v1.0/groups/b/owners?$skiptoken=x","value":[]}"#
        let reply = envelope(member(1, body: second), member(0, body: first)).description
        try await ScriptedServer.run({ request in
            guard !request.isSignIn else { return .token("t") }
            let body = String(reply.split(separator: "\r\n\r\n")[1])
            return .http(
                200, body: body.replacing("ADDRESS", with: "http://\(request["host"] ?? "")"))
        }) { server in
            try await withGraphClient(try GraphConfiguration(testing: server)) { client in
                let results = try await client.batch([request("a"), request("b")])

                #expect(results.count == 2)
                #expect(try text(results[0]) == first)
                #expect(try results[0].get().next == nil)
                let link = try #require(try results[1].get().next)
                #expect(link.text == "\(server.address)/v1.0/groups/b/owners?$skiptoken=x")
            }
        }
    }

    @Test func `what one member lacks is its own affair`() async throws {
        let error = #"{"error":{"code":"X","message":"m"}}"#
        let reply = envelope(
            member(0, 403, body: error), member(1, 404, body: error), member(2, body: "{}"),
            member(3, body: #"{"@odata.nextLink":"https://evil.example/v1.0/x"}"#),
            member(4, 400, body: #"{"error":{"code":"Directory_ExpiredPageToken"}}"#),
            #"{"id":"5","status":501}"#)
        try await Scene.play([reply]) { scene in
            let results = try await scene.client.batch((0..<6).map { request("\($0)") })

            #expect(
                results.map(kind) == [
                    .notPermitted, .notFound, nil, .malformed, .pageTokenExpired, .notAvailable,
                ])
        }
    }

    @Test func `throttled members are repeated after the longest wait, the others are not`()
        async throws
    {
        let first = envelope(
            member(0, 429, headers: #"{"Retry-After":"2.5"}"#, body: "{}"),
            member(1, body: "{}"), member(2, 503, headers: #"{"retry-after":"7"}"#, body: "{}"))
        let second = envelope(
            member(1, body: #"{"n":2}"#), member(0, 500, body: #"{"error":{"code":"E"}}"#))
        let third = envelope(member(0, body: #"{"n":0}"#))
        try await Scene.play([first, second, third]) { scene in
            let results = try await scene.client.batch(["a", "b", "c"].map { request($0) })

            #expect(try results.map(text) == [#"{"n":0}"#, "{}", #"{"n":2}"#])
            #expect(try results.map { try $0.get().requests } == [3, 1, 2])
            #expect(scene.clock.sleeps == [.seconds(7), .seconds(1)])
            #expect(try results[1].get().waited == .zero)
            #expect(scene.reads[1].body.contains("groups/a/"))
            #expect(scene.reads[1].body.contains("groups/c/"))
            #expect(!scene.reads[1].body.contains("groups/b/"))
        }
    }

    @Test func `a member that stays throttled fails alone`() async throws {
        let busy = envelope(
            member(0, 429, headers: #"{"Retry-After":"1"}"#, body: #"{"error":{"code":"T"}}"#))
        let first = envelope(
            member(1, body: "{}"),
            member(0, 429, headers: #"{"Retry-After":"1"}"#, body: #"{"error":{"code":"T"}}"#))
        try await Scene.play([first] + Array(repeating: busy, count: 9)) { scene in
            let results = try await scene.client.batch([request("a"), request("b")])

            #expect(kind(results[0]) == .unavailable)
            #expect(kind(results[1]) == nil)
            #expect(scene.reads.count == 9)
        }
    }

    @Test func `a batch that is throttled as a whole is repeated as a whole`() async throws {
        let busy = ScriptedServer.Reply.error(429, "TooManyRequests", ["Retry-After: 3"])
        try await Scene.play([busy, envelope(member(0, body: "{}"))]) { scene in
            let results = try await scene.client.batch([request("a")])

            #expect(try results.map(text) == ["{}"])
            #expect(scene.clock.sleeps == [.seconds(3)])
        }
    }

    @Test(arguments: [
        #"{"responses":[]}"#,
        #"{"responses":[{"id":"0","status":200,"body":{}},{"id":"0","status":200,"body":{}}]}"#,
        #"{"responses":[{"id":"0","status":200,"body":{}},{"id":"1","status":200,"body":{}}]}"#,
        #"{"responses":[{"id":"7","status":200,"body":{}}]}"#,
        #"{"responses":[{"status":200,"body":{}}]}"#, #"{"responses":{}}"#, "[]", "{",
        #"{"@odata.nextLink":"x","responses":[{"id":"0","status":200,"body":{}}]}"#,
    ])
    func `an envelope without exactly one answer a member is refused`(body: String) async throws {
        let reply = ScriptedServer.Reply.http(200, body: body)
        try await Scene.play([reply, reply, reply, reply]) { scene in
            await #expect { try await scene.client.batch([request("a")]) } throws: { error in
                (error as? GraphError)?.kind == .malformed
            }
            #expect(scene.reads.count <= 3)
        }
    }

    @Test(arguments: ["\"PGh0bWw+\"", "[1]", "null"])
    func `a member without an object is tried three times`(body: String) async throws {
        let reply = envelope(member(0, body: body))
        try await Scene.play([reply, reply, reply, reply]) { scene in
            let results = try await scene.client.batch([request("a")])

            #expect(kind(results[0]) == .malformed)
            #expect(scene.reads.count == 3)
        }
    }

    @Test func `every member is charged`() async throws {
        let reply = envelope(member(0, body: "{}"), member(1, body: "{}"), member(2, body: "{}"))
        let limit = [ThrottleBucket.directory: ThrottleLimit(5, per: .seconds(10))]
        try await Scene.play([reply, reply], configure: { $0.limits = limit }) { scene in
            let requests = ["a", "b", "c"].map { request($0) }
            let first = try await scene.client.batch(requests)
            let second = try await scene.client.batch(requests)

            #expect(try first[0].get().waited == .zero)
            #expect(try second[0].get().waited == .milliseconds(2080))
        }
    }

    @Test func `a batch of nothing asks nothing`() async throws {
        try await Scene.play([]) { scene in
            let results = try await scene.client.batch([])

            #expect(results.isEmpty)
            #expect(scene.server.requests.isEmpty)
        }
    }

    @Test func `a refused sign-in concerns them all`() async throws {
        try await Scene.play([], signIn: { _ in .http(401, body: "{}") }) { scene in
            await #expect { try await scene.client.batch([request("a")]) } throws: { error in
                (error as? GraphError)?.kind == .signInRefused
            }
        }
    }
}
