import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@testable import TenantSimulator

struct GeneratorTests {
    private let size = GeneratedTenant(seed: 42, users: 250, groups: 40)

    @Test func `a seed makes the same bytes again and another seed others`() async throws {
        func page(_ seed: UInt64) async throws -> Data {
            var size = size
            size.seed = seed
            return try await withGenerated(size) { client in
                let text = try await client.get("/v1.0/users?$top=50&$select=id,displayName,city")
                let start = text.text.range(of: "\"value\"")?.lowerBound ?? text.text.startIndex
                return Data(text.text[start...].utf8)
            }
        }

        let first = try await page(1)
        let again = try await page(1)
        let other = try await page(2)

        #expect(first == again)
        #expect(first != other)
    }

    @Test func `every object is found by its ID and is the one of the list`() async throws {
        try await withGenerated(size) { client in
            let list = try await client.get("/beta/users?$top=250")
            let expected = try #require(JSON(parsing: Array(list.body))["value"]?.elements)
            #expect(Set(list.ids).count == 250)
            for (index, id) in list.ids.enumerated() where index % 25 == 0 {
                let one = try await client.get("/beta/users/\(id)")

                var found = try JSON(parsing: Array(one.body))
                found["@odata.context"] = nil
                #expect(found.compact == expected[index].compact)
            }
        }
    }

    @Test func `a user weighs about 4.1 KB if everything is asked for`() async throws {
        try await withGenerated(size) { client in
            let page = try await client.get("/beta/users?$top=250")

            #expect((3800...4400).contains(page.body.count / 250))
        }
    }

    @Test func `members are users of the tenant, each once`() async throws {
        try await withGenerated(size) { client in
            let users = try await client.pages("/v1.0/users?$top=999&$select=id").joined()
            let groups = try await client.get("/v1.0/groups?$select=id")
            for id in groups.ids.prefix(10) {
                let members = try await client.pages("/v1.0/groups/\(id)/members?$top=7").joined()

                #expect(Set(members).isSubset(of: users))
                #expect(Set(members).count == members.count)
            }
        }
    }

    @Test func `filters by shape and by object agree`() async throws {
        try await withGenerated(size) { client in
            let all = try await client.get("/beta/groups?$top=999")
            let dynamic = try await client.get(
                "/beta/groups?$top=999&$filter=groupTypes/any(c:c%20eq%20'DynamicMembership')")
            let name = try #require(all.values[7]["displayName"] as? String)
            let named = try await client.get(
                "/beta/groups?$filter=displayName%20eq%20'\(name.replacing(" ", with: "%20"))'")

            let expected = all.values.filter {
                ($0["groupTypes"] as? [String])?.contains("DynamicMembership") == true
            }
            #expect(dynamic.ids == expected.compactMap { $0["id"] as? String })
            #expect(!dynamic.ids.isEmpty)
            #expect(named.ids == [all.ids[7]])
        }
    }

    @Test func `a scenario changes what was generated`() async throws {
        try await withGenerated(size) { client in
            let before = try await client.get("/beta/users?$top=999&$select=id,jobTitle").ids
            let scenario = """
                {"changes": [{"update": "users/\(before[3])", "with": {"jobTitle": "Baker"}},
                {"delete": "users/\(before[5])"},
                {"create": "users", "object": {"id": "new", "userPrincipalName": "n@c"}}]}
                """
            try client.tenant.play(Scenario(parsing: scenario))

            let after = try await client.get("/beta/users?$top=999&$select=id,jobTitle")

            var expected = before
            expected.remove(at: 5)
            #expect(after.ids == expected + ["new"])
            #expect(after.values[3]["jobTitle"] as? String == "Baker")
        }
    }

    @Test func `over TLS the certificate is good for localhost and HTTP/2 is spoken`() async throws
    {
        let configuration = SimulatedTenant.Configuration(.generated(size), usesTLS: true)
        try await withSimulatedTenant(configuration) { tenant in
            let path = try #require(tenant.certificate)
            var client = HTTPClient.Configuration()
            client.tlsConfiguration = .makeClientConfiguration()
            client.tlsConfiguration?.trustRoots = .file(path)
            try await HTTPClient.withHTTPClient(configuration: client) { http in
                let request = HTTPClientRequest(url: "\(tenant.graph)/v1.0/users")
                let response = try await http.execute(request, timeout: .seconds(10))

                #expect(response.status.code == 401)
                #expect(response.version == .http2)
            }
        }
    }
}
