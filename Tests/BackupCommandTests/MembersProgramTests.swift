import Foundation
import GraphCatalog
import Testing

@testable import TenantSimulator

/// What describes an object is in the backup, or the catalog says why it is not.
struct MembersProgramTests {
    private static let adele = "c59acc2d-00d1-428d-a976-414c3714a2d9"
    private static let finance = "72703273-1130-4de0-ac6b-75f8397b71fd"

    private func object(_ run: EndToEnd, _ path: String) throws -> [String: Any] {
        let text = try run.git("--git-dir=tenant.git", "cat-file", "blob", "main:\(path)")
        return try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test(arguments: [("users", "user"), ("groups", "group")])
    func `every property of the service is selected, or left out for a reason`(
        type: String, entity: String
    ) throws {
        let resource = try #require(GraphResource.all.first { $0.name == type })
        let known = try #require(Schema.properties(of: entity, in: resource.version.rawValue))

        let reasons = Set(resource.gaps.flatMap(\.names))
        #expect(known.subtracting(resource.select).subtracting(reasons) == [])
        #expect(Set(resource.select).subtracting(known) == [])
        #expect(resource.gaps.allSatisfy { !$0.reason.isEmpty && $0.reason.last != "." })
    }

    @Test func `users have what the service and applications add to them`() async throws {
        try await withContoso { run in
            let ending = try await run.backUp("users")

            #expect(ending.status == 0, "\(ending.messages)")
            let user = try object(run, "Users/\(Self.adele)/\(Self.adele).json")
            for name in [
                "cloudRealtimeCommunicationInfo", "deviceKeys", "externalUserConvertedOn",
                "identityParentId", "infoCatalogs", "isLicenseReconciliationNeeded",
                "onPremisesObjectIdentifier", "onPremisesSipInfo", "passwordProfile",
                "extension_b066b5e0fc7a4693ae56c65f5246cf15_costCenter",
                "extension_7955bc30d9f94c87bf233bb2583b6cfb_vault",
                "extension_0c8d1fa1e1144b6ab6d5a1a1e6b3a001_badge", "extkvbmkofy_training",
            ] {
                #expect(user[name] != nil && !(user[name] is NSNull), "\(name)")
            }
            let extensions = try #require(user["extensions"] as? [[String: Any]])
            #expect(
                extensions.compactMap { $0["id"] as? String } == [
                    "com.contoso.badge", "com.contoso.shift",
                ])
            for name in ["customSecurityAttributes", "employeeLeaveDateTime", "deletedDateTime"] {
                #expect(user[name] == nil, "\(name)")
            }
            let manager = user["manager"] as? [String: String]
            #expect(manager == ["id": "d74fd866-a8c6-4de9-a031-a16622623632"])
            #expect(
                user["sponsors"] as? [[String: String]] == [
                    ["id": "4d6b95c7-3d23-4bab-aeb8-abaa61334e37"],
                    ["id": "e4f3f5dc-1077-4502-a8b3-2a194782ea61"],
                ])
            #expect(user.keys.allSatisfy { $0 != "assignedPlans" && $0 != "signInActivity" })
        }
    }

    @Test func `groups have what the service and applications add to them`() async throws {
        try await withContoso { run in
            let ending = try await run.backUp("groups")

            #expect(ending.status == 0, "\(ending.messages)")
            let group = try object(run, "Groups/\(Self.finance)/\(Self.finance).json")
            for name in [
                "createdByAppId", "onPremisesObjectIdentifier", "writebackConfiguration",
                "extension_7955bc30d9f94c87bf233bb2583b6cfb_vault", "extkvbmkofy_training",
            ] {
                #expect(group[name] != nil && !(group[name] is NSNull), "\(name)")
            }
            #expect((group["extensions"] as? [Any])?.count == 1)
        }
    }

    @Test
    func `what needs another consent is read with it, named without it, and kept when it goes`()
        async throws
    {
        try await withContoso { run in
            let permissions = run.tenant.app.permissions
            let without = try await run.backUp("users", arguments: ["--verbose"])
            run.tenant.grant(
                permissions + [
                    "CustomSecAttributeAssignment.Read.All", "User-LifeCycleInfo.Read.All",
                ])
            let with = try await run.backUp("users")
            let user = try object(run, "Users/\(Self.adele)/\(Self.adele).json")
            run.tenant.grant(permissions)
            let after = try await run.backUp("users")

            #expect(without.status == 0)
            #expect(
                without.messages.contains(
                    "Did not read of users, for want of a permission or because the service does "
                        + "not have it: customSecurityAttributes, employeeLeaveDateTime."))
            #expect(with.status == 0, "\(with.messages)")
            #expect(user["employeeLeaveDateTime"] as? String == "2027-01-31T00:00:00Z")
            let attributes = user["customSecurityAttributes"] as? [String: [String: Any]]
            #expect(attributes?["Engineering"]?["Project"] as? [String] == ["Baker", "Cascade"])
            #expect(after.status == 3)
            #expect(after.messages.contains("cannot be read any more"))
            #expect(
                try object(run, "Users/\(Self.adele)/\(Self.adele).json")["employeeLeaveDateTime"]
                    != nil)
        }
    }

    @Test func `types says with verbose what is not in the backup and why`() async throws {
        let plain = try await Program().run("types", "users", "servicePrincipals")
        let verbose = try await Program().run("types", "users", "servicePrincipals", "--verbose")

        #expect(!plain.output.contains("signInActivity"))
        let lines = verbose.output.split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        for line in [
            "What is not in the backup of an object, and why:",
            "users signInActivity It changes by itself, or says what another object says",
            "users customSecurityAttributes It is read only with "
                + "CustomSecAttributeAssignment.Read.All",
            "servicePrincipals customSecurityAttributes It is read only with "
                + "CustomSecAttributeAssignment.Read.All",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }
}
