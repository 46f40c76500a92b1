import Foundation
import Testing

@testable import TenantSimulator

struct BatchTests {
    private func member(_ id: String, _ url: String) -> [String: Any] {
        ["id": id, "method": "GET", "url": url]
    }

    private func responses(_ answer: Client.Answer) -> [String: [String: Any]] {
        let list = answer.json["responses"] as? [[String: Any]] ?? []
        return Dictionary(uniqueKeysWithValues: list.map { ($0["id"] as? String ?? "", $0) })
    }

    @Test func `twenty members are answered, in another order`() async throws {
        try await withTenant { client in
            let members = (1...20).map { member("\($0)", "/users?$top=1&$select=id") }

            let answer = try await client.batch(members)

            let list = answer.json["responses"] as? [[String: Any]] ?? []
            let ids = list.compactMap { $0["id"] as? String }
            #expect(answer.status == 200)
            #expect(ids.count == 20)
            #expect(ids != (1...20).map { "\($0)" })
            #expect(list.allSatisfy { $0["status"] as? Int == 200 })
        }
    }

    @Test func `what is wrong with the envelope is refused as a whole`() async throws {
        try await withTenant { client in
            let many = try await client.batch((1...21).map { member("\($0)", "/users") })
            let twins = try await client.batch([member("a", "/users"), member("A", "/groups")])
            let absolute = try await client.batch([
                member("1", "\(client.tenant.graph)/v1.0/users")
            ])
            let nameless = try await client.batch([["method": "GET", "url": "/users"]])

            for answer in [many, twins, absolute, nameless] {
                #expect(answer.status == 400)
            }
        }
    }

    @Test func `own absolute addresses are taken where that is switched on`() async throws {
        var settings = Settings()
        settings.acceptsAbsoluteBatchURLs = true
        try await withTenant("contoso", settings) { client in
            let answer = try await client.batch([
                member("1", "\(client.tenant.graph)/v1.0/users?$select=id")
            ])

            #expect(responses(answer)["1"]?["status"] as? Int == 200)
        }
    }

    @Test func `a member is throttled inside an envelope of 200`() async throws {
        try await withTenant { client in
            client.tenant.inject(Fault(.throttle(.fractional, seconds: 2.128), path: "groups"))

            let answer = try await client.batch([member("1", "/users"), member("2", "/groups")])

            let throttled = try #require(responses(answer)["2"])
            #expect(answer.status == 200)
            #expect(responses(answer)["1"]?["status"] as? Int == 200)
            #expect(throttled["status"] as? Int == 429)
            let headers = try #require(throttled["headers"] as? [String: String])
            #expect(headers["Retry-After"] == "2.128")
        }
    }

    @Test func `members fail with what they depend on, and only with dependsOn`() async throws {
        try await withTenant { client in
            var second = member("2", "/users?$top=1")
            second["dependsOn"] = ["1"]
            var third = member("3", "/users?$top=1")
            third["depends_on"] = ["1"]

            let answer = try await client.batch([member("1", "/users/nobody"), second, third])

            let all = responses(answer)
            #expect(all["1"]?["status"] as? Int == 404)
            #expect(all["2"]?["status"] as? Int == 424)
            #expect(all["3"]?["status"] as? Int == 200)
        }
    }

    @Test func `a member goes on with its own link`() async throws {
        try await withTenant { client in
            let first = try await client.batch([member("1", "/users?$top=7&$select=id")])
            let body = try #require(responses(first)["1"]?["body"] as? [String: Any])
            let link = try #require(body["@odata.nextLink"] as? String)
            let url = link.replacing("\(client.tenant.graph)/v1.0", with: "")

            let second = try await client.batch([member("1", url)])

            let rest = try #require(responses(second)["1"]?["body"] as? [String: Any])
            #expect((rest["value"] as? [Any])?.count == 5)
        }
    }

    @Test func `a body that is not JSON comes as base64`() async throws {
        try await withTenant { client in
            var count = member("1", "/users/$count")
            count["headers"] = ["consistencylevel": "eventual"]

            let answer = try await client.batch([count])

            #expect(responses(answer)["1"]?["body"] as? String == base64(Array("12".utf8)))
        }
    }

    @Test func `every member counts against the limit`() async throws {
        try await withTenant("contoso", Settings(throttling: .service())) { client in
            let path = "/identity/conditionalAccess/policies"

            let answer = try await client.batch([member("1", path), member("2", path)])

            let statuses = responses(answer).values.compactMap { $0["status"] as? Int }.sorted()
            #expect(statuses == [200, 429])
        }
    }
}
