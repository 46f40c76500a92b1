import Foundation
import TenantSimulator
import Testing

/// Types of the user's own, from the configuration file to the repository over HTTP.
struct CustomTypeProgramTests {
    private static let declaration = """
        customTypes:
          - name: ownClaims
            path: policies/claimsMappingPolicies
            folder: Own/Claims
            groups: [Mine]
            permissions: [Policy.Read.All]
            volatile: [definition]
          - name: ownTeams
            version: beta
            path: groups
            folder: Own/Teams
            permissions: [Group.Read.All]
            select: [id, displayName]
            filter: startswith(displayName,'SG-')
            headers: {Prefer: odata.maxpagesize=3}
            top: 3
            children:
              - {name: owners, path: owners, folder: Owners, select: [id]}
          - name: ownDefaults
            path: policies/identitySecurityDefaultsEnforcementPolicy
            answer: object
            folder: Own/Defaults.json
            permissions: [Policy.Read.All]

        """

    private func files(_ run: EndToEnd) throws -> [String] {
        try run.git("--git-dir=tenant.git", "ls-tree", "-r", "--name-only", "main")
            .split(separator: "\n").map(String.init)
    }

    @Test func `a type of the user's own is backed up like any other`() async throws {
        try await withContoso { run in
            try run.program.write(Self.declaration, to: "tenantkeep.yaml")

            let ending = try await run.backUp("mine,ownTeams,ownDefaults,domains")

            #expect(ending.status == 0, "\(ending.messages)")
            let types = try #require(try ending.document()["types"] as? [String: [String: Any]])
            #expect(
                types.keys.sorted() == [
                    "domains", "ownClaims", "ownDefaults", "ownTeams", "ownTeams/owners",
                ])
            #expect(types.values.allSatisfy { $0["outcome"] as? String == "complete" })
            let files = try files(run)
            let claims = "Own/Claims/a61808fe-40fe-48b3-a337-78bbc2ececca"
            #expect(files.contains("\(claims)/a61808fe-40fe-48b3-a337-78bbc2ececca.json"))
            #expect(files.contains("Own/Defaults.json"))
            #expect(files.contains { $0.hasPrefix("Own/Teams/") && $0.contains("/Owners/") })
            #expect(
                try run.git(
                    "--git-dir=tenant.git", "show",
                    "main:\(claims)/a61808fe-40fe-48b3-a337-78bbc2ececca.json")
                        == """
                        {
                          "deletedDateTime": null,
                          "displayName": "CRM claims",
                          "id": "a61808fe-40fe-48b3-a337-78bbc2ececca",
                          "isOrganizationDefault": false
                        }
                        """)
            let pages = run.tenant.requests.filter { $0.path == "/beta/groups" }
            let teams = try #require(types["ownTeams"]?["objects"] as? Int)
            #expect(teams > 3 && pages.count == (teams + 2) / 3)
            #expect(pages.allSatisfy { $0.query.contains("startswith(displayName,'SG-')") })
            #expect(pages.allSatisfy { $0.headers["prefer"]?.contains("maxpagesize") == true })
            try run.expectSound()
        }
    }

    @Test func `exclude takes groups, types and children of the user's own away`() async throws {
        try await withContoso { run in
            try run.program.write(Self.declaration, to: "tenantkeep.yaml")

            let ending = try await run.backUp(
                "mine,ownTeams,ownDefaults,domains",
                arguments: ["--exclude", "MINE", "--exclude", "ownTeams/owners,Domains"])

            #expect(ending.status == 0, "\(ending.messages)")
            let types = try #require(try ending.document()["types"] as? [String: Any])
            #expect(types.keys.sorted() == ["ownDefaults", "ownTeams"])
        }
    }

    @Test func `what a type once had stays when the file stops to declare it`() async throws {
        try await withContoso { run in
            try run.program.write(Self.declaration, to: "tenantkeep.yaml")
            try await run.backUp("mine,ownTeams,ownDefaults,domains")
            let before = try run.tree()
            try run.program.write("types: [domains]\n", to: "tenantkeep.yaml")

            let ending = try await run.backUp("domains")
            let gone = try await run.backUp("ownClaims")

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try run.tree() == before)
            #expect(gone.status == 2)
            #expect(gone.messages.contains("there is no type or group ownClaims"))
        }
    }

    @Test func `a dry run lists a single file of the user's own in its folder`() async throws {
        try await withContoso { run in
            try run.program.write(Self.declaration, to: "tenantkeep.yaml")

            let ending = try await run.program.run(
                ["backup", "--dry-run", "--type", "ownDefaults,mine"], environment: run.environment)

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(
                Set(ending.output.split(separator: "\n").map { $0.split(separator: "  ")[0] })
                    == ["A Own/Claims", "A Own"])
        }
    }

    @Test func `types lists them with what they need`() async throws {
        let program = try Program()
        try program.write(Self.declaration, to: "own.yaml")

        let ending = try await program.run(
            "types", "--config", "own.yaml", "--json", "--type", "ownTeams,ownClaims")

        let document = try ending.document()
        let types = try #require(document["types"] as? [[String: Any]])
        #expect(
            types.map { $0["name"] as? String } == ["ownClaims", "ownTeams", "ownTeams/owners"])
        #expect(types[2]["path"] as? String == "groups/{id}/owners")
        #expect(types[2]["folder"] as? String == "Own/Teams/{id}/Owners")
        #expect(document["permissions"] as? [String] == ["Group.Read.All", "Policy.Read.All"])
    }

    @Test func `a mistake ends every command with 2 and its line, before anything is read`()
        async throws
    {
        let program = try Program()
        try program.write(
            Self.declaration.replacing("version: beta", with: "verison: beta"),
            to: "tenantkeep.yaml")

        for command in ["backup", "types", "log"] {
            let ending = try await program.run(command)

            #expect(ending.status == 2)
            #expect(
                ending.messages == """
                    Error: Could not use tenantkeep.yaml, line 9: there is no key verison.
                    Hint: Did you mean version?

                    """)
        }
    }

    private static let walked = """
        customTypes:
          - name: ownAssignments
            service: azure
            apiVersion: 2022-04-01
            path: "{parent/}/providers/Microsoft.Authorization/roleAssignments"
            folder: Own/Rights
            lastParts: [properties.roleDefinitionId]
            placement:
              - {file: "{properties.scope:2}/{name}", where: properties.scope, is: subscriptions/**}
              - {file: "Above/{name}"}
            walks: [{name: subs, service: azure, apiVersion: 2022-12-01, path: subscriptions}]
            permissions: [Directory.Read.All]
          - name: ownOwners
            version: beta
            path: "groups/{parent}/owners"
            folder: Own/Owners
            placement: [{file: "{parent}/{id}"}]
            walks: [{name: ownGroups, version: v1.0, path: groups, select: [id], top: 999}]
            select: [id, displayName]
            permissions: [Directory.Read.All]

        """

    @Test func `a type of the user's own can walk lists, of Azure's too`() async throws {
        try await withContoso { run in
            try run.program.write(Self.walked, to: "tenantkeep.yaml")

            let ending = try await run.backUp("ownAssignments,ownOwners")
            let again = try await run.backUp("ownAssignments,ownOwners")

            #expect(ending.status == 0, "\(ending.messages)")
            let types = try #require(try ending.document()["types"] as? [String: [String: Any]])
            #expect(types["ownAssignments"]?["objects"] as? Int == 10)
            #expect(types["ownOwners"]?["objects"] as? Int == 7)
            let files = try files(run)
            #expect(
                files.contains("Own/Rights/Above/a0000000-0000-4000-8000-000000000001.json"))
            #expect(
                files.contains(
                    "Own/Owners/7c445d9e-5b3b-418b-a96c-743b6c26c8fb"
                        + "/71a1a70f-9392-4638-acf4-f61490687392.json"))
            #expect(try again.document()["tag"] as? String == nil && again.status == 0)
            try run.expectSound()
        }
    }

    // MARK: - Authors

    private static let audited = """
        customTypes:
          - name: ownCrews
            path: groups
            folder: Own/Crews
            permissions: [Group.Read.All]
            select: [id, displayName]
            auditNouns: [Crew]
            children:
              - name: hands
                path: members
                folder: Hands
                select: [id]
                evidence:
                  - added: [Enrol hand]
                    removed: [Dismiss hand]
                    clues: [{is: object}, {is: parent, in: [Crew.ID]}]
          - name: ownRights
            service: azure
            apiVersion: 2022-04-01
            path: "{parent/}/providers/Microsoft.Authorization/roleAssignments"
            folder: Own/Rights
            placement: [{file: "{name}"}]
            permissions: [Directory.Read.All]
            volatile: [properties.createdOn, properties.updatedOn]
            walks: [{name: scopes, service: azure, apiVersion: 2022-12-01, path: subscriptions}]
            audit:
              log: azure
              provider: Microsoft.Authorization
              activities: [roleAssignments/write, roleAssignments/delete]

        """

    private static let crew = "72703273-1130-4de0-ac6b-75f8397b71fd"
    private static let hand = "7550e341-f230-4fbb-ad82-395dabf7b692"

    private static func event(
        _ id: String, _ activity: String, by person: String, _ targets: String
    ) -> String {
        """
        {"id": "\(id)", "activityDisplayName": "\(activity)", "result": "success",
         "activityDateTime": "-2h",
         "loggedByService": "Core Directory", "operationType": "Update",
         "initiatedBy": {"app": null, "user": {"id": "\(person)", "displayName": "\(person)",
                                               "userPrincipalName": "\(person)@contoso.com"}},
         "targetResources": [\(targets)]}
        """
    }

    /// A hand is enrolled and, among words that the catalog does not know, another was for a while.
    private static let events = """
        {"actors": {"diego": {"user": "DiegoS@contoso.onmicrosoft.com"}},
         "changes": [
           {"at": "-2h", "add": "groups/\(crew)/members", "reference": "\(hand)",
            "events": [\(event("e1", "Enrol hand", by: "vera", hands(of: crew)))]},
           {"at": "-40s", "actor": "diego", "delete": "arm/roleAssignments/%2Fsubscriptions%2F\
        8e5f7c20-52b4-4d5e-b0aa-2f9c1d3e4a22%2Fproviders%2F\
        Microsoft.Authorization%2FroleAssignments%2Fa0000000-0000-4000-8000-000000000005"}],
         "events": [
           \(event("e2", "Enrol hand", by: "lee", hands(of: "other"))),
           \(event("e3", "Add crew", by: "lee", #"{"id": "gone", "type": "Crew"}"#)),
           \(event("e4", "Delete crew", by: "lee", #"{"id": "gone", "type": "Crew"}"#))]}
        """

    private static func hands(of crew: String) -> String {
        """
        {"id": "\(hand)", "type": "User", "modifiedProperties": [
          {"displayName": "Crew.ID", "oldValue": null, "newValue": "\\"\(crew)\\""}]}
        """
    }

    @Test func `logs tell of the user's own types in the words the user gives`() async throws {
        try await withContoso { run in
            try run.program.write(Self.audited, to: "tenantkeep.yaml")
            try await run.backUp("ownCrews,ownRights")
            try run.tenant.play(Scenario(parsing: Self.events))

            let ending = try await run.backUp(
                "ownCrews,ownRights", arguments: ["--audit-since", "3h"])

            #expect(ending.status == 0, "\(ending.messages)")
            for (author, file) in [
                ("vera", "Own/Crews/\(Self.crew)/Hands/\(Self.hand)"),
                ("Diego Siciliani", "Own/Rights/a0000000-0000-4000-8000-000000000005.json"),
            ] {
                let authors = try run.git(
                    "--git-dir=tenant.git", "log", "-1", "--format=%an", "--", file)
                #expect(authors == author, "\(file)")
            }
            let audit = try #require(try ending.document()["audit"] as? [String: Any])
            let undone = try #require(audit["undone"] as? [String])
            #expect(undone.map { $0.suffix(2) } == ["e3", "e4"])
        }
    }
}
