import Foundation
import Testing

@testable import TenantSimulator

/// The Activity Log of Azure and Intune's own log, as they are played.
struct ActivityLogTests {
    private static let production = "1d0a4b52-3c1e-4f0a-9a6e-6a1f0c9b7e11"
    private static let log =
        "providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01"
    private static let mine = "subscriptions/\(production)/\(log)"

    /// Somebody gets a role in a subscription and loses one at a management group.
    private static let scenario = """
        {"actors": {"adele": {"user": "c59acc2d-00d1-428d-a976-414c3714a2d9"},
                    "robot": {"app": "233a2868-5cab-4538-a12d-6d0dd921eca8"}},
         "changes": [
           {"at": "-3h", "actor": "adele", "create": "arm/roleAssignments", "object":
             {"id": "/subscriptions/\(production)/providers/Microsoft.Authorization/roleAssignments/\
        a1000000-0000-4000-8000-000000000001", "properties": {"scope": "/subscriptions/\(production)"}}},
           {"at": "-2h", "actor": "robot", "logged": "10m", "delete": "arm/roleAssignments/\
        %2Fproviders%2FMicrosoft.Management%2FmanagementGroups%2Fcontoso-landing%2Fproviders\
        %2FMicrosoft.Authorization%2FroleAssignments%2Fa0000000-0000-4000-8000-000000000003"},
           {"at": "-1h", "actor": "adele", "update": "roleManagement/deviceManagement/\
        roleDefinitions/a0bb4cd3-7802-493e-b741-42cadc1da05e", "with": {"description": "New"}}]}
        """

    private func withAzure(
        _ settings: Settings = Settings(), _ body: (Client) async throws -> Void
    ) async throws {
        try await withTenant("contoso", settings) { client in
            try client.tenant.play(Scenario(parsing: Self.scenario))
            var client = client
            client.token = try #require(
                try await client.signIn(["scope": "https://management.azure.com/.default"])
                    .json["access_token"] as? String)
            try await body(client)
        }
    }

    private func filter(_ hours: Double, _ rest: String = "") -> String {
        let text = "eventTimestamp ge '\((start + -3_600 * hours).iso())'\(rest)"
        return "&$filter=\(Client.escaped(text))"
    }

    private func get(_ path: String, _ client: Client) async throws -> Client.Answer {
        try await client.get("\(client.tenant.arm)/\(path)")
    }

    @Test func `an operation is logged when it starts and when it succeeds, with who asked`()
        async throws
    {
        try await withAzure { client in
            let answer = try await get(Self.mine + filter(4), client)

            let words = answer.values.map { ($0["status"] as? [String: String])?["value"] }
            #expect(Set(words) == ["Started", "Succeeded"])
            #expect(Set(answer.values.compactMap { $0["operationId"] as? String }).count == 1)
            #expect(
                answer.values.allSatisfy {
                    $0["caller"] as? String == "AdeleV@contoso.onmicrosoft.com"
                })
            #expect(answer.text.contains("\"name\":\"Adele Vance\""))
            #expect(answer.text.contains("Microsoft.Authorization/roleAssignments/write"))
        }
    }

    @Test func `what is above subscriptions is in the tenant's log, and comes late`() async throws {
        try await withAzure { client in
            let early = try await get(Self.log + filter(4), client)
            client.tenant.advanceClock(by: 60)
            let none = try await get(Self.log + filter(1.5), client)

            #expect(early.values.count == 2)
            #expect(early.values.allSatisfy { $0["subscriptionId"] == nil })
            #expect(
                early.values.allSatisfy {
                    $0["caller"] as? String == "233a2868-5cab-4538-a12d-6d0dd921eca8"
                })
            #expect(none.values.isEmpty)
        }
    }

    @Test func `a group of resources takes all that is in it with it, and only its end is logged`()
        async throws
    {
        try await withAzure { client in
            let all =
                "subscriptions/\(Self.production)/providers/Microsoft.Authorization/"
                + "roleAssignments?api-version=2022-04-01"
            let before = try await get(all, client).text
            try client.tenant.play(
                Scenario(
                    parsing: """
                        {"actors": {"adele": {"user": "AdeleV@contoso.onmicrosoft.com"}}, "changes": [
                          {"at": "-30m", "actor": "adele", "delete": "arm/resourceGroups/\
                        %2Fsubscriptions%2F\(Self.production)%2FresourceGroups%2Frg-payroll"}]}
                        """))
            let after = try await get(all, client).text
            let ends = try await get(
                Self.mine + filter(1, " and resourceProvider eq 'Microsoft.Resources'"), client)
            let others = try await get(
                Self.mine + filter(1, " and resourceProvider eq 'Microsoft.Authorization'"), client)

            #expect(before.contains("rg-payroll") && !after.contains("rg-payroll"))
            #expect(after.contains("a0000000-0000-4000-8000-000000000004"))
            #expect(ends.values.count == 2 && others.values.isEmpty)
            #expect(
                ends.text.contains("Microsoft.Resources/subscriptions/resourcegroups/delete"))
        }
    }

    @Test func `an assignment says who made it, and when`() async throws {
        try await withAzure { client in
            let answer = try await get(
                "subscriptions/\(Self.production)/providers/Microsoft.Authorization/roleAssignments"
                    + "?api-version=2022-04-01", client)

            let own = answer.values.first {
                ($0["id"] as? String ?? "").hasSuffix("a1000000-0000-4000-8000-000000000001")
            }
            let properties = try #require(own?["properties"] as? [String: Any])
            #expect(properties["createdBy"] as? String == "c59acc2d-00d1-428d-a976-414c3714a2d9")
            #expect(properties["updatedOn"] as? String == (start + -10_800).iso(fraction: 7))
        }
    }

    @Test func `one more condition and chosen fields are all the log takes`() async throws {
        try await withAzure { client in
            let to = " and eventTimestamp le '\(start.iso())'"
            let vaults = try await get(
                Self.mine + filter(4, to + " and resourceProvider eq 'Microsoft.KeyVault'"), client)
            let few = try await get(
                Self.mine + filter(4, to + " and resourceProvider eq 'Microsoft.Authorization'")
                    + "&$select=caller,eventDataId", client)

            #expect(vaults.status == 200 && vaults.values.isEmpty)
            #expect(few.values.count == 2)
            #expect(few.values.allSatisfy { Set($0.keys) == ["caller", "eventDataId"] })
        }
    }

    @Test(arguments: [
        "", "&$filter=", "&$filter=eventTimestamp%20le%20'2026-10-25T00:00:00Z'",
        "&$filter=eventTimestamp%20ge%20'never'", "&$filter=eventTimestamp%20ge%20'2026-01-01'",
        "&$filter=eventTimestamp%20ge%20'2026-10-20'%20and%20caller%20eq%20'me'",
        "&$filter=eventTimestamp%20ge%20'2026-10-20'%20and%20status%20ne%20'Started'",
        "&$filter=eventTimestamp%20ge%20'2026-10-20'%20and%20resourceUri%20eq%20'/a'%20and%20"
            + "resourceGroupName%20eq%20'b'",
        "&$filter=eventTimestamp%20ge%20'2026-10-25'%20and%20eventTimestamp%20le%20'2026-10-20'",
        "&$filter=eventTimestamp%20ge%20'2026-10-20'&$select=everything",
    ])
    func `without a start, or with what the grammar does not have, the log is refused`(
        query: String
    ) async throws {
        try await withAzure { client in
            let answer = try await get(Self.mine + query, client)

            #expect(answer.status == 400)
            #expect(answer.errorCode == "BadRequest")
        }
    }

    @Test func `the log needs its version, a token of Azure's and a role`() async throws {
        try await withAzure { client in
            let place = "subscriptions/\(Self.production)/providers/Microsoft.Insights/eventtypes"
            let version = try await get("\(place)/management/values?api-version=2022-04-01", client)
            let place2 = "providers/Microsoft.Management/managementGroups/contoso-landing"
            let group = try await get("\(place2)/\(Self.log)\(filter(1))", client)
            client.tenant.grantAzure(["/subscriptions/\(Self.production)"])
            let own = try await get(Self.mine + filter(4), client)
            let tenant = try await get(Self.log + filter(4), client)
            let none = try await get(
                "subscriptions/00000000-0000-4000-8000-000000000009/\(Self.log)\(filter(4))", client
            )
            let graph = try await get(
                Self.mine + filter(4), try await .signedIn(client.tenant))

            #expect(version.errorCode == "InvalidApiVersionParameter")
            #expect(group.status == 404)
            #expect(own.status == 200)
            #expect(tenant.errorCode == "AuthorizationFailed")
            #expect(none.errorCode == "SubscriptionNotFound")
            #expect(graph.errorCode == "InvalidAuthenticationTokenAudience")
        }
    }

    @Test func `pages of the log are linked, and charged to the subscription`() async throws {
        var settings = Settings()
        settings.pageSize = 1
        try await withAzure(settings) { client in
            let first = try await get(Self.mine + filter(4), client)
            let link = try #require(first.json["nextLink"] as? String)
            let second = try await client.get(link)

            #expect(first.values.count == 1 && second.values.count == 1)
            #expect(second.json["nextLink"] == nil)
            #expect(first.headers["x-ms-ratelimit-remaining-subscription-reads"] != nil)
        }
    }

    // MARK: - Intune

    private let intune = "/v1.0/deviceManagement/auditEvents"

    @Test func `Intune tells what of a role was changed, and the directory's log does not`()
        async throws
    {
        try await withTenant { client in
            try client.tenant.play(Scenario(parsing: Self.scenario))
            let from = Client.escaped("activityDateTime ge \((start + -7_200).iso())")
            let more = Client.escaped(" and activityOperationType ne 'Get'")

            let events = try await client.get("\(intune)?$filter=\(from)\(more)").values
            let others = try await client.get("/v1.0/auditLogs/directoryAudits").values

            let event = try #require(events.first)
            #expect(events.count == 1 && others.isEmpty)
            let actor = try #require(event["actor"] as? [String: Any])
            #expect(actor["auditActorType"] as? String == "ItPro")
            let resource = try #require((event["resources"] as? [[String: Any]])?.first)
            #expect(resource["resourceId"] as? String == "a0bb4cd3-7802-493e-b741-42cadc1da05e")
            let changed = try #require(resource["modifiedProperties"] as? [[String: Any]])
            #expect(changed.map { $0["displayName"] as? String } == ["Description"])
            #expect(changed[0]["newValue"] as? String == "New")
        }
    }

    @Test func `Intune's log needs a permission of its own, a licence and filters it knows`()
        async throws
    {
        try await withTenant { client in
            let wrong = try await client.get("\(intune)?$filter=displayName%20eq%20'x'")
            client.tenant.simulation.change { $0.tenant.hasIntune = false }
            let absent = try await client.get(intune)
            client.tenant.grant(["AuditLog.Read.All", "DeviceManagementRBAC.Read.All"])
            let denied = try await Client.signedIn(client.tenant).get(intune)

            #expect(wrong.status == 400)
            #expect(absent.status == 400 && absent.text.contains("not applicable"))
            #expect(denied.status == 403)
        }
    }
}
