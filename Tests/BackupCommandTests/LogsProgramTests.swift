import Foundation
import TenantSimulator
import Testing

/// Who changed what the directory's log does not tell of: rights in Azure, and roles of Intune.
struct LogsProgramTests {
    private static let production = "1d0a4b52-3c1e-4f0a-9a6e-6a1f0c9b7e11"
    private static let sandbox = "8e5f7c20-52b4-4d5e-b0aa-2f9c1d3e4a22"
    private static let adele = "c59acc2d-00d1-428d-a976-414c3714a2d9"
    private static let new =
        "/subscriptions/\(production)/providers/Microsoft.Authorization/roleAssignments/"
        + "a1000000-0000-4000-8000-000000000001"
    private static let atGroup =
        "/providers/Microsoft.Management/managementGroups/contoso-landing/providers/"
        + "Microsoft.Authorization/roleAssignments/a0000000-0000-4000-8000-000000000003"
    private static let inLab =
        "/subscriptions/\(sandbox)/resourceGroups/rg-lab/providers/Microsoft.Authorization/"
        + "roleAssignments/a0000000-0000-4000-8000-000000000009"
    private static let role =
        "/providers/Microsoft.Authorization/roleDefinitions/5b1c6a70-9f4d-4c58-8b0f-6d0a3a5f7c01"
    private static let vault =
        "/subscriptions/\(sandbox)/resourceGroups/rg-lab/providers/Microsoft.KeyVault/vaults/"
        + "kv-contoso-lab"

    private func path(_ list: String, _ id: String) -> String {
        "\(list)/\(id.replacing("/", with: "%2F"))"
    }

    /// Adele gives a role, Diego changes an assignment, Megan a role, the robot a vault, and Nestor
    /// takes away what Diego's group had.
    private var changes: String {
        """
        {"actors": {"adele": {"user": "AdeleV@contoso.onmicrosoft.com"},
                    "diego": {"user": "DiegoS@contoso.onmicrosoft.com"},
                    "megan": {"user": "MeganB@contoso.onmicrosoft.com"},
                    "nestor": {"user": "NestorW@contoso.onmicrosoft.com"},
                    "robot": {"app": "233a2868-5cab-4538-a12d-6d0dd921eca8"}},
         "changes": [
           {"at": "-300s", "actor": "adele", "create": "arm/roleAssignments", "object":
             {"id": "\(Self.new)", "name": "a1000000-0000-4000-8000-000000000001",
              "type": "Microsoft.Authorization/roleAssignments", "properties":
               {"scope": "/subscriptions/\(Self.production)", "principalId": "p1",
                "roleDefinitionId": "\(Self.role)"}}},
           {"at": "-240s", "actor": "diego", "update": "\(path("arm/roleAssignments", Self.inLab))",
            "with": {"properties": {"description": "For the lab"}}},
           {"at": "-180s", "actor": "megan", "update": "\(path("arm/roleDefinitions", Self.role))",
            "with": {"properties": {"description": "Pays"}}},
           {"at": "-120s", "actor": "robot", "update": "\(path("arm/resources", Self.vault))",
            "with": {"tags": {"costCenter": "42"}}},
           {"at": "-60s", "actor": "nestor", "delete": "\(path("arm/roleAssignments", Self.atGroup))"}]}
        """
    }

    /// The changes are older than the backup before.
    private static let longAgo = ["--audit-since", "1h"]

    /// Backs up, plays the changes and backs up again.
    private func twice(
        _ types: String, _ scenario: String,
        before: @Sendable (EndToEnd) throws -> Void = { _ in },
        _ body: @Sendable (EndToEnd, Program.Ending) throws -> Void
    ) async throws {
        try await withContoso { run in
            let first = try await run.backUp(types)
            #expect(first.status == 0, "\(first.messages)")
            try run.tenant.play(Scenario(parsing: scenario))
            try before(run)
            run.tenant.forgetRequests()
            let second = try await run.backUp(types, arguments: Self.longAgo)
            #expect(second.status == 0, "\(second.messages)")
            try run.expectSound()
            try body(run, second)
        }
    }

    private func authors(_ run: EndToEnd) throws -> [String] {
        try run.git("log", "--reverse", "--format=%an <%ae>", "\(firstTag(run))..main")
            .split(separator: "\n").map(String.init)
    }

    private func firstTag(_ run: EndToEnd) throws -> String {
        let tags = try run.git("tag", "--sort=creatordate")
        return String(try #require(tags.split(separator: "\n").first))
    }

    private func trailers(_ run: EndToEnd, by author: String) throws -> [String] {
        let body = try run.git("log", "-1", "--format=%B", "--author=\(author)", "main")
        return try run.git("interpret-trailers", "--parse", input: body).split(separator: "\n")
            .map(String.init)
    }

    private func audit(_ ending: Program.Ending) throws -> [String: Any] {
        try #require(try ending.document()["audit"] as? [String: Any])
    }

    private func log(_ name: String, _ ending: Program.Ending) throws -> [String: Any] {
        let logs = try audit(ending)["logs"] as? [String: Any]
        return try #require(logs?[name] as? [String: Any])
    }

    // MARK: - Azure

    @Test func `git shows who changed rights in Azure`() async throws {
        try await twice("IAM,AccessPolicies,Users,ServicePrincipals", changes) {
            (run, ending) throws in
            #expect(
                try authors(run) == [
                    "Adele Vance <AdeleV@contoso.onmicrosoft.com>",
                    "Diego Siciliani <DiegoS@contoso.onmicrosoft.com>",
                    "Megan Bowen <MeganB@contoso.onmicrosoft.com>",
                    "Invoice Robot (SP) <tenantkeep@localhost>",
                    "Nestor Wilke <NestorW@contoso.onmicrosoft.com>",
                ])
            for (author, place) in [
                ("Adele", "IAM/RoleAssignments/Subscriptions/\(Self.production)"),
                ("Diego", "IAM/RoleAssignments/Subscriptions/\(Self.sandbox)/rg-lab"),
                ("Megan", "IAM/RoleDefinitions/CustomRole"), ("Robot", "AccessPolicies"),
                ("Nestor", "IAM/RoleAssignments/ManagementGroups/contoso-landing"),
            ] {
                #expect(
                    try run.git(
                        "log", "--format=%an", "--author=\(author)", "\(firstTag(run))..main", "--",
                        place
                    ).split(separator: "\n").count == 1, "\(author)")
            }
            let deletion = try trailers(run, by: "Nestor")
            #expect(
                deletion.last?.contains("Z Delete role assignment; Nestor Wilke; object; ") == true)
            let note = try run.git("notes", "--ref=tenantkeep-audit", "show", "main")
            #expect(note.contains("\"value\": \"Microsoft.Authorization/roleAssignments/delete\""))
            let log = try log("Azure", ending)
            #expect(log["outcome"] as? String == "complete")
            // The subscriptions, two providers at two subscriptions and the tenant, and what ends at
            // the subscriptions.
            #expect(log["requests"] as? Int == 9)
            #expect(try (audit(ending)["used"] as? [String])?.count == 5)
        }
    }

    @Test func `without the Activity Log an assignment's own record names who made it`()
        async throws
    {
        try await twice(
            "IAM,AccessPolicies,Users", changes,
            before: { run in
                for id in [Self.production, Self.sandbox] {
                    run.tenant.inject(
                        Fault(
                            .status(403),
                            path: "arm/subscriptions/\(id)/providers/Microsoft.Insights"))
                }
                run.tenant.inject(Fault(.status(403), path: "arm/providers/Microsoft.Insights"))
            }
        ) { (run, ending) throws in
            #expect(
                try authors(run) == [
                    "Adele Vance <AdeleV@contoso.onmicrosoft.com>",
                    "Diego Siciliani <DiegoS@contoso.onmicrosoft.com>",
                    "Megan Bowen <MeganB@contoso.onmicrosoft.com>",
                    "233a2868-5cab-4538-a12d-6d0dd921eca8 <tenantkeep@localhost>",
                    "unknown <tenantkeep@localhost>",
                ])
            let creation = try trailers(run, by: "Adele")
            #expect(
                creation.last?.hasSuffix(
                    "createdBy of the object itself; Adele Vance; object; \(Self.new)#createdBy")
                    == true)
            let note = try run.git("notes", "--ref=tenantkeep-audit", "show", "main~4")
            #expect(note.contains("\"createdBy\": \"\(Self.adele)\""))
            #expect(try log("Azure", ending)["outcome"] as? String == "skipped")
            #expect(ending.messages.contains("Could not read who made the changes in Azure"))
            #expect(ending.messages.contains("role Reader"))
            #expect(try (audit(ending)["used"] as? [String])?.isEmpty == true)
        }
    }

    @Test func `an ID nobody in the backup has stays one`() async throws {
        try await twice("IAM", changes) { (run, _) throws in
            // The log knows people by name, and an application by its ID alone.
            #expect(try authors(run).first == "Adele Vance <AdeleV@contoso.onmicrosoft.com>")
        }
    }

    @Test func `the Activity Log is read for chosen types only, with what it asks for`()
        async throws
    {
        try await withContoso { run in
            run.tenant.configure { $0.pageSize = 1 }
            try await run.backUp("Users")
            #expect(run.tenant.requests.allSatisfy { !$0.path.contains("subscriptions") })
            try run.tenant.play(Scenario(parsing: changes))

            let ending = try await run.backUp("AccessPolicies", arguments: Self.longAgo)

            let reads = run.tenant.requests.filter { $0.path.contains("Microsoft.Insights") }
            #expect(reads.count > 3)
            #expect(reads.allSatisfy { $0.status == 200 })
            #expect(
                reads.allSatisfy { read in
                    read.query.contains("eventTimestamp")
                        && ["Microsoft.KeyVault", "Microsoft.Resources"].contains {
                            read.query.contains($0)
                        }
                })
            #expect(
                try run.git("log", "-1", "--format=%an", "--author=233a2868", "main")
                    == "233a2868-5cab-4538-a12d-6d0dd921eca8 (SP)", "\(ending.messages)")
        }
    }

    @Test func `a role at one subscription shows what is its, and the rest is told quietly`()
        async throws
    {
        try await withContoso { run in
            run.tenant.grantAzure(["/subscriptions/\(Self.sandbox)"])
            try await run.backUp("IAM")
            try run.tenant.play(Scenario(parsing: changes))

            let ending = try await run.backUp("IAM", arguments: Self.longAgo)

            #expect(
                try run.git("log", "-1", "--format=%an", "--author=Diego", "main")
                    == "Diego Siciliani", "\(ending.messages)")
            let log = try log("Azure", ending)
            #expect(log["outcome"] as? String == "complete")
            #expect((log["reason"] as? String)?.contains("403") == true)
            #expect(!ending.messages.contains("who made the changes"))
        }
    }

    @Test func `a failing log keeps the marks of its own types, and no others`()
        async throws
    {
        try await twice(
            "IAM,Users", changes,
            before: { run in
                run.tenant.inject(Fault(.status(400), path: "arm/providers/Microsoft.Insights"))
            }
        ) { (run, ending) throws in
            #expect(try log("Azure", ending)["outcome"] as? String == "kept")
            #expect(try audit(ending)["outcome"] as? String == "complete")
            let marks = try #require(try audit(ending)["marks"] as? [String: String])
            #expect(try #require(marks["users"]) >= #require(marks["azureRoleAssignments"]))
            #expect(marks["users"] == (try ending.document()["start"] as? String))
        }
    }

    @Test(arguments: ["Azure", "Intune"])
    func `of an event that a log cannot send only the minute is lost`(name: String) async throws {
        let isAzure = name == "Azure"
        let fault = Fault(
            .unsendable(isAzure ? "a1000000-0000-4000-8000-000000000001" : Self.plant),
            path: isAzure
                ? "arm/subscriptions/\(Self.production)/providers/Microsoft.Insights"
                : "deviceManagement/auditEvents")
        try await twice(
            isAzure ? "IAM,Users" : "IntuneRoles,Users", isAzure ? changes : roles,
            before: { $0.tenant.inject(fault) }
        ) { (run, ending) throws in
            let log = try log(name, ending)
            #expect(log["outcome"] as? String == "complete")
            #expect((log["lost"] as? [String])?.count == 1)
            #expect(
                ending.messages.contains("Could not read a part of the log of \(name): "),
                "\(ending.messages)")
            let authors = try authors(run)
            #expect(!isAzure || authors.contains { $0.hasPrefix("Nestor") }, "\(authors)")
        }
    }

    // MARK: - Intune

    private static let plant = "a0bb4cd3-7802-493e-b741-42cadc1da05e"
    private let roles = """
        {"actors": {"lee": {"user": "LeeG@contoso.onmicrosoft.com"},
                    "portal": {"app": "c0917cba-537b-4e2c-ac3b-e3f3ceda5a46"}},
         "changes": [
           {"at": "-90s", "actor": "lee",
            "update": "roleManagement/deviceManagement/roleDefinitions/\(plant)",
            "with": {"description": "Tablets and scales"}},
           {"at": "-60s", "actor": "portal", "delete":
            "roleManagement/deviceManagement/roleAssignments/8223052d-738b-4352-b153-e68aabb46954"}]}
        """

    @Test func `git shows who changed Intune's roles`() async throws {
        try await twice("IntuneRoles,Users", roles) { (run, ending) throws in
            #expect(
                try authors(run) == [
                    "Lee Gu <LeeG@contoso.onmicrosoft.com>",
                    "HR Portal (SP) <tenantkeep@localhost>",
                ])
            #expect(
                try trailers(run, by: "Lee").last?.contains(
                    "Patch RoleDefinition; Lee Gu; exact; ") == true)
            #expect(
                try trailers(run, by: "HR Portal").last?.contains(
                    "Delete RoleAssignment; HR Portal (SP); object; ") == true)
            #expect(try log("Intune", ending)["requests"] as? Int == 1)
        }
    }

    @Test(arguments: [true, false])
    func `without a permission or a licence Intune's log is missed once, and the run goes on`(
        isLicensed: Bool
    ) async throws {
        try await twice(
            "IntuneRoles,Users", roles,
            before: { run in
                let lost = Fault(
                    .status(
                        isLicensed ? 403 : 400,
                        message: isLicensed ? nil : "Request not applicable to target tenant."),
                    path: "deviceManagement/auditEvents")
                run.tenant.inject(lost)
            }
        ) { (run, ending) throws in
            #expect(try authors(run) == ["unknown <tenantkeep@localhost>"])
            #expect(try log("Intune", ending)["outcome"] as? String == "skipped")
            let said = ending.messages.split(separator: "\n").filter { $0.contains("in Intune") }
            #expect(said.count == 1, "\(ending.messages)")
            #expect(ending.messages.contains("DeviceManagementApps.Read.All") == isLicensed)
            let reads = run.tenant.requests.filter { $0.path.contains("auditEvents") }
            #expect(reads.count == 1)
        }
    }

    @Test func `Intune's log is not read for others' types`() async throws {
        try await withContoso { run in
            let ending = try await run.backUp("Users,DirectoryRoles")

            #expect(ending.status == 0)
            #expect(run.tenant.requests.allSatisfy { !$0.path.contains("auditEvents") })
            #expect(try audit(ending)["logs"] == nil)
        }
    }
}
