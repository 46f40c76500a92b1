import Foundation
import TenantSimulator
import Testing

/// What is left out of a backup made by the program: secrets, and what a vendor changes by itself.
struct WithholdingTests {
    /// A tenant with the same secret in an object, in a child and in a type that one file holds.
    private static func tenant(in folder: URL) throws {
        let user = "c59acc2d-00d1-428d-a976-414c3714a2d9"
        let files = [
            "tenant.json": #"""
            {"id":"fbbfdecf-d3f9-46dd-ad49-44cfadec859b","domain":"contoso.onmicrosoft.com",
             "applications":[{"clientID":"09aa8c9b-76fc-41d5-a45f-6782a4809ff8",
              "secret":"simulated-secret","permissions":["Directory.Read.All"]}]}
            """#,
            "users.json": #"[{"id":"\#(user)","displayName":"\#(secret)"}]"#,
            "groups.json": #"""
            [{"id":"72703273-1130-4de0-ac6b-75f8397b71fd","displayName":"A",
              "description":"see \#(secret)","/owners":["\#(user)"]},
             {"id":"1a0e174e-f81e-4b7b-ab4b-23ebbe4443a7","displayName":"B",
              "description":"harmless","/owners":["\#(user)"]}]
            """#,
            "organization.json": #"""
            [{"id":"fbbfdecf-d3f9-46dd-ad49-44cfadec859b","displayName":"Contoso",
              "technicalNotificationMails":["\#(secret)","a@contoso.com"],"password":"hunter2"}]
            """#,
        ]
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
    }

    private static let secret = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"

    @Test func `the record counts what was withheld from objects, children and single files`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "tenantkeep-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.tenant(in: folder)
        try await withSimulatedTenant(.init(.folder(folder.path))) { tenant in
            let run = try EndToEnd(tenant)
            for _ in 0..<2 {
                let ending = try await run.backUp(
                    "users,groups,organization", arguments: ["--verbose"])

                #expect(ending.status == 0, "\(ending.messages)")
                // A user, a group, that user as owner of two groups, two texts of the organization.
                #expect(try ending.document()["withheld"] as? Int == 6)
                #expect(!(ending.messages + ending.output).contains("eyJ"))
            }
            let written = try run.git("--git-dir=tenant.git", "log", "--all", "-p", "--format=%B")
            #expect(!written.contains("eyJ") && !written.contains("hunter2"))
            #expect(written.contains("a@contoso.com") && written.contains("harmless"))
            try run.expectSound()
        }
    }

    @Test func `what a refusal says is not repeated if it looks like a secret`() async throws {
        try await endToEnd(GeneratedTenant(users: 3)) { run in
            run.tenant.inject(
                Fault(
                    .status(400, code: Self.secret, message: "Bearer \(Self.secret)"),
                    path: "users"))

            let ending = try await run.backUp("users", arguments: ["--verbose"])

            #expect(ending.status != 0)
            #expect((ending.messages + ending.output).contains("[secret withheld]"))
            #expect(!(ending.messages + ending.output).contains("eyJ"))
        }
    }

    @Test func `what Microsoft's own applications offer is left out, what others offer stays`()
        async throws
    {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Tenants/contoso").path
        try await withSimulatedTenant(.init(.folder(fixtures))) { tenant in
            let run = try EndToEnd(tenant)
            try await run.backUp("servicePrincipals")

            let paths = try run.git(
                "--git-dir=tenant.git", "ls-tree", "-r", "--name-only", "main", "ServicePrincipals")
            var owners: [String: [String: Any]] = [:]
            for path in paths.split(separator: "\n") where path.split(separator: "/").count == 3 {
                let text = try run.git("--git-dir=tenant.git", "show", "main:\(path)")
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
                owners[object["displayName"] as? String ?? ""] = object
            }
            let vendor = try #require(owners["Microsoft Graph"])
            let own = try #require(owners["HR Portal"])
            for name in [
                "appRoles", "oauth2PermissionScopes", "resourceSpecificApplicationPermissions",
            ] {
                #expect(vendor[name] == nil)
                #expect(own[name] != nil)
            }
            #expect(vendor["keyCredentials"] != nil && vendor["servicePrincipalNames"] != nil)
        }
    }
}
