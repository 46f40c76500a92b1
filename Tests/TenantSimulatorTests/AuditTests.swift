import Foundation
import Testing

@testable import TenantSimulator

struct AuditTests {
    private let path = "/v1.0/auditLogs/directoryAudits"

    private func firstWeek() throws -> Scenario {
        try Scenario(file: "\(fixtures)/Scenarios/first-week.json")
    }

    @Test func `the first week changes the tenant`() async throws {
        try await withTenant { client in
            let before = try await client.get("/v1.0/users?$select=id,displayName")
            try client.tenant.play(firstWeek())
            let after = try await client.get("/v1.0/users?$select=id,displayName")
            let apps = try await client.get("/v1.0/applications?$select=displayName")

            let gone = Set(before.ids).subtracting(after.ids)
            let come = Set(after.ids).subtracting(before.ids)
            #expect(gone.count == 1)
            #expect(come.count == 1)
            #expect(apps.text.contains("Customer Desk"))
            #expect(!apps.text.contains("Legacy CRM"))
        }
    }

    @Test func `the log tells who did what, newest first`() async throws {
        try await withTenant { client in
            try client.tenant.play(firstWeek())

            let events = try await client.get(path).values

            let activities = events.compactMap { $0["activityDisplayName"] as? String }
            #expect(
                activities
                    == [
                        "Update authorization policy", "Add member to role", "Update application",
                        "Remove member from group", "Add member to group", "Delete user",
                        "Update group", "Update policy", "Update conditional access policy",
                        "Add user",
                    ].reordered(like: activities))
            let times = events.compactMap { $0["activityDateTime"] as? String }
            #expect(times == times.sorted(by: >))
            #expect(times.allSatisfy { $0.hasSuffix(".0000000Z") })
        }
    }

    @Test func `a membership is named on both sides`() async throws {
        try await withTenant { client in
            try client.tenant.play(firstWeek())
            let filter = "?$filter=activityDisplayName%20eq%20'Add%20member%20to%20group'"

            let event = try #require(try await client.get(path + filter).values.first)

            let targets = try #require(event["targetResources"] as? [[String: Any]])
            let types = targets.compactMap { $0["type"] as? String }
            #expect(types == ["User", "Group"])
            let properties = try #require(targets[0]["modifiedProperties"] as? [[String: Any]])
            let group = properties.first { $0["displayName"] as? String == "Group.ObjectID" }
            let id = try #require(targets[1]["id"] as? String)
            #expect(group?["newValue"] as? String == "\"\(id)\"")
            let initiator = try #require(event["initiatedBy"] as? [String: Any])
            let app = try #require(initiator["app"] as? [String: Any])
            #expect(app["appId"] is NSNull)
            #expect(app["displayName"] as? String == "Invoice Robot")
            #expect(initiator["user"] is NSNull)
        }
    }

    @Test func `a conditional access change is logged by two services`() async throws {
        try await withTenant { client in
            try client.tenant.play(firstWeek())
            let policies = try await client.get("/beta/identity/conditionalAccess/policies")
            let id = try #require(
                policies.values.first {
                    $0["displayName"] as? String == "Block outside of Europe"
                }?[
                    "id"] as? String)

            let twins = try await client.get(
                path + "?$filter=targetResources/any(t:t/id%20eq%20'\(id)')"
            ).values

            #expect(
                Set(twins.compactMap { $0["loggedByService"] as? String })
                    == ["Conditional Access", "Core Directory"])
        }
    }

    @Test func `a role assignment names principal and role but not itself`() async throws {
        try await withTenant { client in
            try client.tenant.play(firstWeek())

            let answer = try await client.get(
                path + "?$filter=activityDisplayName%20eq%20'Add%20member%20to%20role'")

            #expect(answer.text.contains("Role.TemplateId"))
            #expect(answer.text.contains("62e90394-69f5-4237-9190-012177145e10"))
            #expect(!answer.text.contains("lAPpYvVpN0KRkAEhdxReEBuR_"))
        }
    }

    @Test func `the window, order and pages of the log`() async throws {
        try await withTenant { client in
            try client.tenant.play(firstWeek())
            let from = (start + -4.5 * 86_400).iso()
            let to = (start + -0.9 * 86_400).iso()
            let query =
                "?$filter=activityDateTime%20ge%20\(from)%20and%20activityDateTime%20le%20\(to)"

            let pages = try await client.pages(path + query + "&$orderby=activityDateTime&$top=2")
            let link = try await client.get(path + "?$top=1").nextLink
            let wrong = try await client.get(path + "?$filter=result%20eq%20'success'")

            #expect(pages.map(\.count) == [2, 2, 1])
            #expect(link?.wholeMatch(of: /.*skiptoken=[0-9a-f]{32}_1/) != nil)
            #expect(wrong.status == 400)
        }
    }

    @Test func `a late event appears when it is logged`() async throws {
        try await withTenant { client in
            let users = try await client.get("/v1.0/users?$top=1&$select=id")
            let scenario = """
                {"actors": {}, "changes": [{"at": "now", "logged": "10m",
                "update": "users/\(users.ids[0])", "with": {"jobTitle": "Baker"}}]}
                """
            try client.tenant.play(Scenario(parsing: scenario))

            let early = try await client.get(path)
            client.tenant.advanceClock(by: 601)
            let late = try await client.get(path)

            #expect(early.values.isEmpty)
            #expect(late.values.count == 1)
            let initiator = try #require(late.values[0]["initiatedBy"] as? [String: Any])
            #expect(initiator["user"] is NSNull)
            #expect(initiator["app"] is NSNull)
        }
    }

    @Test func `the log forgets after thirty days`() async throws {
        try await withTenant { client in
            try client.tenant.play(firstWeek())
            client.tenant.advanceClock(by: 28.5 * 86_400)
            let renewed = try await Client.signedIn(client.tenant)

            let events = try await renewed.get(path).values

            #expect(events.count == 3)
        }
    }

    @Test func `other parts of the service log under their own names and words`() async throws {
        try await withTenant { client in
            let scenario = try Scenario(
                parsing: """
                    {"actors": {}, "changes": [
                    {"at": "-2m", "create": "identityGovernance/entitlementManagement/accessPackages",
                    "object": {"id": "0a8f1d6e-0000-4000-8000-000000000001", "displayName": "Tools"}},
                    {"at": "-1m", "delete": "identityGovernance/entitlementManagement/accessPackages/\
                    0a8f1d6e-0000-4000-8000-000000000001"}]}
                    """)
            try client.tenant.play(scenario)

            let events = try await client.get(path).values

            let activities = events.compactMap { $0["activityDisplayName"] as? String }
            #expect(activities == ["Delete access package", "Create access package"])
            let services = Set(events.compactMap { $0["loggedByService"] as? String })
            #expect(services == ["Entitlement Management"])
        }
    }

    // MARK: - PIM

    private func play(_ client: Client, _ change: String) throws {
        try client.tenant.play(
            Scenario(
                parsing: """
                    {"actors": {"adele": {"user": "AdeleV@contoso.onmicrosoft.com"},
                                "nobody": {"service": "Azure AD PIM"}}, "changes": [\(change)]}
                    """))
    }

    @Test func `PIM and the directory tell of what is given, and PIM of who asked for it`()
        async throws
    {
        try await withTenant { client in
            try play(
                client,
                """
                {"at": "-1m", "actor": "adele",
                 "create": "roleManagement/directory/roleEligibilitySchedules",
                 "object": {"id": "e1", "principalId": "d74fd866-a8c6-4de9-a031-a16622623632",
                            "roleDefinitionId": "194ae4cb-b126-40b2-bd5b-6091b380977d"}}
                """)

            let events = try await client.get(path).values

            #expect(
                events.compactMap { $0["activityDisplayName"] as? String } == [
                    "Add eligible member to role in PIM completed (permanent)",
                    "Add eligible member to role in PIM requested (permanent)",
                    "Add eligible member to role",
                ])
            #expect(
                events.compactMap { $0["loggedByService"] as? String }
                    == ["PIM", "PIM", "Core Directory"])
            #expect(
                events.map { ($0["id"] as? String)?.hasPrefix("PIM_") } == [true, true, false])
            let initiators = events.compactMap { $0["initiatedBy"] as? [String: Any] }
            let people = initiators.map { ($0["user"] as? [String: Any])?["userPrincipalName"] }
            #expect(people[0] as? String == "AdeleV@contoso.onmicrosoft.com" && people[2] == nil)
            let service = initiators[2]["app"] as? [String: Any]
            #expect(service?["displayName"] as? String == "MS-PIM")
            let targets = try #require(events[0]["targetResources"] as? [[String: Any]])
            #expect(targets.count == 9)
            #expect(
                targets.prefix(4).compactMap { $0["type"] as? String }
                    == ["Role", "Request", "User", "Directory"])
            #expect(targets[0]["id"] as? String == "194ae4cb-b126-40b2-bd5b-6091b380977d")
        }
    }

    @Test func `what expires was asked for by nobody, and PIM's own name stands there`()
        async throws
    {
        try await withTenant { client in
            try play(
                client,
                """
                {"at": "-1m", "actor": "nobody", "delete":
                 "roleManagement/directory/roleEligibilitySchedules/a5161268-6073-40b1-84f0-137644d3bfd9"}
                """)

            let events = try await client.get(path).values

            #expect(
                events.compactMap { $0["activityDisplayName"] as? String } == [
                    "Remove eligible member from role in PIM completed (timebound)",
                    "Remove eligible member from role",
                ])
            let initiator = events[0]["initiatedBy"] as? [String: Any]
            let user = initiator?["user"] as? [String: Any]
            #expect(user?["displayName"] as? String == "Azure AD PIM")
            #expect(user?["userPrincipalName"] is NSNull)
        }
    }

    @Test func `a rule that changed is told by its role, or its group`() async throws {
        let policies = "policies/roleManagementPolicies"
        try await withTenant { client in
            try play(
                client,
                """
                {"at": "-2m", "actor": "adele", "with": {"maximumDuration": "PT1H"}, "update":
                 "\(policies)/DirectoryRole_fbbfdecf-d3f9-46dd-ad49-44cfadec859b_\
                a14e5d48-e016-4aa4-bc23-5a861b12efa1/rules/Expiration_EndUser_Assignment"},
                {"at": "-1m", "actor": "adele", "with": {"description": "x"}, "update":
                 "\(policies)/Group_1a0e174e-f81e-4b7b-ab4b-23ebbe4443a7_\
                f418da50-c498-4575-b911-5e6b72c48f75"}
                """)

            let events = try await client.get(path).values

            #expect(
                events.map { $0["category"] as? String } == ["GroupManagement", "RoleManagement"])
            let targets = events.compactMap { $0["targetResources"] as? [[String: Any]] }
            #expect(targets[0][0]["displayName"] as? String == "Member")
            #expect(
                targets[0].contains {
                    $0["id"] as? String == "1a0e174e-f81e-4b7b-ab4b-23ebbe4443a7"
                })
            #expect(targets[1][0]["id"] as? String == "62e90394-69f5-4237-9190-012177145e10")
        }
    }

    @Test func `a change that names nothing is refused`() async throws {
        try await withTenant { client in
            let scenario = try Scenario(parsing: #"{"changes": [{"delete": "users/nobody"}]}"#)

            #expect(throws: FixtureError.self) { try client.tenant.play(scenario) }
        }
    }
}

extension [String] {
    /// This list, if it holds what `other` holds; events of one moment may stand in any order.
    fileprivate func reordered(like other: [String]) -> [String] {
        sorted() == other.sorted() ? other : self
    }
}
