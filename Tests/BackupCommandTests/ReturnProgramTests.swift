import Foundation
import TenantSimulator
import Testing

/// Objects that come back, are called differently, or join and leave others.
struct ReturnProgramTests {
    private static let actors = """
        "actors": {"megan": {"user": "71a1a70f-9392-4638-acf4-f61490687392"},
                   "nestor": {"user": "7ef98570-da1e-422a-a3b1-0515b4462863"},
                   "robot": {"app": "233a2868-5cab-4538-a12d-6d0dd921eca8"}}
        """
    private static let isaiah = "7550e341-f230-4fbb-ad82-395dabf7b692"
    private static let adele = "c59acc2d-00d1-428d-a976-414c3714a2d9"
    private static let team = "1a0e174e-f81e-4b7b-ab4b-23ebbe4443a7"

    /// The event by which the service tells that a deleted object is there again.
    private static let restoration = """
        {"id": "Directory_restored", "category": "UserManagement", "correlationId": "c",
         "result": "success", "resultReason": "", "activityDisplayName": "Restore user",
         "loggedByService": "Core Directory", "operationType": "Update",
         "initiatedBy": {"user": {"id": "7ef98570-da1e-422a-a3b1-0515b4462863",
           "displayName": null, "userPrincipalName": "NestorW@contoso.onmicrosoft.com"},
           "app": null},
         "targetResources": [{"id": "\(isaiah)", "type": "User", "displayName": null,
           "userPrincipalName": null, "modifiedProperties": []}],
         "additionalDetails": []}
        """

    private static func scenario(_ changes: String...) throws -> Scenario {
        try Scenario(parsing: "{\(actors), \"changes\": [\(changes.joined(separator: ","))]}")
    }

    private func authors(_ run: EndToEnd, of path: String) throws -> String {
        try run.git("log", "-1", "--format=%an", "main", "--", path)
    }

    @Test func `deleting, restoring, renaming, joining and leaving have their authors`()
        async throws
    {
        try await withContoso { run in
            let types = "Users,Groups"
            try await run.backUp(types)
            let user = "Users/\(Self.isaiah)/\(Self.isaiah).json"
            let object = try run.git("show", "main:\(user)")
            try run.tenant.play(
                Self.scenario(
                    #"{"at": "now", "actor": "megan", "delete": "users/\#(Self.isaiah)"}"#,
                    #"{"at": "now", "actor": "robot", "add": "groups/\#(Self.team)/members", "reference": "\#(Self.adele)"}"#
                ))

            try await run.backUp(types)

            let member = "Groups/\(Self.team)/Members/\(Self.adele)"
            #expect(try authors(run, of: user) == "Megan Bowen")
            #expect(try authors(run, of: member) == "Invoice Robot (SP)")

            try run.tenant.play(
                Self.scenario(
                    #"{"at": "now", "create": "users", "object": \#(object), "events": [\#(Self.restoration)]}"#,
                    #"{"at": "now", "actor": "megan", "update": "users/\#(Self.adele)", "with": {"displayName": "Adele Vance-Wilber"}}"#,
                    #"{"at": "now", "actor": "nestor", "remove": "groups/\#(Self.team)/members", "reference": "\#(Self.adele)"}"#
                ))

            let ending = try await run.backUp(types)

            #expect(ending.status == 0)
            #expect(try authors(run, of: user) == "Nestor Wilke")
            #expect(try authors(run, of: member) == "Nestor Wilke")
            #expect(try authors(run, of: "Users/\(Self.adele)") == "Megan Bowen")
            let kinds = try run.git("log", "--format=%B", "main").split(separator: "\n").filter {
                $0.hasPrefix("Audit-Event: ")
            }
            for words in [
                "Restore user; Nestor Wilke; object;", "Update user; Megan Bowen; exact;",
                "Remove member from group; Nestor Wilke; parent;",
                "Delete user; Megan Bowen; object;",
                "Add member to group; Invoice Robot (SP); parent;",
            ] {
                #expect(kinds.contains { $0.contains(words) }, "\(words)")
            }
            try run.expectSound()
        }
    }
}
