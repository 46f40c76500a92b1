import Foundation
import TenantSimulator
import Testing

/// What a run says of a repository that a person uses with git.
struct BesideWorkTreeTests {
    @Test func `a work tree on the branch is named before it is left behind`() async throws {
        try await endToEnd(GeneratedTenant(users: 3, groups: 2, membersPerGroup: 1)) { run in
            try await run.backUp("users")
            let look = run.program.folder.appending(path: "look").path
            try run.git("--git-dir=tenant.git", "worktree", "add", "--quiet", look, "main")

            let ending = try await run.backUp("users,groups")

            #expect(ending.status == 0)
            #expect(ending.messages.contains("refs/heads/main is checked out in the work tree"))
            #expect(ending.messages.contains("/look"))
        }
    }

    @Test func `HEAD that names another branch is told, one never born follows`() async throws {
        try await endToEnd(GeneratedTenant(users: 3, groups: 2, membersPerGroup: 1)) { run in
            try run.git("init", "--quiet", "--bare", "--initial-branch=master", "tenant.git")
            let first = try await run.backUp("users")
            #expect(try run.git("symbolic-ref", "HEAD") == "refs/heads/main")
            try run.git("update-ref", "refs/heads/mine", "main")
            try run.git("symbolic-ref", "HEAD", "refs/heads/mine")

            let second = try await run.backUp("users")

            #expect(!first.messages.contains("HEAD"))
            #expect(second.status == 0)
            #expect(second.messages.contains("HEAD of the repository names refs/heads/mine"))
        }
    }
}
