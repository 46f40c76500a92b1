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
           {"at": "now", "actor": "megan",
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

    @Test func `of an event that the log cannot send only the minute is lost, and it is said`()
        async throws
    {
        let (lost, other) = (
            "4d6b95c7-3d23-4bab-aeb8-abaa61334e37", "d74fd866-a8c6-4de9-a031-a16622623632"
        )
        let scenario = """
            {"actors": {"megan": {"user": "MeganB@contoso.onmicrosoft.com"},
                        "lee": {"user": "LeeG@contoso.onmicrosoft.com"}},
             "changes": [
               {"at": "-3h", "actor": "megan", "update": "users/\(other)", "with": {"city": "Y"}},
               {"at": "-5m", "actor": "lee", "update": "users/\(lost)", "with": {"city": "X"}}]}
            """
        try await withContoso { run in
            try await run.backUp("Users")
            try run.tenant.play(Scenario(parsing: scenario))
            run.tenant.inject(Fault(.unsendable(lost), path: "auditLogs/directoryAudits"))

            let ending = try await run.backUp("Users", arguments: ["--audit-since", "1d"])

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(
                ending.messages.contains(
                    "Warning: Could not read a part of the audit log: The log does not send what "
                        + "was logged from "), "\(ending.messages)")
            let audit = try #require(try ending.document()["audit"] as? [String: Any])
            #expect((audit["lost"] as? [String])?.count == 1)
            #expect(audit["outcome"] as? String == "complete")
            let authors = try run.git("log", "-2", "--format=%an", "main").split(separator: "\n")
            #expect(Set(authors) == ["Megan Bowen", "unknown"])
        }
    }

    // MARK: - A search that does not end

    private static let titles: String = {
        let users = [
            "4d6b95c7-3d23-4bab-aeb8-abaa61334e37",
            "d74fd866-a8c6-4de9-a031-a16622623632",
            "e4f3f5dc-1077-4502-a8b3-2a194782ea61",
            "1683cb7d-690c-46d0-aa07-6d7d2eb9bdcf",
            "7550e341-f230-4fbb-ad82-395dabf7b692",
            "6d3f993b-818c-4079-a737-e64ef54e7720",
        ]
        let changes = users.enumerated().map { number, user in
            """
            {"at": "now", "actor": "\(number % 2 == 0 ? "megan" : "lee")",
             "update": "users/\(user)", "with": {"jobTitle": "Title \(number)"}}
            """
        }
        return """
            {"actors": {"megan": {"user": "MeganB@contoso.onmicrosoft.com"},
                        "lee": {"user": "LeeG@contoso.onmicrosoft.com"}},
             "changes": [\(changes.joined(separator: ","))]}
            """
    }()

    private static let spent = [
        "PIPELINE_TIME_LIMIT": "60", "SYSTEM_PIPELINESTARTTIME": "2020-01-01 02:00:00+00:00",
    ]

    /// A repository whose second run found no authors.
    private func withoutAuthors(
        _ types: String, _ scenario: String, _ body: @Sendable (EndToEnd) async throws -> Void
    ) async throws {
        try await withContoso { run in
            try await run.backUp(types)
            try run.tenant.play(Scenario(parsing: scenario))
            try await run.backUp(types, changing: Self.spent)
            #expect(try run.git("log", "-1", "--format=%an", "main") == "unknown")
            try await body(run)
        }
    }

    private func noted(_ ending: Program.Ending) throws -> Int {
        let audit = try #require(try ending.document()["audit"] as? [String: Any])
        return (audit["noted"] as? [String: Int] ?? [:]).values.reduce(0, +)
    }

    /// No more than three pages are asked for and not yet used.
    @Test func `a log that breaks off is status 3, and what it told is noted`() async throws {
        try await withoutAuthors("Users", Self.titles) { run in
            run.tenant.configure { $0.pageSize = 1 }
            run.tenant.inject(Fault(.status(400), path: "auditLogs/directoryAudits", skip: 4))

            let broken = try await run.backUp("Users", arguments: ["--attribute-last"])
            run.tenant.removeFaults()
            let whole = try await run.backUp("Users", arguments: ["--attribute-last"])

            #expect(broken.status == 3)
            #expect(broken.messages.contains("Could not read who made the changes"))
            #expect(try broken.document()["exitStatus"] as? Int == 3)
            let count = try noted(broken)
            #expect((2...4).contains(count))
            #expect(whole.status == 0, "\(whole.messages)")
            #expect(try noted(whole) == 6 - count)
            let note = try run.git("notes", "--ref=tenantkeep-audit", "show", "main")
            #expect(note.split(separator: "activityDisplayName").count == 7)
            try run.expectSound()
        }
    }

    @Test func `time that runs out is status 3 or 1, and a refusal 6`() async throws {
        try await withoutAuthors("Users", Self.titles) { run in
            let before = try run.refs()

            let late = try await run.backUp(
                "Users", arguments: ["--attribute-last"], changing: Self.spent)
            run.tenant.inject(Fault(.status(403), path: "auditLogs/directoryAudits"))
            let refused = try await run.backUp("Users", arguments: ["--attribute-last"])

            #expect(late.status == 1, "\(late.messages)")
            #expect(late.messages.contains("time limit"))
            #expect(refused.status == 6)
            #expect(refused.messages.contains("AuditLog.Read.All"))
            #expect(try run.refs() == before)
        }
    }

    /// Azure writes of the end of what it did, most of a second later.
    private static let right = """
        {"actors": {"diego": {"user": "DiegoS@contoso.onmicrosoft.com"}},
         "changes": [
           {"at": "-1s", "actor": "diego", "delete": "arm/roleAssignments/%2Fsubscriptions%2F\
        8e5f7c20-52b4-4d5e-b0aa-2f9c1d3e4a22%2FresourceGroups%2Frg-lab%2Fproviders%2F\
        Microsoft.Authorization%2FroleAssignments%2Fa0000000-0000-4000-8000-000000000009"}]}
        """

    @Test func `another log that fails is status 3, and its types have no marks from it`()
        async throws
    {
        try await withoutAuthors("IAM,Users", Self.right) { run in
            let broken = Fault(
                .status(400),
                path: "arm/subscriptions/8e5f7c20-52b4-4d5e-b0aa-2f9c1d3e4a22/providers/"
                    + "Microsoft.Insights")
            run.tenant.inject(broken)

            let ending = try await run.backUp("IAM,Users", arguments: ["--attribute-last"])
            let audit = try #require(try ending.document()["audit"] as? [String: Any])
            run.tenant.removeFaults()
            let again = try await run.backUp("IAM,Users", arguments: ["--attribute-last"])

            #expect(ending.status == 3, "\(ending.messages)")
            #expect(ending.messages.contains("Could not read who made the changes in Azure"))
            #expect(audit["outcome"] as? String == "complete")
            #expect(again.status == 0, "\(again.messages)")
            #expect(try noted(again) == 1)
            let note = try run.git("notes", "--ref=tenantkeep-audit", "show", "main")
            #expect(note.contains("DiegoS@contoso.onmicrosoft.com"))
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
