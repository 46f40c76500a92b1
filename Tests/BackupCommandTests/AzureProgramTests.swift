import Foundation
import TenantSimulator
import Testing

/// `tenantkeep backup` of what Azure Resource Manager holds.
struct AzureProgramTests {
    private static let types = "IAM,AccessPolicies,PIMResources"
    private static let production = "1d0a4b52-3c1e-4f0a-9a6e-6a1f0c9b7e11"
    private static let sandbox = "8e5f7c20-52b4-4d5e-b0aa-2f9c1d3e4a22"

    private func files(_ run: EndToEnd, in repository: String = "tenant.git") throws -> [String] {
        try run.git(
            "--git-dir=\(repository)", "ls-tree", "-r", "--name-only", "main", "IAM", "PIM",
            "AccessPolicies"
        ).split(separator: "\n").map(String.init)
    }

    private func type(_ name: String, _ ending: Program.Ending) throws -> [String: Any] {
        let types = try ending.document()["types"] as? [String: Any]
        return try #require(types?[name] as? [String: Any])
    }

    private func assignment(_ number: Int, scope: String) -> JSON {
        let id = "b0000000-0000-4000-8000-\(String(100_000_000_000 + number))"
        return [
            "id": JSON("\(scope)/providers/Microsoft.Authorization/roleAssignments/\(id)"),
            "name": JSON(id), "type": "Microsoft.Authorization/roleAssignments",
            "properties": [
                "scope": JSON(scope), "principalId": JSON(id), "principalType": "User",
                "roleDefinitionId": JSON(
                    "/providers/Microsoft.Authorization/roleDefinitions/"
                        + "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
            ],
        ]
    }

    private static let readers = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    private static let contributors = "b24988ac-6180-42a0-ab88-20f7382dd24c"
    private static let owners = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    private static let blobs = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
    private static let storage =
        "&subscriptions&\(production)&resourceGroups&rg-payroll&providers&Microsoft.Storage"
        + "&storageAccounts&stcontosopayroll"
    private static let requests =
        "&providers&Microsoft.Authorization&roleEligibilityScheduleRequests"

    /// Everything of the fixtures where EntraExporter has it.
    private static let expected = [
        "AccessPolicies/Subscriptions/\(production)/&subscriptions&\(production)&resourceGroups"
            + "&rg-payroll&providers&Microsoft.KeyVault&vaults&kv-contoso-payroll.json",
        "AccessPolicies/Subscriptions/\(sandbox)/&subscriptions&\(sandbox)&resourceGroups"
            + "&rg-lab&providers&Microsoft.KeyVault&vaults&kv-contoso-lab.json",
        "AccessPolicies/Subscriptions/\(production)/&subscriptions&\(production)&resourceGroups"
            + "&rg-payroll&providers&Microsoft.HealthcareApis&services&health-contoso.json",
        "IAM/RoleAssignments/ManagementGroups/contoso-landing"
            + "/72703273-1130-4de0-ac6b-75f8397b71fd&\(readers).json",
        "IAM/RoleAssignments/ManagementGroups/fbbfdecf-d3f9-46dd-ad49-44cfadec859b"
            + "/164978c3-8a8c-4ece-acb7-60a6fc7c9e83&\(readers).json",
        "IAM/RoleAssignments/Root/c59acc2d-00d1-428d-a976-414c3714a2d9&\(owners).json",
        "IAM/RoleAssignments/Subscriptions/\(production)"
            + "/e482a84c-27cf-45fa-a748-fc97e3630f82&\(contributors).json",
        "IAM/RoleAssignments/Subscriptions/\(production)/rg-payroll/\(storage)"
            + "&blobServices&default&containers&slips"
            + "/4d6b95c7-3d23-4bab-aeb8-abaa61334e37&\(blobs).json",
        "IAM/RoleAssignments/Subscriptions/\(production)/rg-payroll/\(storage)"
            + "/233a2868-5cab-4538-a12d-6d0dd921eca8&\(blobs).json",
        "IAM/RoleAssignments/Subscriptions/\(production)/rg-payroll"
            + "/233a2868-5cab-4538-a12d-6d0dd921eca8&5b1c6a70-9f4d-4c58-8b0f-6d0a3a5f7c01.json",
        "IAM/RoleAssignments/Subscriptions/\(sandbox)"
            + "/&subscriptions&\(sandbox)&providers&Microsoft.Insights&workbooks&lab-costs"
            + "/72703273-1130-4de0-ac6b-75f8397b71fd&\(readers).json",
        "IAM/RoleAssignments/Subscriptions/\(sandbox)"
            + "/e482a84c-27cf-45fa-a748-fc97e3630f82&\(contributors).json",
        "IAM/RoleAssignments/Subscriptions/\(sandbox)/rg-lab"
            + "/4d6b95c7-3d23-4bab-aeb8-abaa61334e37&\(owners).json",
        "IAM/RoleDefinitions/BuiltInRole/\(blobs).json",
        "IAM/RoleDefinitions/BuiltInRole/\(owners).json",
        "IAM/RoleDefinitions/BuiltInRole/\(readers).json",
        "IAM/RoleDefinitions/BuiltInRole/\(contributors).json",
        "IAM/RoleDefinitions/CustomRole/ManagementGroups/contoso-landing"
            + "/7d3e8c92-b16f-4e7a-ad21-8f2c5c719e03.json",
        "IAM/RoleDefinitions/CustomRole/Subscriptions/\(production)"
            + "/5b1c6a70-9f4d-4c58-8b0f-6d0a3a5f7c01.json",
        "IAM/RoleDefinitions/CustomRole/Subscriptions/\(production)"
            + "/6c2d7b81-a05e-4d69-9c10-7e1b4b608d02.json",
        "IAM/RoleDefinitions/CustomRole/Subscriptions/\(production)"
            + "/7d3e8c92-b16f-4e7a-ad21-8f2c5c719e03.json",
        "IAM/RoleDefinitions/CustomRole/Subscriptions/\(sandbox)"
            + "/5b1c6a70-9f4d-4c58-8b0f-6d0a3a5f7c01.json",
        "PIM/Resources/ManagementGroups/&providers&Microsoft.Management&managementGroups"
            + "&contoso-landing\(requests)&e1000000-0000-4000-8000-000000000001.json",
        "PIM/Resources/Policies/ManagementGroups/contoso-landing"
            + "/e2000000-0000-4000-8000-000000000001_\(contributors).json",
        "PIM/Resources/Policies/Subscriptions/\(production)"
            + "/e2000000-0000-4000-8000-000000000002_\(owners).json",
        "PIM/Resources/Policies/Subscriptions/\(production)/rg-payroll"
            + "/e2000000-0000-4000-8000-000000000003_\(contributors).json",
        "PIM/Resources/Subscriptions/&subscriptions&\(production)&resourceGroups&rg-payroll"
            + "\(requests)&e1000000-0000-4000-8000-000000000003.json",
        "PIM/Resources/Subscriptions/&subscriptions&\(production)"
            + "\(requests)&e1000000-0000-4000-8000-000000000002.json",
    ]

    private static let rights = expected.filter { $0.hasPrefix("IAM/") }

    @Test func `every right stands where EntraExporter has it`() async throws {
        try await withContoso { run in
            let ending = try await run.backUp(Self.types)

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try files(run).sorted() == Self.expected.sorted())
            try run.expectSound()
        }
    }

    @Test func `an assignment has its role's ID alone, who made it, and no times`() async throws {
        try await withContoso { run in
            try await run.backUp(Self.types)
            let path = try #require(Self.expected.first { $0.contains("/Root/") })

            let text = try run.git("--git-dir=tenant.git", "show", "main:\(path)")

            #expect(text.contains("\"roleDefinitionId\": \"\(Self.owners)\""))
            #expect(text.contains("\"updatedBy\""))
            #expect(!text.contains("createdOn") && !text.contains("updatedOn"))
        }
    }

    @Test func `a vault has its access policies`() async throws {
        try await withContoso { run in
            try await run.backUp(Self.types)
            let path = try #require(Self.expected.first { $0.contains("kv-contoso-payroll") })

            let text = try run.git("--git-dir=tenant.git", "show", "main:\(path)")

            #expect(text.contains("\"secrets\": [") && text.contains("\"list\","))
            #expect(!text.contains("lastModified") && !text.contains("withheld"))
        }
    }

    @Test func `order, pages and throttling do not matter`() async throws {
        try await withContoso { run in
            try await run.backUp(Self.types, repository: "calm.git")
            run.tenant.configure {
                $0.shuffleSeed = 5
                $0.pageSize = 2
            }
            run.tenant.inject(
                Fault(
                    .throttle(.fractional, seconds: 0.01), path: "arm", probability: 0.15, seed: 9))

            let ending = try await run.backUp(Self.types, repository: "rough.git")

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try run.tree(in: "calm.git") == run.tree(in: "rough.git"))
        }
    }

    @Test func `more than 1,000 assignments are all there`() async throws {
        try await withContoso { run in
            run.tenant.add(
                (0..<2500).map { assignment($0, scope: "/subscriptions/\(Self.sandbox)") },
                to: "arm/roleAssignments")

            let ending = try await run.backUp("IAM")

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try type("azureRoleAssignments", ending)["objects"] as? Int == 2510)
            #expect(try files(run).count == Self.rights.count + 2500)
        }
    }

    @Test func `assignments that would share a file both stay`() async throws {
        try await withContoso { run in
            let scope = "/subscriptions/\(Self.sandbox)/resourceGroups/"
            let one = assignment(1, scope: scope + "rg-lab")
            var other = assignment(2, scope: scope + "RG-LAB")
            other["properties"] = one["properties"]?.merged(with: ["scope": JSON(scope + "RG-LAB")])
            run.tenant.add([one, other], to: "arm/roleAssignments")

            let ending = try await run.backUp("IAM")
            let again = try await run.backUp("IAM")

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try type("azureRoleAssignments", ending)["objects"] as? Int == 12)
            #expect(try type("azureRoleAssignments", again)["created"] as? Int == 0)
            #expect(try files(run).count == Self.rights.count + 2)
        }
    }

    @Test func `without a role in Azure its types are skipped, and are missing if named`()
        async throws
    {
        try await withContoso { run in
            let calm = try await run.backUp("All", repository: "calm.git")
            run.tenant.grantAzure([])
            let all = try await run.backUp("All", repository: "all.git")
            let named = try await run.backUp("IAM,organization", repository: "named.git")

            let record = try type("azureRoleAssignments", all)
            #expect(record["outcome"] as? String == "skipped")
            #expect(record["reason"] != nil)
            #expect(all.status == calm.status, "\(all.messages)")
            #expect(!all.messages.contains("Could not read azure"))
            #expect(named.status == 3, "\(named.messages)")
            #expect(named.messages.contains("role Reader"))
        }
    }

    @Test func `a sign-in that Azure alone is refused does not stop Graph's part`() async throws {
        try await withContoso { run in
            let ending = try await run.backUp(
                "All", changing: ["TENANTKEEP_ARM_ENDPOINT": "https://arm.example"])

            #expect(try type("azureRoleAssignments", ending)["outcome"] as? String == "skipped")
            #expect(try type("users", ending)["outcome"] as? String == "complete")
            #expect(!ending.messages.contains("Could not read azure"))
        }
    }

    @Test(arguments: ["role", "groups", "vault"])
    func `what can no longer be read is kept`(lost: String) async throws {
        try await withContoso { run in
            try await run.backUp(Self.types)
            let before = try run.tree()
            switch lost {
            case "role": run.tenant.grantAzure([])
            case "groups":
                run.tenant.inject(Fault(.status(403), path: "arm/providers/Microsoft.Management"))
            default:
                run.tenant.inject(
                    Fault(
                        .status(403),
                        path: "arm/subscriptions/\(Self.sandbox)/resourceGroups/rg-lab/providers"))
            }

            let ending = try await run.backUp(Self.types)

            #expect(ending.status == 3, "\(ending.messages)")
            #expect(try run.tree() == before)
        }
    }

    @Test func `a subscription whose role was taken away is kept`() async throws {
        try await withContoso { run in
            run.tenant.grantAzure([
                "/subscriptions/\(Self.production)", "/subscriptions/\(Self.sandbox)",
            ])
            run.tenant.inject(Fault(.status(403), path: "arm/providers/Microsoft.Management"))
            try await run.backUp("IAM")
            let before = try run.tree()
            run.tenant.grantAzure(["/subscriptions/\(Self.production)"])

            let lost = try await run.backUp("IAM")

            #expect(lost.status == 3, "\(lost.messages)")
            #expect(try run.tree() == before)
            #expect(try type("azureRoleAssignments", lost)["outcome"] as? String == "kept")
        }
    }

    @Test func `rights of a listed subscription that are not found are kept`() async throws {
        try await withContoso { run in
            try await run.backUp("IAM")
            let before = try run.tree()
            run.tenant.inject(
                Fault(.status(404), path: "arm/subscriptions/\(Self.sandbox)/providers"))

            let ending = try await run.backUp("IAM")

            #expect(ending.status == 3, "\(ending.messages)")
            #expect(try run.tree() == before)
        }
    }

    @Test func `IDs in letters of another case are no change`() async throws {
        try await withContoso { run in
            try await run.backUp("IAM")
            let before = try run.tree()
            run.tenant.inject(Fault(.lowerCaseIDs, path: "arm"))

            let ending = try await run.backUp("IAM")

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try run.tree() == before)
        }
    }

    @Test func `what is gone in Azure is gone in the backup`() async throws {
        try await withContoso { run in
            run.tenant.add(
                [assignment(1, scope: "/subscriptions/\(Self.sandbox)")],
                to: "arm/roleAssignments")
            try await run.backUp("IAM")
            run.tenant.remove(
                "/subscriptions/\(Self.sandbox)/providers/Microsoft.Authorization/roleAssignments/"
                    + "b0000000-0000-4000-8000-100000000001", from: "arm/roleAssignments")

            let ending = try await run.backUp("IAM")

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try type("azureRoleAssignments", ending)["deleted"] as? Int == 1)
            #expect(try files(run).count == Self.rights.count)
        }
    }

    @Test func `what has access policies and is no vault has them in the rows it comes in`()
        async throws
    {
        try await withContoso { run in
            try await run.backUp("AccessPolicies")
            let path = try #require(Self.expected.first { $0.contains("health-contoso") })
            let text = try run.git("--git-dir=tenant.git", "show", "main:\(path)")
            run.tenant.remove(
                "/subscriptions/\(Self.production)/resourceGroups/rg-payroll/providers"
                    + "/Microsoft.HealthcareApis/services/health-contoso", from: "arm/resources")

            let ending = try await run.backUp("AccessPolicies")

            #expect(text.contains("\"objectId\": \"233a2868") && text.contains("4712"))
            #expect(!text.contains("provisioningState"))
            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try type("azureAccessPolicies", ending)["deleted"] as? Int == 1)
        }
    }

    @Test func `rows that are refused keep all access policies`() async throws {
        try await withContoso { run in
            try await run.backUp("AccessPolicies,organization")
            let before = try run.tree()
            run.tenant.inject(
                Fault(.status(403), path: "arm/providers/Microsoft.ResourceGraph", skip: 1))

            let ending = try await run.backUp("AccessPolicies,organization")

            #expect(ending.status == 3, "\(ending.messages)")
            #expect(try run.tree() == before)
        }
    }

    @Test func `a role that can be assigned in one subscription fewer goes there only`()
        async throws
    {
        let role = "5b1c6a70-9f4d-4c58-8b0f-6d0a3a5f7c01"
        try await withContoso { run in
            try await run.backUp("IAM")
            let id = "/providers/Microsoft.Authorization/roleDefinitions/\(role)"
            run.tenant.remove(id, from: "arm/roleDefinitions")
            run.tenant.add(
                [
                    [
                        "id": JSON(id), "name": JSON(role),
                        "type": "Microsoft.Authorization/roleDefinitions",
                        "properties": [
                            "roleName": "Payroll reader", "type": "CustomRole",
                            "assignableScopes": .array([JSON("/subscriptions/\(Self.production)")]),
                        ],
                    ]
                ], to: "arm/roleDefinitions")

            let ending = try await run.backUp("IAM")

            #expect(ending.status == 0, "\(ending.messages)")
            let record = try type("azureRoleDefinitions", ending)
            #expect(record["deleted"] as? Int == 1 && record["updated"] as? Int == 1)
            let left = try files(run).filter { $0.contains(role) && $0.contains("CustomRole") }
            #expect(
                left == [
                    "IAM/RoleDefinitions/CustomRole/Subscriptions/\(Self.production)/\(role).json"
                ])
        }
    }

    @Test func `management groups that may never be read are left out, and said to be`()
        async throws
    {
        try await withContoso { run in
            run.tenant.inject(Fault(.status(403), path: "arm/providers/Microsoft.Management"))
            run.tenant.add(
                [assignment(1, scope: "/subscriptions/\(Self.sandbox)")],
                to: "arm/roleAssignments")

            let first = try await run.backUp(Self.types)
            run.tenant.remove(
                "/subscriptions/\(Self.sandbox)/providers/Microsoft.Authorization/roleAssignments/"
                    + "b0000000-0000-4000-8000-100000000001", from: "arm/roleAssignments")
            let second = try await run.backUp(Self.types)

            #expect(first.status == 0 && second.status == 0, "\(second.messages)")
            #expect(second.messages.contains("In azureRolePolicies something is left out"))
            let record = try type("azureRoleAssignments", second)
            #expect(record["without"] as? [String] == ["azureManagementGroups"])
            #expect(record["deleted"] as? Int == 1)
            let files = try files(run)
            #expect(files.contains { $0.hasPrefix("IAM/RoleAssignments/Subscriptions/") })
            #expect(!files.contains { $0.hasPrefix("IAM/RoleDefinitions/CustomRole/Management") })
        }
    }
}
