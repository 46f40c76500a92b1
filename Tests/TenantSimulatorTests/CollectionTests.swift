import Foundation
import Testing

@testable import TenantSimulator

struct CollectionTests {
    private let eventual = ["ConsistencyLevel": "eventual"]

    @Test func `users come with eleven properties unless more are selected`() async throws {
        try await withTenant { client in
            let plain = try await client.get("/v1.0/users")
            let chosen = try await client.get("/v1.0/users?$select=id,department,city,faxNumber")

            #expect(plain.values.allSatisfy { Set($0.keys) == Set(Schema.defaultUser) })
            #expect(
                chosen.values.allSatisfy {
                    Set($0.keys) == ["id", "department", "city", "faxNumber"]
                })
        }
    }

    @Test(arguments: [("User.Read.All", false), ("AuditLog.Read.All", true)])
    func `members that may not be read have a kind and an ID, and nothing else`(
        permission: String, isMasked: Bool
    ) async throws {
        try await withTenant("contoso") { client in
            client.tenant.grant(["GroupMember.Read.All", permission])
            var client = client
            client.token = try #require(try await client.signIn().json["access_token"] as? String)
            let groups = try await client.get("/v1.0/groups?$select=id")
            var users: [[String: Any]] = []
            for group in groups.values {
                let id = try #require(group["id"] as? String)
                let members = try await client.get(
                    "/beta/groups/\(id)/members?$select=id,displayName,userPrincipalName")
                users += members.values.filter {
                    $0["@odata.type"] as? String == "#microsoft.graph.user"
                }
            }

            #expect(!users.isEmpty)
            #expect(users.allSatisfy { $0["id"] is String })
            #expect(users.allSatisfy { ($0["displayName"] is String) != isMasked })
            #expect(users.allSatisfy { $0["displayName"] != nil })
        }
    }

    @Test func `pages follow each other until no link is left`() async throws {
        try await withTenant { client in
            let pages = try await client.pages("/v1.0/users?$top=5&$select=id")

            #expect(pages.map(\.count) == [5, 5, 2])
            #expect(Set(pages.joined()).count == 12)
        }
    }

    @Test(arguments: [0, 1000])
    func `a page size outside of 1 to 999 is refused`(top: Int) async throws {
        try await withTenant { client in
            let answer = try await client.get("/v1.0/users?$top=\(top)")

            #expect(answer.status == 400)
            #expect(answer.errorCode == "Request_BadRequest")
        }
    }

    @Test func `a collection pages by 100 and at most by 999`() async throws {
        try await withGenerated(GeneratedTenant(users: 1200)) { client in
            let usual = try await client.get("/v1.0/users")
            let most = try await client.get("/v1.0/users?$top=999&$select=id")
            let signIns = try await client.get("/v1.0/users?$top=999&$select=id,signInActivity")

            #expect(usual.ids.count == 100)
            #expect(most.ids.count == 999)
            #expect(signIns.ids.count == 500)
        }
    }

    @Test func `the count comes on the first page and only if the header asks`() async throws {
        try await withTenant { client in
            let path = "/v1.0/users?$count=true&$top=10&$select=id"
            let without = try await client.get(path)
            let first = try await client.get(path, headers: eventual)
            let second = try await client.get(
                try #require(first.nextLink), headers: eventual)

            #expect(without.status == 200)
            #expect(without.json["@odata.count"] == nil)
            #expect(first.json["@odata.count"] as? Int == 12)
            #expect(second.json["@odata.count"] == nil)
        }
    }

    @Test func `the count of a collection needs the header`() async throws {
        try await withTenant { client in
            let without = try await client.get("/v1.0/users/$count")
            let with = try await client.get("/v1.0/users/$count", headers: eventual)

            #expect(without.status == 400)
            #expect(with.text == "12")
        }
    }

    @Test func `properties of one object only are not implemented on the collection`() async throws
    {
        try await withTenant { client in
            let all = try await client.get("/v1.0/users?$select=id,aboutMe")

            #expect(all.status == 501)
            #expect(all.errorCode == "NotImplemented")
        }
    }

    @Test func `an unknown property, option or segment is refused`() async throws {
        try await withTenant { client in
            for path in ["users?$select=naem", "users?$tpo=3", "usrs", "identity/b2cUserFlows"] {
                let answer = try await client.get("/v1.0/\(path)")

                #expect(answer.status == 400, "\(path)")
            }
            let beta = try await client.get("/beta/identity/b2cUserFlows")

            #expect(beta.status == 200)
        }
    }

    @Test(arguments: [
        ("v1.0/users?$select=id,identityParentId", 200), ("v1.0/users?$select=id,deviceKeys", 400),
        ("beta/users?$select=id,deviceKeys,onPremisesObjectIdentifier", 200),
        ("beta/users?$select=naem", 400), ("beta/groups?$select=id,writebackConfiguration", 200),
        ("v1.0/groups?$select=id,writebackConfiguration", 400),
        ("v1.0/users?$select=id,extension_7955bc30d9f94c87bf233bb2583b6cfb_vault", 200),
        ("beta/users?$select=id,extkvbmkofy_training", 200),
        ("beta/users?$select=id,extension_7955bc30d9f94c87bf233bb2583b6cfb_vualt", 400),
        ("beta/groups?$select=id,extension_b066b5e0fc7a4693ae56c65f5246cf15_costCenter", 400),
        ("beta/users?$select=id,customSecurityAttributes", 403),
        ("beta/users?$select=id,employeeLeaveDateTime", 403),
    ])
    func `a property must be there in the version, and some need a permission`(
        path: String, status: Int
    ) async throws {
        try await withTenant { client in
            let answer = try await client.get("/\(path)")

            #expect(answer.status == status)
        }
    }

    @Test func `what applications have added is listed, and shown by default in beta only`()
        async throws
    {
        try await withTenant { client in
            let path = "directoryObjects/getAvailableExtensionProperties"
            let list = try await client.send("POST", "/v1.0/\(path)", body: "{}")
            let read = try await client.get("/v1.0/\(path)")
            let beta = try await client.get("/beta/groups")
            let v1 = try await client.get("/v1.0/groups")

            #expect(
                Set(list.values.compactMap { $0["name"] as? String }) == [
                    "extension_b066b5e0fc7a4693ae56c65f5246cf15_costCenter",
                    "extension_7955bc30d9f94c87bf233bb2583b6cfb_vault",
                    "extension_0c8d1fa1e1144b6ab6d5a1a1e6b3a001_badge",
                ])
            #expect(read.status != 200)
            #expect(beta.text.contains("extkvbmkofy_training"))
            #expect(!v1.text.contains("extkvbmkofy_training"))
        }
    }

    private static let dynamic = "groupTypes/any(c:c%20eq%20'DynamicMembership')"

    @Test(
        arguments: [
            ("groups?$count=true&$expand=extensions&$filter=\(dynamic)", true, 1),
            ("groups?$filter=\(dynamic)", false, 1),
            ("groups?$count=true&$expand=extensions&$filter=not(\(dynamic))", true, 5),
            ("groups?$filter=not(\(dynamic))", false, nil),
            ("users?$filter=onPremisesSyncEnabled%20eq%20true", false, 2),
            ("users?$count=true&$filter=onPremisesSyncEnabled+ne+true", true, 10),
            ("users?$filter=onPremisesSyncEnabled+ne+true", false, nil),
            ("users?$filter=onPremisesSyncEnabled+ne+true", true, nil),
            ("groups?$count=true&$filter=onPremisesSyncEnabled+ne+true", true, 5),
            (
                "groups?$count=true&$filter=\(dynamic)%20and%20onPremisesSyncEnabled%20ne%20true",
                true, 1
            ),
            ("groups?$filter=\(dynamic)%20and%20onPremisesSyncEnabled%20ne%20true", false, nil),
            ("groups?$count=true&$filter=\(dynamic)+and+onPremisesSyncEnabled+eq+true", true, 0),
            (
                "roleManagement/directory/roleAssignmentScheduleInstances"
                    + "?$filter=assignmentType%20eq%20'Assigned'", false, 2
            ),
            ("users?$filter=nonsense", false, nil),
        ] as [(String, Bool, Int?)])
    func `filters of the catalog choose what they say`(
        path: String, isEventual: Bool, count: Int?
    ) async throws {
        try await withTenant { client in
            let answer = try await client.get("/beta/\(path)", headers: isEventual ? eventual : [:])

            #expect(answer.status == (count == nil ? 400 : 200))
            #expect(answer.values.count == count ?? 0)
        }
    }

    @Test func `expanded members stop at twenty without a word`() async throws {
        try await withGenerated(GeneratedTenant(users: 300, groups: 30)) { client in
            let answer = try await client.get("/v1.0/groups?$expand=members&$select=id")

            let counts = answer.values.map { ($0["members"] as? [Any])?.count ?? -1 }
            #expect(counts.max() == 20)
            let links = answer.values.flatMap(\.keys).filter { $0.contains("members@") }
            #expect(links.isEmpty)
        }
    }

    @Test func `members are shown as what they are`() async throws {
        try await withTenant { client in
            let groups = try await client.get(
                "/v1.0/groups?$filter=displayName%20eq%20'SG-Everybody'")
            let id = try #require(groups.ids.first)
            let members = try await client.get(
                "/v1.0/groups/\(id)/members?$select=id,userPrincipalName,displayName")

            let types = Set(members.values.compactMap { $0["@odata.type"] as? String })
            #expect(types == ["#microsoft.graph.user", "#microsoft.graph.group"])
            #expect(members.ids.count == 12)
        }
    }

    @Test(arguments: [
        ("v1.0/groups/72703273-1130-4de0-ac6b-75f8397b71fd/members", 3, 4),
        ("v1.0/groups/72703273-1130-4de0-ac6b-75f8397b71fd/owners", 1, 2),
        ("v1.0/directoryRoles/884674b8-4565-4025-abe6-a77b30c8fe5c/members", 2, 3),
        ("v1.0/applications/06bd7aa1-0535-4d62-88df-93106ec8f45a/owners", 2, 2),
    ])
    func `some lists leave out service principals in v1.0 unless asked by an advanced query`(
        path: String, plain: Int, all: Int
    ) async throws {
        try await withTenant { client in
            let short = try await client.get("/\(path)?$count=true")
            let withoutCount = try await client.get("/\(path)", headers: eventual)
            let advanced = try await client.get("/\(path)?$count=true", headers: eventual)
            let beta = try await client.get("/beta\(path.dropFirst(4))")

            #expect(short.ids.count == plain)
            #expect(withoutCount.ids.count == plain)
            #expect(advanced.ids.count == all)
            #expect(beta.ids.sorted() == advanced.ids.sorted())
        }
    }

    @Test func `secrets are never shown and keys only to one who asks for them`() async throws {
        try await withTenant { client in
            let list = try await client.get("/v1.0/applications")
            let id = try #require(
                list.values.first { $0["displayName"] as? String == "Invoice Robot" }?["id"]
                    as? String)
            let one = try await client.get("/v1.0/applications/\(id)?$select=keyCredentials")

            #expect(!list.text.contains("not-a-real-secret"))
            #expect(list.text.contains("\"hint\":\"x7Q\""))
            #expect(list.text.contains("\"key\":null"))
            #expect(one.text.contains("MIIBoz"))
        }
    }

    @Test func `a singleton is no list and an unknown object is not found`() async throws {
        try await withTenant { client in
            let policy = try await client.get("/v1.0/policies/authorizationPolicy")
            let nobody = try await client.get("/v1.0/users/nobody@contoso.com")

            #expect(policy.json["id"] as? String == "authorizationPolicy")
            #expect(policy.json["value"] == nil)
            #expect(nobody.status == 404)
            #expect(nobody.errorCode == "Request_ResourceNotFound")
        }
    }

    @Test func `versions differ in their members`() async throws {
        try await withTenant { client in
            let path = "users?$top=1&$select=id,signInSessionsValidFromDateTime,"
            let v1 = try await client.get("/v1.0/\(path)refreshTokensValidFromDateTime")
            let beta = try await client.get("/beta/users?$top=1")

            #expect(v1.values[0]["signInSessionsValidFromDateTime"] is String)
            #expect(v1.values[0]["refreshTokensValidFromDateTime"] is NSNull)
            #expect(beta.values[0]["refreshTokensValidFromDateTime"] is String)
        }
    }

    @Test func `paths forgive case, doubled slashes and encoding`() async throws {
        try await withTenant { client in
            for path in [
                "/v1.0//users", "/v1.0/Users", "/v1.0/%75sers", "/beta/AdministrativeUnits",
            ] {
                let answer = try await client.get(path)

                #expect(answer.status == 200, "\(path)")
            }
        }
    }

    @Test func `roles come in one page whatever is asked for`() async throws {
        var settings = Settings()
        settings.pageSize = 1
        try await withTenant("contoso", settings) { client in
            let roles = try await client.get("/v1.0/directoryRoles")
            let users = try await client.get("/v1.0/users")

            #expect(roles.ids.count == 2)
            #expect(roles.nextLink == nil)
            #expect(users.ids.count == 1)
        }
    }

    @Test func `a hostile ID can be asked for and comes back as it is`() async throws {
        try await withTenant("hostile") { client in
            let list = try await client.get("/v1.0/groups?$top=999")
            #expect(list.ids.count == 80)
            for id in list.ids {
                let one = try await client.get("/v1.0/groups/\(Client.escaped(id))")
                let members = try await client.get("/v1.0/groups/\(Client.escaped(id))/members")

                let object = try JSON(parsing: Array(one.body))
                #expect(object["id"]?.decoded == Array(id.utf8), "\(id)")
                #expect(members.ids.count == 1, "\(id)")
            }
        }
    }

    @Test func `numbers and strings keep the spelling of the fixture`() async throws {
        try await withTenant("hostile") { client in
            let answer = try await client.get("/v1.0/groupSettings")

            #expect(answer.text.contains("[1.0,1E2,-0,0.1000000000000000055511151231257827,"))
            #expect(answer.text.contains(#""\u0041\/\u00e9 \ud83d\ude00""#))
            #expect(answer.text.contains(#""half \ud83d of a pair""#))
        }
    }

    @Test func `every type can be read, or is refused to applications`() async throws {
        try await withTenant { client in
            for type in ResourceType.all where !type.pattern.contains("{id}") {
                let version = type.versions.contains("v1.0") ? "v1.0" : "beta"
                let path = type.pattern.joined(separator: "/")
                let method = type.isAction ? "POST" : "GET"
                let answer = try await client.send(method, "/\(version)/\(path)")

                // A list that has to be filtered is refused for that; what writes is not granted.
                let isReadable = type.permissions.contains { $0.contains(".Read.") }
                let wanted = !isReadable ? 403 : type.filters.isEmpty ? 200 : 400
                let isUnset = type.shape == .singleton && answer.status == 404
                #expect(answer.status == wanted || isUnset, "\(path): \(answer.status)")
            }
        }
    }
}
