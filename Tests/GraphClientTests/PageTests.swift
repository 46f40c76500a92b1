import Encodings
import GraphCatalog
import GraphClient
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

struct PageTests {
    @Test func `a page comes as the bytes that were sent`() async throws {
        let body = ScriptedServer.Reply.pageBody(#"{"id":"é\u00e9","n":1.50}"#)
        try await Scene.play([.http(200, body: body)]) { scene in
            let page = try await scene.client.read()

            #expect(String(decoding: page.body, as: UTF8.self) == body)
            #expect(page.next == nil)
            #expect(page.requests == 1)
            #expect(page.waited == .zero)
        }
    }

    @Test func `a request says what it wants and who asks`() async throws {
        let request = GraphRequest(
            version: .beta, path: "groups",
            query: [
                .init("$select", "id,displayName"),
                .init("$filter", "groupTypes/any(c:c eq 'Dynamic&Co')"), .init("$top", "999"),
            ],
            headers: [.init("ConsistencyLevel", "eventual")])
        try await Scene.play([.page(), .page()]) { scene in
            _ = try await scene.client.read(request)
            let read = try #require(scene.reads.first)

            #expect(read.method == "GET")
            #expect(
                read.target == "/beta/groups?$select=id,displayName"
                    + "&$filter=groupTypes/any(c:c%20eq%20'Dynamic%26Co')&$top=999")
            #expect(read["authorization"] == "Bearer token-1")
            #expect(read["consistencylevel"] == "eventual")
            #expect(read["accept-language"] == "en-US")
            #expect(read["prefer"] == "include-unknown-enum-members")
            #expect(read["x-ms-throttle-priority"] == "Low")
            #expect(read["user-agent"] == "tenantkeep/0.1.0")
        }
    }

    @Test func `each request has an ID of its own`() async throws {
        let numbers = Mutex<UInt64>(0xFFFF_FFFF_0000_0000)
        let random: @Sendable () -> UInt64 = {
            numbers.withLock { number in
                number += 1
                return number
            }
        }
        try await Scene.play([.page(), .page()], configure: { $0.random = random }) { scene in
            _ = try await scene.client.read()
            _ = try await scene.client.read()
            let ids = scene.reads.compactMap { $0["client-request-id"] }

            #expect(
                ids == [
                    "ffffffff-0000-4001-bfff-ffff00000002",
                    "ffffffff-0000-4003-bfff-ffff00000004",
                ])
        }
    }

    @Test func `an encoded ID in the path stays encoded`() async throws {
        let path = "groups/\(percentEncoded(Array("a/b?ü".utf8)))/owners"
        try await Scene.play([.page()]) { scene in
            _ = try await scene.client.read(GraphRequest(version: .v1, path: path))

            #expect(scene.reads.map(\.target) == ["/v1.0/groups/a%2Fb%3F%C3%BC/owners"])
        }
    }

    @Test func `the link is known before the page has arrived`() async throws {
        let gate = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        try await ScriptedServer.run({ request in
            guard !request.isSignIn else { return .token("t") }
            let body = ScriptedServer.Reply.pageBody(
                #"{"id":"1"}"#, next: "http://\(request["host"] ?? "")/v1.0/users?$skiptoken=2")
            let whole = ScriptedServer.Reply.http(200, body: body).bytes
            var reply = ScriptedServer.Reply(bytes: Array(whole.dropLast(10)))
            reply.rest = Array(whole.suffix(10))
            reply.gate = gate.futureResult
            return reply
        }) { server in
            try await withGraphClient(try GraphConfiguration(testing: server)) { client in
                // Without the link, the rest of the page never comes.
                let page = try await client.page(.first(.users)) { _ in gate.succeed() }

                #expect(page.next == GraphLink("\(server.address)/v1.0/users?$skiptoken=2"))
            }
        }
    }

    /// Letters that belong into a URL, and some that a stricter reader would touch.
    @Test(arguments: [
        "$skiptoken=RFNwdA.__-~%2f%2F+a%20b&x=(1)'a';c,d:e@f!*", "$skip=1?&&=", "a=%41%c3%a9",
    ])
    func `a link is used byte for byte, with the request's headers`(query: String) async throws {
        let request = GraphRequest(
            version: .v1, path: "users", headers: [.init("ConsistencyLevel", "eventual")])
        try await Scene.play([.page()]) { scene in
            let link = GraphLink("\(scene.server.address)/v1.0/users?\(query)")
            _ = try await scene.client.page(.next(link, of: request)) { _ in }

            #expect(scene.reads.map(\.target) == ["/v1.0/users?\(query)"])
            #expect(scene.reads[0]["consistencylevel"] == "eventual")
        }
    }

    @Test(arguments: [
        ("/v1.0/users?$filter=a eq \"é\"#x", "/v1.0/users?$filter=a%20eq%20%22%C3%A9%22%23x"),
        ("/v1.0/users?x=100%&y=%zz|[1]", "/v1.0/users?x=100%25&y=%25zz%7C%5B1%5D"),
        ("/v1.0/a\r\nb: c", "/v1.0/a%0D%0Ab:%20c"),
        ("/v2/users?$skiptoken=1", "/v1.0/users?$skiptoken=1"),
        ("/v1.0/v2/users", "/v1.0/v2/users"),
    ])
    func `what no URL may hold is encoded`(link: String, target: String) async throws {
        try await Scene.play([.page()]) { scene in
            let link = GraphLink("\(scene.server.address)\(link)")
            _ = try await scene.client.page(.next(link, of: .users)) { _ in }

            #expect(scene.reads.map(\.target) == [target])
        }
    }

    @Test(arguments: [
        "https://graph.microsoft.com/v1.0/users", "http://127.0.0.1/v1.0/users",
        "https://127.0.0.1:PORT/v1.0/users", "http://127.0.0.1:PORT@evil.example/v1.0/users",
        "http://user@127.0.0.1:PORT/v1.0/users", "http://127.0.0.1:PORT.evil.example/users",
        "http://127.0.0.1:PORT\\@evil.example/users", "http://localhost:PORT/v1.0/users",
        "//127.0.0.1:PORT/v1.0/users", "/v1.0/users", "http://127.0.0.1:PORT",
        "ftp://127.0.0.1:PORT/v1.0/users", "http://127.0.0.1:PORT?x",
    ])
    func `a link to another place is refused and never asked for`(text: String) async throws {
        try await ScriptedServer.run({ request in
            let port = request["host"]?.split(separator: ":").last ?? ""
            let link = text.replacing("PORT", with: port).replacing("\\", with: "\\\\")
            return request.isSignIn ? .token("t") : .page(next: link)
        }) { server in
            try await withGraphClient(
                try GraphConfiguration(testing: server), clock: TestClock()
            ) { client in
                let found = try await client.failure()
                let link = GraphLink(text.replacing("PORT", with: "\(server.port)"))
                let given = try await client.failure(reading: .next(link, of: .users))

                #expect(found.kind == .malformed)
                #expect(given.kind == .malformed)
                #expect(server.requests.count == 2)
            }
        }
    }

    @Test func `a page whose link leads back to it is refused`() async throws {
        try await ScriptedServer.run({ request in
            request.isSignIn
                ? .token("t")
                : .page(next: "http://\(request["host"] ?? "")/v1.0/users?$skiptoken=1")
        }) { server in
            try await withGraphClient(try GraphConfiguration(testing: server)) { client in
                let link = GraphLink("\(server.address)/v1.0/users?$skiptoken=1")
                let error = try await client.failure(reading: .next(link, of: .users))

                #expect(error.kind == .malformed)
            }
        }
    }

    @Test func `a cut page is read again from the same place, and the link is its own`()
        async throws
    {
        let links = Mutex<[GraphLink]>([])
        let count = Mutex(0)
        try await ScriptedServer.run({ request in
            guard !request.isSignIn else { return .token("t") }
            let number = count.withLock { count in
                count += 1
                return count
            }
            let next = "http://\(request["host"] ?? "")/v1.0/users?$skiptoken=\(number)"
            return number == 1
                ? .cut(String(ScriptedServer.Reply.pageBody("1,2", next: next).dropLast(5)))
                : .page("1,2", next: next)
        }) { server in
            try await withGraphClient(
                try GraphConfiguration(testing: server), clock: TestClock()
            ) { client in
                let page = try await client.page(.first(.users)) { link in
                    links.withLock { $0.append(link) }
                }

                let seen = GraphLink("\(server.address)/v1.0/users?$skiptoken=1")
                let next = GraphLink("\(server.address)/v1.0/users?$skiptoken=2")
                #expect(page.next == next)
                #expect(page.linkName == "@odata.nextLink")
                #expect(links.withLock { $0 } == [seen])
                #expect(page.requests == 2)
                #expect(
                    server.requests.filter { !$0.isSignIn }.map(\.target)
                        == ["/v1.0/users", "/v1.0/users"])
                #expect(String(decoding: page.body, as: UTF8.self).hasSuffix(#""value":[1,2]}"#))
            }
        }
    }

    @Test func `a cut page that turns out to be the last has no link`() async throws {
        let count = Mutex(0)
        try await ScriptedServer.run({ request in
            guard !request.isSignIn else { return .token("t") }
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            let next = "http://\(request["host"] ?? "")/v1.0/users?$skiptoken=1"
            let first = ScriptedServer.Reply.pageBody("1,2", next: next)
            return isFirst ? .cut(String(first.dropLast(5))) : .page("1,2")
        }) { server in
            try await withGraphClient(
                try GraphConfiguration(testing: server), clock: TestClock()
            ) { client in
                let page = try await client.read()

                #expect(page.next == nil)
            }
        }
    }

    @Test func `a cut that the connection does not show is seen too`() async throws {
        let cut = ScriptedServer.Reply(
            "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"value\":[{\"id\":",
            isCut: true)
        try await Scene.play([cut, .page("3")]) { scene in
            let page = try await scene.client.read()

            #expect(page.requests == 2)
        }
    }

    @Test func `a page in small chunks comes whole`() async throws {
        let body = ScriptedServer.Reply.pageBody(#"{"id":"a"},{"id":"b"}"#)
        let chunks = body.map { "1\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
        let reply = ScriptedServer.Reply(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                + "transfer-encoding: chunked\r\n\r\n\(chunks)")
        try await Scene.play([reply]) { scene in
            let page = try await scene.client.read()

            #expect(page.body == Array(body.utf8))
        }
    }

    /// `{"value":[{"id":"1"}]}`, compressed.
    static let gzip: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56,
        0x2A, 0x4B, 0xCC, 0x29, 0x4D, 0x55, 0xB2, 0x8A, 0xAE, 0x56, 0xCA, 0x4C,
        0x51, 0xB2, 0x52, 0x32, 0x54, 0xAA, 0x8D, 0xAD, 0x05, 0x00, 0xE3, 0x97,
        0xE5, 0x69, 0x16, 0x00, 0x00, 0x00,
    ]

    @Test func `a compressed page comes unpacked`() async throws {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n"
            + "content-length: \(Self.gzip.count)\r\n\r\n"
        let reply = ScriptedServer.Reply(bytes: Array(head.utf8) + Self.gzip)
        try await Scene.play([reply]) { scene in
            let page = try await scene.client.read()

            #expect(String(decoding: page.body, as: UTF8.self) == #"{"value":[{"id":"1"}]}"#)
            #expect(scene.reads[0]["accept-encoding"]?.contains("gzip") == true)
        }
    }

    @Test(arguments: [
        ScriptedServer.Reply.http(200, type: "text/html", body: "<html>Sign in</html>"),
        .http(200, body: "<html>Sign in</html>"), .http(200, type: nil, body: ""),
        .http(203, body: #"{"value":[]}"#), .http(204, body: ""),
    ])
    func `what is not JSON is asked for three times and then refused`(
        reply: ScriptedServer.Reply
    ) async throws {
        try await Scene.play([reply, reply, reply, .page()]) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .malformed)
            #expect(error.reason.hasSuffix("three times"))
            #expect(scene.reads.count == 3)
        }
        try await Scene.play([reply, .page()]) { scene in
            let page = try await scene.client.read()

            #expect(page.requests == 2)
        }
    }

    @Test func `a redirect is not followed`() async throws {
        try await ScriptedServer.run({ request in
            request.isSignIn ? .token("t") : .http(302, ["Location: /elsewhere"], body: "")
        }) { server in
            try await withGraphClient(try GraphConfiguration(testing: server)) { client in
                let error = try await client.failure()

                #expect(error.kind == .malformed)
                #expect(error.reason == "Graph answered 302")
                #expect(!server.requests.contains { $0.target == "/elsewhere" })
            }
        }
    }

    @Test func `an object has no next page, whatever it says`() async throws {
        let body = #"{"id":"1","@odata.nextLink":"https://evil.example/"}"#
        try await Scene.play([.http(200, body: body)]) { scene in
            let request = GraphRequest(version: .v1, path: "organization/1", answer: .object)

            let page = try await scene.client.read(request)

            #expect(page.next == nil)
        }
    }
}
