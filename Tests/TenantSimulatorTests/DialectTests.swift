import Testing

@testable import TenantSimulator

struct DialectTests {
    private let policies = "/beta/identity/conditionalAccess/policies"

    @Test(
        arguments: [
            ([:], true), (["Prefer": "return=minimal"], true),
            (["Prefer": "include-unknown-enum-members"], false),
            (["Prefer": "return=minimal, Include-Unknown-Enum-Members"], false),
        ] as [([String: String], Bool)])
    func `a newer member of an enumeration is seen by those who ask for it`(
        headers: [String: String], isHidden: Bool
    ) async throws {
        try await withTenant { client in
            let list = try await client.get(policies, headers: headers)
            let id = try #require(list.values.first { "\($0)".contains("android") }?["id"])
            let one = try await client.get("\(policies)/\(id)", headers: headers)
            let member = try await client.batch(
                [
                    [
                        "id": "1", "method": "GET", "url": "\(policies.dropFirst(5))",
                        "headers": headers,
                    ]
                ],
                version: "beta")

            for answer in [list, one, member] {
                #expect(answer.status == 200)
                #expect(answer.text.contains("unknownFutureValue") == isHidden)
                #expect(answer.text.contains("\"linux\"") != isHidden)
            }
        }
    }

    @Test(
        arguments: [
            ([:], "Verzeichnisdaten lesen"),
            (["Accept-Language": "de-DE"], "Verzeichnisdaten lesen"),
            (["Accept-Language": "en-US"], "Read directory data"),
        ] as [([String: String], String)])
    func `texts of service principals follow the language asked for`(
        headers: [String: String], text: String
    ) async throws {
        try await withTenant { client in
            let answer = try await client.get("/v1.0/servicePrincipals", headers: headers)

            #expect(answer.text.contains("\"\(text)\""))
            #expect(answer.text.ranges(of: "irectory data\"").count == (text.first == "R" ? 1 : 0))
            #expect(!answer.text.contains("de:"))
        }
    }
}
