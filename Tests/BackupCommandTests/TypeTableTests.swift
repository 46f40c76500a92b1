import Foundation
import GraphCatalog
import Testing

@testable import BackupCommand

struct TypeTableTests {
    private static let reviewers = GraphResource(
        "longer/b/c", version: .beta, path: "c", folder: "C", groups: ["All"],
        permissions: Permissions("E.Read"))
    private static let child = GraphResource(
        "longer/b", path: "b", folder: "", groups: ["All"],
        permissions: Permissions(application: ["A.Read", "E.Read"], delegated: []),
        children: [reviewers])
    private static let parent = GraphResource(
        "longer", path: "x/longer", folder: "Longer", groups: ["All", "Config"],
        permissions: Permissions("B.Read"), children: [child])
    private static let person = GraphResource(
        "d", path: "d", folder: "D", groups: ["Config"],
        permissions: Permissions(application: [], delegated: ["D.Read"]))

    private let chosen = [
        SelectedResource(
            parent, children: [SelectedResource(child, children: [SelectedResource(reviewers)])]),
        SelectedResource(person),
    ]

    @Test func `each type has its place and needs, then come groups, gaps and the union`() {
        #expect(
            TypeTable(chosen).lines.joined(separator: "\n") == """
                TYPE        PERMISSION        PATH                         FOLDER              GROUPS
                longer      B.Read            v1.0/x/longer                Longer              All, Config
                longer/b    A.Read or E.Read  v1.0/x/longer/{id}/b         Longer/{id}         All
                longer/b/c  E.Read            beta/x/longer/{id}/b/{id}/c  Longer/{id}/{id}/C  All
                d           none              v1.0/d                       D                   Config

                Groups:
                  All     3 types
                  Config  2 types

                What the application cannot read:
                  d  Microsoft Graph has no permission for applications to read it

                Permissions the application needs for these types:
                  B.Read
                  E.Read

                Permissions the application needs to see who changed them:
                  AuditLog.Read.All
                """)
    }

    @Test func `a signed-in person has permissions and gaps of their own`() {
        let lines = TypeTable(chosen, for: .delegated).lines

        #expect(lines[2].contains("longer/b    none "))
        #expect(lines.contains("What a signed-in person cannot read:"))
        #expect(
            lines.contains(
                "  longer/b  Microsoft Graph has no permission for a signed-in person to read it"))
        #expect(
            lines.suffix(7) == [
                "Permissions a signed-in person needs for these types:", "  B.Read", "  D.Read",
                "  E.Read", "", "Permissions a signed-in person needs to see who changed them:",
                "  AuditLog.Read.All",
            ])
    }

    @Test func `what an application cannot read is told in the type's own words`() {
        let type = GraphResource(
            "f", path: "f", folder: "F", groups: ["All"], permissions: Permissions("F.Read"),
            appOnly: "Graph answers only people")

        let application = TypeTable([SelectedResource(type)])
        let person = TypeTable([SelectedResource(type)], for: .delegated)

        #expect(application.lines.contains("  f  Graph answers only people"))
        #expect(application.permissions.isEmpty)
        #expect(!person.lines.contains("What a signed-in person cannot read:"))
        #expect(person.permissions == ["F.Read"])
    }

    @Test func `one of several permissions is taken only if none of them is needed anyway`() {
        let both = GraphResource(
            "e", path: "e", folder: "E", groups: [],
            permissions: Permissions(application: ["Z.Read", "Y.Read"], delegated: []))

        let alone = TypeTable([SelectedResource(both), SelectedResource(both)])
        let together = TypeTable(
            [SelectedResource(both)]
                + ["Y.Read", "X.Read", "Y.Read"].map {
                    SelectedResource(
                        GraphResource(
                            $0, path: "p", folder: "F", groups: [], permissions: Permissions($0)))
                })

        #expect(alone.permissions == ["Z.Read"])
        #expect(together.permissions == ["X.Read", "Y.Read"])
    }

    @Test func `members that are not in the backup are listed with the reason`() throws {
        let type = GraphResource(
            "g", path: "g", folder: "G", groups: ["All"], permissions: Permissions("G.Read"),
            volatile: ["seen", "state.at"],
            leftOut: [
                LeftOutMembers(["old"], because: "Nobody wants it"),
                LeftOutMembers([], because: "It is elsewhere"),
            ],
            permitted: [PermittedMember("rare", needs: "R.Read", "S.Read")],
            reductions: [Reduction(where: "kind", is: "x", drops: ["many"])], secrets: ["key"])

        let table = TypeTable([SelectedResource(type), SelectedResource(Self.parent)])

        #expect(
            table.gapLines.joined(separator: "\n") == """

                What is not in the backup of an object, and why:
                  g  seen        It changes by itself, or says what another object says
                  g  state.at    It changes by itself, or says what another object says
                  g  key         Its text is a secret: it is withheld
                  g  many        Nobody here can change it where kind is x
                  g  old         Nobody wants it
                  g  all others  It is elsewhere
                  g  rare        It is read only with R.Read or S.Read
                """)
        #expect(TypeTable(chosen).gapLines.isEmpty)
        #expect(
            table.document.types[0].leftOut.map(\.members) == [
                ["seen", "state.at"], ["key"], ["many"], ["old"], ["all others"], ["rare"],
            ])
    }

    @Test func `the document has these members and no others`() async throws {
        let recorder = Recorder()

        await recorder.console().document(TypeTable(chosen).document)

        let data = Data(recorder.output.utf8)
        let document = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            document.keys.sorted()
                == ["auditPermissions", "groups", "permissions", "signIn", "types"])
        #expect(document["auditPermissions"] as? [String] == ["AuditLog.Read.All"])
        #expect(document["signIn"] as? String == "application")
        let types = try #require(document["types"] as? [[String: Any]])
        let members = [
            "folder", "groups", "leftOut", "name", "path", "permissions", "unreadable", "version",
        ]
        #expect(types.allSatisfy { $0.keys.sorted() == members })
        #expect(types.map { $0["name"] as? String } == ["longer", "longer/b", "longer/b/c", "d"])
        #expect(types[2]["path"] as? String == "x/longer/{id}/b/{id}/c")
        #expect(types[2]["version"] as? String == "beta")
        #expect(types[0]["unreadable"] is NSNull)
        #expect(types[3]["unreadable"] is String)
        #expect(
            types[1]["permissions"] as? [String: [String]]
                == ["application": ["A.Read", "E.Read"], "delegated": []])
        let groups = try #require(document["groups"] as? [[String: Any]])
        #expect(groups.map { $0["name"] as? String } == ["All", "Config"])
        #expect(groups[1]["types"] as? [String] == ["longer", "d"])
    }
}

/// `tenantkeep types`, as a user would run it.
struct TypesProgramTests {
    private func names(_ ending: Program.Ending) throws -> [String] {
        let types = try ending.document()["types"] as? [[String: Any]]
        return try #require(types).compactMap { $0["name"] as? String }
    }

    @Test func `without a word it lists all there are, children below their parents`() async throws
    {
        let ending = try await Program().run("types", "--json")

        #expect(try names(ending) == GraphResource.all.flatMap(\.family).map(\.name))
    }

    @Test func `type and exclude choose as in a backup`() async throws {
        let ending = try await Program().run(
            "types", "--json", "--type", "SKUs,users", "--type", "groups/owners,groups/members",
            "--exclude", "groups/members")

        #expect(try names(ending) == ["subscribedSkus", "users", "groups", "groups/owners"])
    }

    @Test func `environment and file choose, too, and words go before them`() async throws {
        let program = try Program()
        try program.write(
            "types: [users, groups/owners, groups/members]\nexclude: [groups/owners]\n",
            to: "tenantkeep.yaml")

        let configured = try await program.run("types", "--json")
        let fromEnvironment = try await program.run(
            "types", "--json", environment: ["TENANTKEEP_TYPE": "domains"])
        let words = try await program.run("types", "--json", "users", "--type", "domains")

        #expect(try names(configured) == ["users", "groups", "groups/members"])
        #expect(try names(fromEnvironment) == ["domains"])
        #expect(try names(words) == ["domains", "users"])
    }

    @Test func `the example of the help works as typed`() async throws {
        let program = try Program()
        let help = try await program.run("types", "--help").output
        let lines = help.split(separator: "\n").map(String.init)
        let example = try #require(lines.firstIndex(of: "Example:"))
        let words = lines[example + 1].split(separator: " ").map(String.init)

        let ending = try await program.run(Array(words.dropFirst()))

        #expect(words.first == "tenantkeep")
        #expect(ending.status == 0)
        #expect(ending.output.hasPrefix("TYPE "))
        #expect(lines.filter { $0 == "Example:" }.count == 1)
    }

    @Test func `what tells of Intune's types needs a permission of its own`() async throws {
        let ending = try await Program().run("types", "--json", "IntuneRoles", "IAM", "users")

        #expect(
            try ending.document()["auditPermissions"] as? [String]
                == ["AuditLog.Read.All", "DeviceManagementApps.Read.All"])
    }

    @Test func `an unknown word, or nothing left, ends with 2`() async throws {
        let unknown = try await Program().run("types", "--exclude", "usres")
        let nothing = try await Program().run("types", "users", "--exclude", "Users")

        #expect(unknown.status == 2)
        #expect(unknown.messages.contains("Did you mean users?"))
        #expect(nothing.status == 2)
        #expect(nothing.output.isEmpty)
    }
}
