import Foundation
import TenantSimulator
import Testing

/// `tenantkeep backup` over HTTP.
struct BackupProgramTests {
    @Test func `ten thousand users are backed up page by page, and nothing the second time`()
        async throws
    {
        try await endToEnd(GeneratedTenant(users: 10_000)) { run in
            let first = try await run.backUp("users")
            let pages =
                run.tenant.requests(below: "/beta/users").count
                + run.tenant.requests(below: "/v1.0/users").count
            let second = try await run.backUp("users")

            #expect(first.status == 0, "\(first.messages)")
            #expect(second.status == 0, "\(second.messages)")
            // Of the users, of their managers and of their sponsors.
            #expect(pages == 3 * 11)
            #expect(
                try run.git("--git-dir=tenant.git", "ls-tree", "-r", "main").split(separator: "\n")
                    .count == 10_000)
            #expect(try run.git("--git-dir=tenant.git", "rev-list", "--count", "main") == "1")
            #expect(
                try run.git("--git-dir=tenant.git", "rev-list", "--count", "refs/tenantkeep/runs")
                    == "2")
            try run.expectSound()
        }
    }

    @Test func `shuffled pages and random throttling give the same tree`() async throws {
        let size = GeneratedTenant(users: 400, groups: 30, membersPerGroup: 5)
        try await endToEnd(size) { run in
            try await run.backUp("users,groups", repository: "calm.git")
            run.tenant.configure {
                $0.shuffleSeed = 7
                $0.pageSize = 37
            }
            run.tenant.inject(
                Fault(.throttle(.fractional, seconds: 0.01), probability: 0.2, seed: 3))

            let ending = try await run.backUp("users,groups", repository: "rough.git")

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try run.tree(in: "calm.git") == run.tree(in: "rough.git"))
        }
    }

    @Test(arguments: [403, 404, 501])
    func `a type that is refused is kept byte for byte, status 3`(status: Int) async throws {
        try await endToEnd(GeneratedTenant(users: 30, groups: 5)) { run in
            try await run.backUp("users,groups")
            let before = try run.git("--git-dir=tenant.git", "rev-parse", "main:Users")
            run.tenant.inject(Fault(.status(status), path: "users"))

            let ending = try await run.backUp("users,groups")

            #expect(ending.status == 3, "\(ending.messages)")
            #expect(try run.git("--git-dir=tenant.git", "rev-parse", "main:Users") == before)
            try run.expectSound()
        }
    }

    @Test func `a wrong secret is status 6 and says which number and what to do`() async throws {
        try await endToEnd(GeneratedTenant(users: 3)) { run in
            let ending = try await run.backUp("users", changing: ["AZURE_CLIENT_SECRET": "wrong"])

            #expect(ending.status == 6)
            #expect(ending.messages.contains("AADSTS7000215"))
            #expect(ending.messages.contains("Hint: "))
        }
    }

    @Test func `a host that does not answer is status 1 and named`() async throws {
        try await endToEnd(GeneratedTenant(users: 3)) { run in
            let ending = try await run.backUp(
                "users", changing: ["AZURE_AUTHORITY_HOST": "http://127.0.0.1:9"])

            #expect(ending.status == 1)
            #expect(ending.messages.contains("127.0.0.1"))
            #expect(ending.messages.contains("Hint: "))
            #expect(!run.program.exists("tenant.git/packed-refs"))
        }
    }

    @Test func `a place where nothing can be written is status 1, named, with what to do`()
        async throws
    {
        try await endToEnd(GeneratedTenant(users: 3)) { run in
            let ending = try await run.backUp("users", repository: "/sys/kernel/tenant.git")

            #expect(ending.status == 1)
            #expect(ending.messages.contains("/sys/kernel/tenant.git"))
            #expect(ending.messages.contains("Hint: "))
        }
    }

    @Test func `another tenant's credentials are refused, status 2`() async throws {
        try await endToEnd(GeneratedTenant(users: 3)) { run in
            try await run.backUp("users")
            let before = try run.refs()
            run.tenant.forgetRequests()

            let ending = try await run.backUp(
                "users",
                changing: ["AZURE_TENANT_ID": "99999999-9999-9999-9999-999999999999"])

            #expect(ending.status == 2, "\(ending.messages)")
            #expect(run.tenant.requests.isEmpty)
            #expect(try run.refs() == before)
        }
    }

    @Test func `a held repository is status 5 and stays as it is`() async throws {
        try await endToEnd(GeneratedTenant(users: 3)) { run in
            try await run.backUp("users")
            let lock = run.program.folder.appending(path: "tenant.git/tenantkeep/lock")
            let descriptor = open(lock.path, O_RDWR)
            defer { close(descriptor) }
            try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)

            let ending = try await run.backUp("users")

            #expect(ending.status == 5, "\(ending.messages)")
        }
    }

    @Test func `a dry run says what would change and writes nothing`() async throws {
        try await endToEnd(GeneratedTenant(users: 3)) { run in
            let ending = try await run.backUp("users", arguments: ["--dry-run"])

            #expect(ending.status == 0, "\(ending.messages)")
            #expect(!run.program.exists("tenant.git"))
        }
    }

    @Test func `the document on standard output is the record of the run`() async throws {
        try await endToEnd(GeneratedTenant(users: 3)) { run in
            let document = try await run.backUp("users").document()

            #expect(document["exitStatus"] as? Int == 0)
            #expect((document["tenant"] as? String) == run.tenant.tenantID)
            let users = (document["types"] as? [String: Any])?["users"] as? [String: Any]
            #expect(users?["objects"] as? Int == 3)
            #expect(users?["outcome"] as? String == "complete")
        }
    }
}
