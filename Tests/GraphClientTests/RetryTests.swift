import GraphCatalog
import GraphClient
import HTTPTransport
import TestSupport
import Testing

struct RetryTests {
    /// With a random number of 0, the waits without `Retry-After` are 1, 2, 4 … seconds.
    @Test(arguments: [
        (["Retry-After: 7"], Duration.seconds(7)),
        (["Retry-After: 2.128"], .milliseconds(2128)),
        (["Retry-After: 30,120"], .seconds(120)),
        (["Retry-After: 5", "Retry-After: 8"], .seconds(8)),
        (
            [
                "Date: Sun, 06 Nov 1994 08:49:37 GMT",
                "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT",
            ], .seconds(30)
        ),
        (
            [
                "Date: Thu, 29 Feb 2024 23:59:50 GMT",
                "Retry-After: Fri, 01 Mar 2024 00:00:10 GMT",
            ], .seconds(20)
        ),
        (["Retry-After: Sun, 06 Nov 1994 08:50:07 GMT"], .seconds(1)),
        ([], .seconds(1)), (["Retry-After: soon"], .seconds(1)), (["Retry-After: -3"], .seconds(1)),
    ])
    func `Retry-After is believed in every form, and done without if it makes no sense`(
        fields: [String], wait: Duration
    ) async throws {
        for status in [429, 503, 504, 509] {
            try await Scene.play([.error(status, "Busy", fields), .page()]) { scene in
                let page = try await scene.client.read()

                #expect(scene.clock.sleeps == [wait])
                #expect(page.waited == wait)
                #expect(page.requests == 2)
            }
        }
    }

    @Test func `Retry-After 0 is believed once`() async throws {
        let busy = ScriptedServer.Reply.error(429, "TooManyRequests", ["Retry-After: 0"])
        try await Scene.play([busy, busy, busy, .page()]) { scene in
            let page = try await scene.client.read()

            #expect(page.requests == 4)
            #expect(scene.clock.sleeps == [.seconds(2), .seconds(4)])
        }
    }

    @Test func `waits grow to a limit`() async throws {
        let busy = Array(
            repeating: ScriptedServer.Reply.error(503, "serviceNotAvailable"), count: 9)
        try await Scene.play(busy) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .unavailable)
            #expect(error.reason == "Graph answered 503 nine times (serviceNotAvailable)")
            #expect(scene.clock.sleeps == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
            #expect(scene.reads.count == 9)
        }
    }

    @Test func `the randomness of a wait is half of it`() async throws {
        let busy = Array(repeating: ScriptedServer.Reply.error(429, "TooManyRequests"), count: 2)
        try await Scene.play(busy + [.page()], configure: { $0.random = { .max } }) { scene in
            _ = try await scene.client.read()

            #expect(scene.clock.sleeps[0] > .milliseconds(1999))
            #expect(scene.clock.sleeps[0] <= .seconds(2))
            #expect(scene.clock.sleeps[1] > .milliseconds(3999))
        }
    }

    @Test func `a wait past all patience is not begun`() async throws {
        let busy = ScriptedServer.Reply.error(429, "TooManyRequests", ["Retry-After: 3600"])
        try await Scene.play([busy, .page()]) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .unavailable)
            #expect(
                error.reason
                    == "Graph answered 429 (TooManyRequests) and asks for 3600 seconds")
            #expect(scene.clock.sleeps.isEmpty)
        }
    }

    @Test(arguments: [500, 502, 408, 424])
    func `a failing service is tried five times`(status: Int) async throws {
        let reply = ScriptedServer.Reply.error(status, "UnknownError")
        try await Scene.play(Array(repeating: reply, count: 6)) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .unavailable)
            #expect(error.reason == "Graph answered \(status) five times (UnknownError)")
            #expect(scene.reads.count == 5)
        }
    }

    @Test func `different failures are counted together`() async throws {
        let replies: [ScriptedServer.Reply] = [
            .error(503, "A"), .error(500, "B"), .cut("{"), .error(429, "C"), .error(503, "D"),
            .http(200, type: "text/html", body: ""), .error(500, "E"), .error(429, "F"),
            .error(504, "G"), .page(),
        ]
        try await Scene.play(replies) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .unavailable)
            #expect(error.reason == "Graph failed nine times, the last time it answered 504 (G)")
        }
    }

    @Test func `a connection that breaks is tried five times`() async throws {
        let cut = ScriptedServer.Reply.cut(#"{"value":["#)
        try await Scene.play(Array(repeating: cut, count: 6)) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .unavailable)
            #expect(error.reason == "Graph broke off its answer five times")
            #expect(scene.reads.count == 5)
        }
    }

    @Test func `a server that falls silent is left`() async throws {
        var silent = ScriptedServer.Reply.cut("{")
        silent.isCut = false
        // However slow this machine is, and so however often the client loses its patience.
        let pages = Array(repeating: ScriptedServer.Reply.page(), count: 8)
        try await Scene.play(
            [silent] + pages, configure: { $0.patience.idling = .milliseconds(200) }
        ) { scene in
            let page = try await scene.client.read()

            #expect(page.requests > 1)
        }
    }

    @Test(arguments: [
        (
            ScriptedServer.Reply.error(403, "Authorization_RequestDenied"),
            GraphError.Kind.notPermitted
        ),
        (.error(404, "Request_ResourceNotFound"), .notFound),
        (.error(400, "Request_BadRequest"), .other),
        (.error(409, "Conflict"), .other), (.error(410, "Gone"), .other),
        (.error(402, "PaymentRequired"), .notAvailable),
        (.error(405, "MethodNotAllowed"), .notAvailable),
        (.error(501, "NotImplemented"), .notAvailable),
        (.error(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"), .notAvailable),
        (.error(400, "AadPremiumLicenseRequired"), .notAvailable),
        (.error(400, "Directory_ExpiredPageToken"), .pageTokenExpired),
        (.error(400, "DirectoryPageTokenNotFoundException"), .pageTokenExpired),
        (.error(404, "DirectoryPageTokenNotFoundException"), .pageTokenExpired),
        (
            .http(400, body: #"{"error":{"code":"","message":"Invalid Skip Token"}}"#),
            .pageTokenExpired
        ),
        (
            .http(
                400,
                body:
                    #"{"error":{"code":"X","message":{"lang":"en","value":"Token not found: token is either invalid or expired"}}}"#
            ), .pageTokenExpired
        ),
        (
            .http(
                400,
                body: #"{"error":{"code":"","innererror":{"code":"Directory_ExpiredPageToken"}}}"#
            ), .pageTokenExpired
        ),
        (.http(403, type: "text/html", body: "<html>"), .notPermitted),
        (.http(403, body: ""), .notPermitted),
        (.http(403, body: #"{"odata.error":{"code":"X","details":{}}}"#), .notPermitted),
        (.http(403, body: #""{\"error\":{}}""#), .notPermitted),
    ])
    func `an answer that no repetition changes is final`(
        reply: ScriptedServer.Reply, kind: GraphError.Kind
    ) async throws {
        try await Scene.play([reply, .page()]) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == kind)
            #expect(scene.reads.count == 1)
            #expect(scene.clock.sleeps.isEmpty)
        }
    }

    @Test func `a reason names the status and the code, and nothing else of the answer`()
        async throws
    {
        let reply = ScriptedServer.Reply.http(
            403,
            body: #"{"error":{"code":"A_b.c-1","message":"secret","innerError":{"code":"D"}}}"#)
        let hostile = ScriptedServer.Reply.http(
            403, body: ##"{"error":{"code":"#vso[x]\nBearer token-1"}}"##)
        try await Scene.play([reply, hostile]) { scene in
            let error = try await scene.client.failure()
            let other = try await scene.client.failure()

            #expect(error.reason == "Graph answered 403 (A_b.c-1)")
            #expect(other.reason == "Graph answered 403")
        }
    }

    @Test func `a host that takes no connection is named`() async throws {
        let address = try await ScriptedServer.run({ _ in .page() }) { $0.address }
        let origin = try #require(Origin(address))
        try await Scene.play([]) { scene in
            try await Scene.play(
                [],
                configure: {
                    $0.endpoints = GraphEndpoints(
                        graph: origin, authority: $0.endpoints.authority, arm: origin)
                }
            ) { scene in
                let error = try await scene.client.failure()

                #expect(error.kind == .unreachable)
                #expect(error.reason == "Graph could not be reached at 127.0.0.1 five times")
            }
        }
    }

    @Test func `a cancelled read ends at once`() async throws {
        let busy = Array(repeating: ScriptedServer.Reply.error(503, "Busy"), count: 9)
        try await Scene.play(busy) { scene in
            let result = await withTaskGroup(of: GraphError?.self) { group in
                group.cancelAll()
                group.addTask {
                    do throws(GraphError) {
                        _ = try await scene.client.page(.first(.users)) { _ in }
                        return nil
                    } catch {
                        return error
                    }
                }
                return await group.next() ?? nil
            }

            #expect(result?.reason == "The read was cancelled")
            #expect(scene.clock.sleeps.isEmpty)
        }
    }
}
