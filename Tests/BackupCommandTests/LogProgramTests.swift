import Foundation
import Testing

/// `tenantkeep log` on a repository that git has written.
struct LogProgramTests {
    private let program: Program
    private let git: Git

    init() throws {
        program = try Program()
        git = Git(folder: program.folder)
        try git("init", "--quiet", "--bare", "tenant.git")
    }

    /// Commits nothing new to the branch; returns the commit's ID.
    private func commit(_ subject: String, by author: String, onto parent: String?) throws -> String
    {
        let tree = try git("mktree")
        let id = try git(
            ["commit-tree", tree, "-m", subject] + (parent.map { ["-p", $0] } ?? []),
            environment: ["GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": "a@contoso.example"])
        try git("update-ref", "refs/heads/main", id)
        return id
    }

    /// Appends a run to the chain of records, with the members that differ from run to run.
    private func record(_ start: String, _ branch: String) throws {
        let record = """
            {"schema": 1, "start": "\(start)", "end": "\(start)", "tenant": "t", "version": "0.1.0",
             "types": {"users": {"outcome": "complete", "objects": 7, "created": 1}},
             "audit": {"outcome": "skipped", "requests": 0, "used": [], "undone": []},
             "withheld": 0, "branch": {"name": "refs/heads/main", \(branch)}}
            """
        let blob = try git("hash-object", "-w", "--stdin", input: record)
        let tree = try git("mktree", input: "100644 blob \(blob)\trun.json\n")
        let last = try? git("rev-parse", "--verify", "--quiet", "refs/tenantkeep/runs")
        let id = try git(
            ["commit-tree", tree, "-m", "Run"] + (last.map { ["-p", $0] } ?? []))
        try git("update-ref", "refs/tenantkeep/runs", id)
    }

    private func makeTwoRuns() throws {
        let first = try commit("Tenantkeep: 1 created", by: "Tenantkeep", onto: nil)
        try record("2026-11-01T02:00:00Z", "\"after\": \"\(first)\"")
        let own = try commit("Fix a typo", by: "Lee\u{202E} Gu", onto: first)
        let second = try commit("##vso[task.x]y", by: "Adele Vance", onto: own)
        try record("2026-11-02T02:00:00Z", "\"before\": \"\(first)\", \"after\": \"\(second)\"")
    }

    @Test func `runs are listed newest first, with their commits oldest first`() async throws {
        try makeTwoRuns()

        let ending = try await program.run("log")

        #expect(ending.status == 0)
        #expect(ending.messages.isEmpty)
        let lines = ending.output.split(separator: "\n").map { line in
            // IDs differ with the hour of the test.
            line.hasPrefix("    ") && !line.contains("objects") ? line.dropFirst(15) : line
        }
        #expect(
            lines == [
                "run 2026-11-02T02:00:00Z", "    1 created of 7 objects",
                "Lee\\u202e Gu: Fix a typo",
                "Adele Vance: ##vso[task.x]y", "run 2026-11-01T02:00:00Z",
                "    1 created of 7 objects", "Tenantkeep: 1 created",
            ])
    }

    @Test func `a limit leaves out the older runs`() async throws {
        try makeTwoRuns()

        let ending = try await program.run("log", "--limit", "1")

        #expect(ending.output.contains("run 2026-11-02"))
        #expect(!ending.output.contains("run 2026-11-01"))
    }

    @Test func `json is one array of records with their commits`() async throws {
        try makeTwoRuns()

        let ending = try await program.run("log", "--json", environment: ["TF_BUILD": "True"])

        let runs = try #require(
            try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [[String: Any]])
        let commits = try #require(runs.first?["commits"] as? [[String: Any]])
        #expect(runs.map { $0["start"] as? String }.first == "2026-11-02T02:00:00Z")
        #expect(commits.map { $0["subject"] as? String } == ["Fix a typo", "##vso[task.x]y"])
        #expect(!ending.output.contains("##vso"))
    }

    @Test func `a repository without a run has an empty log`() async throws {
        _ = try commit("Mine", by: "Lee Gu", onto: nil)

        let text = try await program.run("log")
        let document = try await program.run("log", "--json")

        #expect(text.status == 0)
        #expect(text.output.isEmpty)
        #expect(text.messages == "There is no run in ./tenant.git yet.\n")
        #expect(document.output.filter { !$0.isWhitespace } == "[]")
    }

    @Test func `a record that is none ends with 7`() async throws {
        let blob = try git("hash-object", "-w", "--stdin", input: "not json")
        let tree = try git("mktree", input: "100644 blob \(blob)\trun.json\n")
        try git("update-ref", "refs/tenantkeep/runs", try git("commit-tree", tree, "-m", "Run"))

        let ending = try await program.run("log")

        #expect(ending.status == 7)
        #expect(ending.messages.hasPrefix("Error: Could not read the last run's record: "))
    }

    @Test func `an agent finds no command in a log`() async throws {
        try makeTwoRuns()

        let ending = try await program.run("log", environment: ["GITHUB_ACTIONS": "true"])

        #expect(ending.output.contains("Adele Vance: # #vso[task.x]y"))
    }
}
