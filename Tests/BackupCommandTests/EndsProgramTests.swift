import Foundation
import TenantSimulator
import Testing

/// What goes with something else, or by itself: whose deed that was, as git shows it.
struct EndsProgramTests {
    private static let sandbox = "8e5f7c20-52b4-4d5e-b0aa-2f9c1d3e4a22"
    private static let people = """
        "adele": {"user": "AdeleV@contoso.onmicrosoft.com"},
        "megan": {"user": "MeganB@contoso.onmicrosoft.com"},
        "nobody": {"service": "Azure AD PIM"},
        "portal": {"app": "c0917cba-537b-4e2c-ac3b-e3f3ceda5a46"}
        """

    private func scenario(_ changes: String) throws -> Scenario {
        try Scenario(parsing: "{\"actors\": {\(Self.people)}, \"changes\": [\(changes)]}")
    }

    /// Backs up, plays the changes and backs up again.
    private func twice(
        _ types: String, _ changes: String,
        _ body: @Sendable (EndToEnd, Program.Ending) throws -> Void
    ) async throws {
        try await withContoso { run in
            let first = try await run.backUp(types)
            #expect(first.status == 0, "\(first.messages)")
            try run.tenant.play(scenario(changes))
            let second = try await run.backUp(
                types, arguments: ["--audit-since", "3h", "--accept-deletions"])
            #expect(second.status == 0, "\(second.messages)")
            try run.expectSound()
            try body(run, second)
        }
    }

    /// Authors with the files of each, of the last run.
    private func commits(_ run: EndToEnd) throws -> [String: [String]] {
        let tags = try run.git("tag", "--sort=creatordate").split(separator: "\n")
        let range = "\(try #require(tags.first))..main"
        var commits: [String: [String]] = [:]
        for author in try run.git("log", "--format=%an", range).split(separator: "\n") {
            commits[String(author)] = try run.git(
                "log", "--format=", "--name-only", "--author=^\(author) <", range
            ).split(separator: "\n").map(String.init)
        }
        return commits
    }

    private func trailers(_ run: EndToEnd, by author: String) throws -> String {
        let body = try run.git("log", "-1", "--format=%B", "--author=\(author)", "main")
        return try run.git("interpret-trailers", "--parse", input: body)
    }

    private func undone(_ ending: Program.Ending) throws -> [String] {
        let audit = try #require(try ending.document()["audit"] as? [String: Any])
        return try #require(audit["undone"] as? [String])
    }

    // MARK: - Azure

    private func end(of group: String) -> String {
        """
        {"at": "-118m", "actor": "megan",
         "delete": "arm/resourceGroups/%2Fsubscriptions%2F\(Self.sandbox)%2FresourceGroups%2F\(group)"}
        """
    }

    @Test func `rights and vaults go with their group of resources, by whoever deleted that`()
        async throws
    {
        try await twice("IAM,AccessPolicies,Users", end(of: "RG-Lab")) { (run, ending) throws in
            let commits = try commits(run)

            #expect(commits.keys.sorted() == ["Megan Bowen"])
            let files = commits["Megan Bowen"] ?? []
            #expect(files.contains { $0.hasPrefix("IAM/RoleAssignments/Subscriptions") })
            #expect(files.contains { $0.hasPrefix("AccessPolicies") })
            #expect(
                try trailers(run, by: "Megan").contains(
                    "Delete resource group; Megan Bowen; parent; "))
            #expect(try undone(ending) == [])
        }
    }

    @Test func `the end of a group in which nothing was that is backed up is of no interest`()
        async throws
    {
        try await twice("IAM", end(of: "rg-empty")) { (run, ending) throws in
            #expect(try commits(run).isEmpty)
            #expect(try undone(ending) == [])
        }
    }

    // MARK: - Eligibilities

    @Test
    func `an eligibility that was taken away has an author, and one that expired none but PIM`()
        async throws
    {
        let roles = "roleManagement/directory/roleEligibilitySchedules"
        let groups = "identityGovernance/privilegedAccess/group/eligibilitySchedules"
        let taken = "ddf1239d-7103-4ac6-9fde-9e8a2c43dd58"
        let expired = "a5161268-6073-40b1-84f0-137644d3bfd9"
        let ofGroup =
            "1a0e174e-f81e-4b7b-ab4b-23ebbe4443a7_owner_774f35bf-e7ee-47d2-8ea2-2695a6773b8a"
        try await twice(
            "PIMDirectoryRoles,PIMGroups,Users",
            """
            {"at": "-125m", "actor": "adele", "delete": "\(roles)/\(taken)"},
            {"at": "-126m", "actor": "nobody", "delete": "\(roles)/\(expired)"},
            {"at": "-127m", "actor": "megan", "delete": "\(groups)/\(ofGroup)"}
            """
        ) { (run, ending) throws in
            let commits = try commits(run)

            #expect(commits["Adele Vance"] == ["PIM/DirectoryRoles/\(taken).json"])
            #expect(commits["Azure AD PIM (SP)"] == ["PIM/DirectoryRoles/\(expired).json"])
            #expect(commits["Megan Bowen"] == ["PIM/Groups/\(ofGroup).json"])
            #expect(commits.count == 3)
            #expect(
                try trailers(run, by: "Megan").contains(
                    "Remove eligible member from role in PIM completed (permanent); Megan Bowen; "
                        + "parent; PIM_"))
            // Nor is what was asked for listed as undone.
            #expect(try undone(ending) == [])
        }
    }

    @Test func `who changed what a role takes is the author of its policy`() async throws {
        let policies = "policies/roleManagementPolicies"
        let admins =
            "DirectoryRole_fbbfdecf-d3f9-46dd-ad49-44cfadec859b_a14e5d48-e016-4aa4-bc23-5a861b12efa1"
        let owners =
            "Group_1a0e174e-f81e-4b7b-ab4b-23ebbe4443a7_0a0d59a0-0237-4846-bc50-4fefee6b5e61"
        try await twice(
            "PIMDirectoryRoles,PIMGroups,Users",
            """
            {"at": "-125m", "actor": "adele",
             "update": "\(policies)/\(admins)/rules/Expiration_EndUser_Assignment",
             "with": {"maximumDuration": "PT2H"}},
            {"at": "-126m", "actor": "megan", "update": "\(policies)/\(owners)",
             "with": {"description": "Owners"}}
            """
        ) { (run, _) throws in
            let commits = try commits(run)

            #expect(commits.keys.sorted() == ["Adele Vance", "Megan Bowen"])
            let policy = commits["Adele Vance"]?.first ?? ""
            #expect(policy.hasPrefix("PIM/DirectoryRoles/Policies/\(admins)_62e90394-"))
            #expect(commits["Megan Bowen"]?.first?.hasPrefix("PIM/Groups/Policies/") == true)
            #expect(commits.values.allSatisfy { $0.count == 1 })
        }
    }

    // MARK: - Intune

    @Test func `Intune's name for an application is joined to the directory's`() async throws {
        try await twice(
            "IntuneRoles,Users,ServicePrincipals",
            """
            {"at": "-121m", "actor": "portal", "with": {"jobTitle": "Baker"},
             "update": "users/7550e341-f230-4fbb-ad82-395dabf7b692"},
            {"at": "-124m", "actor": "portal", "delete":
             "roleManagement/deviceManagement/roleAssignments/8223052d-738b-4352-b153-e68aabb46954",
             "events": [
               {"id": "i-1", "displayName": "Delete RoleAssignment", "category": "Role",
                "activityOperationType": "Delete", "activityResult": "Success",
                "actor": {"auditActorType": "Application",
                          "applicationId": "B066B5E0-fc7a-4693-ae56-c65f5246cf15",
                          "applicationDisplayName": null, "userPrincipalName": null},
                "resources": [{"resourceId": "8223052d-738b-4352-b153-e68aabb46954",
                               "auditResourceType": "RoleAssignment", "modifiedProperties": []}]}]}
            """
        ) { (run, _) throws in
            let commits = try commits(run)

            #expect(commits.keys.sorted() == ["HR Portal (SP)"])
            #expect(commits["HR Portal (SP)"]?.count == 2)
            #expect(
                try trailers(run, by: "Portal").contains(
                    "Delete RoleAssignment; HR Portal (SP); object; i-1"))
            // One commit: they are one author.
            #expect(try run.git("log", "--format=%an", "main~1..main") == "HR Portal (SP)")
            #expect(try run.git("log", "-1", "--format=%an", "main~1") != "HR Portal (SP)")
        }
    }
}
