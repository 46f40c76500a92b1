import GraphClient
import HTTPTransport
import Testing

struct OriginTests {
    @Test(arguments: [
        ("https://graph.microsoft.com", "https://graph.microsoft.com"),
        ("https://Graph.Microsoft.com/", "https://graph.microsoft.com"),
        ("HTTPS://graph.microsoft.com:443", "https://graph.microsoft.com"),
        ("https://graph.example:8443", "https://graph.example:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://127.9.9.9:80/", "http://127.9.9.9"), ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ])
    func `an origin is scheme, host and port`(text: String, description: String) {
        #expect(Origin(text)?.description == description)
    }

    @Test(arguments: [
        "http://graph.microsoft.com", "http://10.0.0.1", "http://127.0.0.1.evil.example",
        "http://localhost.evil.example", "http://127.1", "http://1270.0.0.1", "ftp://localhost",
        "https://user@graph.microsoft.com", "https://graph.microsoft.com/v1.0", "https://",
        "https://:443", "https://host:0", "https://host:99999", "https://host:x", "https://ho st",
        "https://host?x", "https://host#x", "graph.microsoft.com", "", "https:/host",
        "https://a:b@c", "https://hóst", "https://[::1", "https://::1",
    ])
    func `nothing else is one, and plain http only on this machine`(text: String) {
        #expect(Origin(text) == nil)
    }

    @Test func `every cloud has its own endpoints`() throws {
        let clouds = GraphEndpoints.cloudNames.compactMap { GraphEndpoints(cloud: $0) }

        #expect(clouds.count == GraphEndpoints.cloudNames.count)
        #expect(Set(clouds.map(\.graph)).count == clouds.count)
        #expect(clouds[0].graph.description == "https://graph.microsoft.com")
        #expect(clouds[3].authority.host == "login.partner.microsoftonline.cn")
        #expect(GraphEndpoints(cloud: "Public") == nil)
    }
}
