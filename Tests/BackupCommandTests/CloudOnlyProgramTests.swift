import Foundation
import TenantSimulator
import Testing

/// `--cloud-only` over HTTP: two of the fixture's twelve users and one of its six groups are
/// synchronised from on-premises.
struct CloudOnlyProgramTests {
    private func users(_ run: EndToEnd) throws -> Int {
        try run.git("--git-dir=tenant.git", "ls-tree", "--name-only", "main:Users")
            .split(separator: "\n").count
    }

    private func types(_ ending: Program.Ending) throws -> [String: [String: Any]] {
        try #require(try ending.document()["types"] as? [String: [String: Any]])
    }

    @Test func `only what is not synchronised is read, and the record says so`() async throws {
        try await withContoso { run in
            let ending = try await run.backUp("users,groups", arguments: ["--cloud-only"])

            #expect(ending.status == 0, "\(ending.messages)")
            let types = try types(ending)
            for (name, count) in [("users", 10), ("groups", 5)] {
                #expect(types[name]?["outcome"] as? String == "complete")
                #expect(types[name]?["scope"] as? String == "onPremisesSyncEnabled ne true")
                #expect(types[name]?["objects"] as? Int == count)
            }
            #expect(types["groups/members"]?["scope"] as? String == "")
            let requests = run.tenant.requests.filter {
                ["/beta/users", "/beta/groups"].contains($0.path)
                    // Managers and sponsors are lists of their own, which no filter goes with.
                    && !$0.query.contains("$select=id&")
            }
            #expect(requests.count == 2)
            for request in requests {
                #expect(request.status == 200)
                #expect(request.headers["consistencylevel"] == "eventual")
                #expect(request.query.contains("$count=true"))
            }
            try run.expectSound()
        }
    }

    @Test(arguments: [
        ["TENANTKEEP_CLOUD_ONLY": "true"], ["TENANTKEEP_CONFIG": "cloud.yaml"],
    ])
    func `the environment and the file say it, too`(changes: [String: String]) async throws {
        try await withContoso { run in
            try run.program.write("cloudOnly: true\n", to: "cloud.yaml")

            let ending = try await run.backUp("users", changing: changes)

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try types(ending)["users"]?["objects"] as? Int == 10)
        }
    }

    @Test func `what is neither yes nor no ends with 2 and its line`() async throws {
        let program = try Program()
        try program.write("repo: x.git\ncloudOnly: maybe\n", to: "tenantkeep.yaml")

        let ending = try await program.run("backup")

        #expect(ending.status == 2)
        #expect(
            ending.messages.contains("tenantkeep.yaml, line 2: maybe is neither true nor false"))
    }

    @Test func `narrowing and widening again deletes nothing`() async throws {
        try await withContoso { run in
            try await run.backUp("users,groups")
            let whole = try run.tree()
            try #require(users(run) == 12)

            let narrowed = try await run.backUp("users,groups", arguments: ["--cloud-only"])
            let afterNarrow = try run.tree()
            let widened = try await run.backUp("users,groups")

            #expect(narrowed.status == 0, "\(narrowed.messages)")
            #expect(afterNarrow == whole)
            #expect(try types(narrowed)["users"]?["deleted"] as? Int == 0)
            #expect(try types(narrowed)["users"]?["objects"] as? Int == 12)
            #expect(widened.status == 0, "\(widened.messages)")
            #expect(try types(widened)["users"]?["scope"] as? String == "")
            #expect(try run.tree() == whole)
            #expect(try run.git("--git-dir=tenant.git", "rev-list", "--count", "main") == "1")
        }
    }

    @Test func `what was deleted in the scope is a deletion, what left the scope is kept`()
        async throws
    {
        try await withContoso { run in
            try await run.backUp("users", arguments: ["--cloud-only"])
            let ids = try run.git("--git-dir=tenant.git", "ls-tree", "--name-only", "main:Users")
                .split(separator: "\n").map(String.init)
            try run.tenant.play(
                Scenario(
                    parsing: """
                        {"changes": [
                          {"at": "-2m", "delete": "users/\(ids[0])"},
                          {"at": "-1m", "update": "users/\(ids[1])",
                           "with": {"onPremisesSyncEnabled": true}}]}
                        """))

            let narrowed = try await run.backUp("users", arguments: ["--cloud-only"])
            let afterNarrow = try users(run)
            let widened = try await run.backUp("users")

            #expect(narrowed.status == 0, "\(narrowed.messages)")
            #expect(try types(narrowed)["users"]?["deleted"] as? Int == 1)
            #expect(afterNarrow == 9)
            // The two that were synchronised from the start come; the one that became so changes.
            #expect(try types(widened)["users"]?["created"] as? Int == 2)
            #expect(try types(widened)["users"]?["updated"] as? Int == 1)
            #expect(try types(widened)["users"]?["deleted"] as? Int == 0)
        }
    }

    @Test func `with Config it reads only the dynamic groups that are not synchronised`()
        async throws
    {
        try await withContoso { run in
            try await run.backUp("groups")

            let ending = try await run.backUp(
                "Config", arguments: ["--cloud-only", "--exclude", "Policies,ConditionalAccess"])

            let groups = try #require(try types(ending)["groups"])
            #expect(
                groups["scope"] as? String
                    == "groupTypes/any(c:c eq 'DynamicMembership') and onPremisesSyncEnabled ne true"
            )
            #expect(groups["outcome"] as? String == "complete", "\(ending.messages)")
            #expect(groups["deleted"] as? Int == 0)
            #expect(groups["objects"] as? Int == 6)
        }
    }
}
