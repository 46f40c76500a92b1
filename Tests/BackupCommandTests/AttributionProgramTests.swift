import Foundation
import TenantSimulator
import Testing

/// A week in the tenant of the fixtures, and what git then shows of who did what.
struct AttributionProgramTests {
    private static let scenarios = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Scenarios").path

    /// Backs up before and after the week.
    private func week(
        _ arguments: [String] = [], changing: [String: String] = [:],
        _ body: @Sendable (EndToEnd, Program.Ending) throws -> Void
    ) async throws {
        try await withContoso { run in
            let first = try await run.backUp("All")
            #expect(first.status == 0 || first.status == 3)
            for name in ["first-week", "second-thoughts"] {
                try run.tenant.play(Scenario(file: "\(Self.scenarios)/\(name).json"))
            }
            let second = try await run.backUp(
                "All", arguments: ["--audit-since", "7d"] + arguments,
                changing: changing)
            #expect(second.status == first.status)
            try body(run, second)
        }
    }

    @Test func `git shows who did what in the first week`() async throws {
        try await week { run, ending in
            let git = run.git
            let tags = try git("tag", "--sort=creatordate").split(separator: "\n").map(String.init)
            let range = "\(tags[0])..main"

            let authors = try git("log", "--reverse", "--format=%an <%ae>", range)
            #expect(
                authors.split(separator: "\n").map(String.init) == [
                    "Diego Siciliani <DiegoS@contoso.onmicrosoft.com>",
                    "Invoice Robot (SP) <tenantkeep@localhost>",
                    "Megan Bowen <MeganB@contoso.onmicrosoft.com>",
                    "Nestor Wilke <NestorW@contoso.onmicrosoft.com>",
                    "unknown <tenantkeep@localhost>",
                ])
            for (author, path) in [
                ("Diego", "Users/b675d674-cf36-4bb7-a053-08da6d625cde"),
                ("Diego", "Users/7550e341-f230-4fbb-ad82-395dabf7b692"),
                ("Megan", "Applications/e3004c49-1323-428d-a809-c9f883fd1d73"),
                ("Nestor", "Policies/AuthorizationPolicy"),
                (
                    "Nestor",
                    "Identity/Conditional/AccessPolicies/43510f67-7d76-4a61-ab96-340498a230e0"
                ),
                ("Robot", "Groups/72703273-1130-4de0-ac6b-75f8397b71fd/Members"),
                ("unknown", "Users/4d6b95c7-3d23-4bab-aeb8-abaa61334e37"),
            ] {
                let commits = try git(
                    "log", "--format=%an", "--author=\(author)", range, "--", path)
                #expect(commits.contains(author) && !commits.contains("\n"), "\(path): \(commits)")
            }
            let counts = try git("shortlog", "-sne", range)
            #expect(counts.contains("1\tMegan Bowen <MeganB@contoso.onmicrosoft.com>"))
        }
    }

    @Test func `tag, trailers, notes and record tell of the first week`() async throws {
        try await week { run, ending in
            let git = run.git
            let record = try ending.document()
            let audit = try #require(record["audit"] as? [String: Any])
            #expect(audit["outcome"] as? String == "complete")
            #expect((audit["undone"] as? [String])?.count == 2)
            #expect(audit["requests"] as? Int == 1)

            let tag = try #require(record["tag"] as? String)
            let text = try git("tag", "-n99", "-l", tag)
            #expect(text.contains("Megan Bowen") && text.contains("Made and undone:"))
            #expect(text.contains("Delete group; Megan Bowen; SG-Temporary;"))

            let commit = try git("log", "-1", "--format=%H", "--author=Diego", "main")
            let trailers = try git(
                "interpret-trailers", "--parse",
                input: git("log", "-1", "--format=%B", commit) + "\n")
            #expect(trailers.contains("Delete user; Diego Siciliani; object; Directory_"))
            #expect(trailers.hasPrefix("Tenantkeep-Run: "))
            let note = try git("notes", "--ref=tenantkeep-audit", "show", commit)
            #expect(note.contains("\"activityDisplayName\": \"Delete user\""))
            try run.expectSound()
        }
    }

    @Test func `evidence can be left out, and a spent time limit leaves the authors out`()
        async throws
    {
        try await week(
            ["--no-evidence"],
            changing: [
                "PIPELINE_TIME_LIMIT": "60",
                "SYSTEM_PIPELINESTARTTIME": "2020-01-01 02:00:00+00:00",
            ]
        ) { run, ending in
            let audit = try #require(try ending.document()["audit"] as? [String: Any])
            #expect(audit["outcome"] as? String == "kept")
            #expect((audit["reason"] as? String)?.contains("time limit") == true)
            #expect(try run.git("log", "-1", "--format=%an", "main") == "unknown")
            #expect(try run.git("for-each-ref", "refs/notes") == "")
        }
    }

    private static let deletion = """
        {"actors": {"megan": {"user": "MeganB@contoso.onmicrosoft.com"}},
         "changes": [
           {"at": "-1s", "actor": "megan",
            "delete": "users/7550e341-f230-4fbb-ad82-395dabf7b692"}]}
        """

    @Test func `what a spent time limit left out is noted later, without a backup`() async throws {
        let spent = [
            "PIPELINE_TIME_LIMIT": "60",
            "SYSTEM_PIPELINESTARTTIME": "2020-01-01 02:00:00+00:00",
        ]
        try await withContoso { run in
            try await run.backUp("All")
            try run.tenant.play(Scenario(parsing: Self.deletion))
            try await run.backUp("All", changing: spent)
            #expect(try run.git("log", "-1", "--format=%an", "main") == "unknown")
            let before = try run.refs()

            let ending = try await run.backUp("All", arguments: ["--attribute-last"])
            let again = try await run.backUp("All", arguments: ["--attribute-last"])

            #expect(ending.status == 0 && again.status == 0)
            let audit = try #require(try ending.document()["audit"] as? [String: Any])
            let tip = try run.git("rev-parse", "main")
            #expect((audit["noted"] as? [String: Int])?.keys.contains(tip) == true)
            let note = try run.git("notes", "--ref=tenantkeep-audit", "show", "main")
            #expect(note.contains("\"activityDisplayName\": \"Delete user\""))
            let after = try run.refs()
            let moved = after.keys.filter { before[$0] != after[$0] }.sorted()
            #expect(moved == ["refs/notes/tenantkeep-audit", "refs/tenantkeep/runs"])
            #expect(again.messages.contains("has its authors") || again.messages.isEmpty)
            try run.expectSound()
        }
    }

    @Test func `looking for authors needs a backup, and a log that may be read`() async throws {
        try await withContoso { run in
            let none = try await run.backUp("All", arguments: ["--attribute-last"])
            #expect(none.status == 2)
            let repository = run.program.folder.appending(path: "tenant.git").path
            #expect(!FileManager.default.fileExists(atPath: repository))

            let both = try await run.backUp("All", arguments: ["--attribute-last", "--dry-run"])
            #expect(both.status == 2)
        }
    }
}
