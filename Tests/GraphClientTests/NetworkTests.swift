import GraphCatalog
import GraphClient
import HTTPTransport
import TestSupport
import Testing

struct NetworkTests {
    @Test(arguments: [
        ("", true), ("graph.example", false), (".example", false), ("*.example", false),
        ("example", false), ("*", false), ("a.b, graph.example:443", false),
        ("graph.example:80", true), ("raph.example", true), ("GRAPH.EXAMPLE", false),
        ("graph.example.com", true), (",", true), (".", true),
    ])
    func `NO_PROXY lists who is reached without the proxy`(list: String, isUsed: Bool) throws {
        let origin = try #require(Origin("https://graph.example"))
        for (proxy, direct) in [("HTTPS_PROXY", "NO_PROXY"), ("https_proxy", "no_proxy")] {
            let network = try Network(environment: [proxy: "http://proxy:3128", direct: list])

            #expect(network.usesProxy(for: origin) == isUsed)
        }
    }

    @Test func `this machine needs no proxy, and without one there is none`() throws {
        let here = try #require(Origin("http://127.0.0.1:8080"))
        let there = try #require(Origin("https://graph.example"))
        let network = try Network(environment: ["HTTPS_PROXY": "proxy:3128"])

        #expect(!network.usesProxy(for: here))
        #expect(network.usesProxy(for: there))
        #expect(try !Network(environment: [:]).usesProxy(for: there))
        #expect(try !Network(environment: ["HTTPS_PROXY": ""]).usesProxy(for: there))
    }

    @Test(arguments: ["socks5://proxy:1080", "http://", "http://a@b@c:1", "http://proxy:port"])
    func `what names no proxy is refused`(text: String) {
        #expect(throws: NetworkError.self) { try Network(environment: ["HTTPS_PROXY": text]) }
    }

    @Test func `a file of certificates that cannot be read is named`() throws {
        let path = "/nonexistent/ca.pem"
        let error = #expect(throws: NetworkError.self) {
            try Network(environment: ["SSL_CERT_FILE": path])
        }

        #expect(error?.reason.contains(path) == true)
        #expect(error?.hint != nil)
    }

    @Test func `the proxy is asked for a tunnel, with its user and password`() async throws {
        let refusal = ScriptedServer.Reply(
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        try await ScriptedServer.run({ _ in refusal }) { proxy in
            var configuration = try GraphConfiguration(testing: proxy)
            let away = try #require(Origin("https://login.example"))
            configuration.endpoints = GraphEndpoints(graph: away, authority: away, arm: away)
            configuration.network = try Network(environment: [
                "HTTPS_PROXY": "http://me:p%40ss@127.0.0.1:\(proxy.port)"
            ])
            try await withGraphClient(configuration, clock: TestClock()) { client in
                let error = try await client.failure()
                let request = try #require(proxy.requests.first)

                #expect(request.method == "CONNECT")
                #expect(request.target == "login.example:443")
                // me:p@ss
                #expect(request["proxy-authorization"] == "Basic bWU6cEBzcw==")
                #expect(error.kind == .unreachable)
                #expect(
                    error.reason
                        == "Entra could not be reached at login.example five times"
                        + " (the proxy refused)")
            }
        }
    }
}
