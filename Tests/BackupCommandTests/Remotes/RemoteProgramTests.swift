import Foundation
import TenantSimulator
import TestSupport
import Testing

/// Runs that begin at a real host's tip and are pushed to it, over TLS.
struct RemoteProgramTests {
    @Test func `an empty disk and an empty remote, then another empty disk, then a warm one`()
        async throws
    {
        try await withRemote { scene in
            let first = try await scene.backUp(repository: "a.git")
            let tree = try scene.tree()
            try scene.change("Baker", users: [3, 50])
            let second = try await scene.backUp(repository: "b.git")
            try scene.change("Cook", users: [4], deleting: 5)
            let third = try await scene.backUp(repository: "b.git")

            for ending in [first, second, third] {
                #expect(ending.status == 0, "\(ending.messages)")
                let push = try #require(try ending.document()["push"] as? [String: Any])
                #expect(push["outcome"] as? String == "done")
                #expect(push["remote"] as? String == scene.host.url)
            }
            #expect(tree != (try scene.tree()))
            #expect(try await scene.treeOfTenant() == scene.tree())
            #expect(try scene.host.place.git("rev-list", "--count", "main") == "3")
            #expect(
                try scene.host.place.git("rev-list", "--count", "refs/tenantkeep/runs") == "3")
            #expect(try scene.refs().keys.filter { $0.hasPrefix("refs/tags/backup/") }.count == 3)
            for (ref, id) in try scene.ownRefs(in: "b.git") { #expect(try scene.refs()[ref] == id) }
            try scene.expectSoundHost()
            try scene.run.expectSound("a.git")
            #expect(!scene.run.program.exists("a.git/tenantkeep/partial"))
        }
    }

    @Test func `a clone of the remote is what a full local run has`() async throws {
        try await withRemote { scene in
            try await scene.backUp(repository: "a.git")
            try scene.change("Baker", users: [1])
            try await scene.backUp(repository: "b.git")
            let whole = try await scene.treeOfTenant()
            let clone = "\(scene.host.place.folder)/clone.git"

            try scene.host.place.git("clone", "-q", "--mirror", scene.host.place.path, clone)

            let git = scene.host.place
            #expect(try git.git("--git-dir=\(clone)", "rev-parse", "main^{tree}") == whole)
            #expect(try git.git("--git-dir=\(clone)", "fsck", "--strict", "--full") == "")
        }
    }

    @Test func `where the host can leave blobs out, an empty disk costs the folders only`()
        async throws
    {
        try await withRemote(GeneratedTenant(users: 900)) { scene in
            try scene.host.place.git("config", "uploadpack.allowFilter", "true")
            try scene.host.place.git("config", "uploadpack.allowAnySHA1InWant", "true")
            try await scene.backUp("users", repository: "a.git")
            try scene.change("Baker", users: [3, 50])
            let bytes = try await CutProxy.run(to: scene.host.port) { proxy in
                let second = try await scene.backUp(
                    "users", repository: "b.git", url: scene.host.url(port: proxy.port))
                #expect(second.status == 0, "\(second.messages)")
                return (proxy.downloaded, proxy.uploaded)
            }

            let size = try scene.host.place.git("count-objects", "-v")
            #expect(scene.run.program.exists("b.git/tenantkeep/partial"))
            #expect(
                try scene.run.git("--git-dir=b.git", "rev-list", "--count", "main") == "2")
            #expect(try await scene.treeOfTenant("users") == scene.tree())
            #expect(bytes.0 < 180_000, "\(bytes), \(size)")
            #expect(bytes.1 < 40_000)
            try scene.expectSoundHost()
        }
    }

    /// What a host can be told to hand out.
    enum Generosity: CaseIterable {
        case everything, refsOnly, wholeTips

        func configure(_ host: GitHost) throws {
            if self != .wholeTips { try host.place.git("config", "uploadpack.allowFilter", "true") }
            if self == .everything {
                try host.place.git("config", "uploadpack.allowAnySHA1InWant", "true")
            }
        }
    }

    @Test(arguments: Generosity.allCases)
    func `the name of what was deleted comes from the remote, however it hands old blobs out`(
        generosity: Generosity
    ) async throws {
        try await withRemote { scene in
            try generosity.configure(scene.host)
            try await scene.backUp(repository: "a.git")
            let user = try scene.host.place.git("ls-tree", "--name-only", "main:Users")
                .split(separator: "\n")[7]
            let name = try scene.host.place.git("show", "main:Users/\(user)/\(user).json")
                .split(separator: "\n").first { $0.contains("\"displayName\"") }
            try scene.change("Baker", users: [], deleting: 7)

            let ending = try await scene.backUp(repository: "b.git")

            #expect(ending.status == 0, "\(ending.messages)")
            let display = try #require(name?.split(separator: "\"").last { $0 != "," })
            #expect(
                try scene.host.place.git("log", "-1", "--format=%b").contains("Users  \(display)"))
            #expect(try await scene.treeOfTenant() == scene.tree())
            try scene.expectSoundHost()
        }
    }

    @Test func `a partial repository goes on for many runs, and a fetch makes it whole`()
        async throws
    {
        try await withRemote { scene in
            try scene.host.place.git("config", "uploadpack.allowFilter", "true")
            try await scene.backUp(repository: "a.git")
            for number in 0..<14 {
                try scene.change("Title \(number)", users: [number, number + 20])
                let ending = try await scene.backUp(repository: "b.git")
                #expect(ending.status == 0, "run \(number): \(ending.messages)")
            }
            let log = try await scene.run.program.run("log", "--repo", "b.git", "--json")
            #expect(log.status == 0, "\(log.messages)")
            #expect(scene.run.program.exists("b.git/tenantkeep/partial"))

            let fetch = try await scene.command("fetch", "--repo", "b.git")

            #expect(fetch.status == 0, "\(fetch.messages)")
            #expect(!scene.run.program.exists("b.git/tenantkeep/partial"))
            #expect(!scene.run.program.exists("b.git/shallow"))
            try scene.run.expectSound("b.git")
            #expect(try scene.ownRefs(in: "b.git") == scene.refs())
            #expect(try await scene.treeOfTenant() == scene.tree())
        }
    }

    @Test func `push and fetch exchange what runs without a remote have made`() async throws {
        try await withRemote { scene in
            try await scene.run.backUp("users,groups", repository: "a.git")
            let push = try await scene.command("push", "--repo", "a.git")
            try scene.change("Baker", users: [2])
            try await scene.run.backUp("users,groups", repository: "a.git")
            try scene.change("Cook", users: [3])
            try await scene.run.backUp("users,groups", repository: "a.git")
            let again = try await scene.command("push", scene.host.url, "--repo", "a.git")
            let nothing = try await scene.command("push", "--repo", "a.git")
            let fetch = try await scene.command("fetch", "--repo", "copy.git")
            let none = try await scene.command("fetch", "--repo", "copy.git")

            for ending in [push, again, nothing, fetch, none] {
                #expect(ending.status == 0, "\(ending.messages)")
            }
            #expect((try nothing.document()["refs"] as? [String: String])?.isEmpty == true)
            #expect((try none.document()["refs"] as? [String: String])?.isEmpty == true)
            #expect(try scene.run.refs(in: "a.git") == scene.refs())
            #expect(try scene.run.refs(in: "copy.git") == scene.refs())
            try scene.expectSoundHost()
            try scene.run.expectSound("copy.git")
        }
    }

    @Test func `a whole repository that is behind gets the history between`() async throws {
        try await withRemote { scene in
            try await scene.backUp(repository: "a.git")
            for number in 0..<3 {
                try scene.change("Title \(number)", users: [number])
                try await scene.backUp(repository: "b.git")
            }
            try scene.change("Last", users: [9])

            let ending = try await scene.backUp(repository: "a.git")

            #expect(ending.status == 0, "\(ending.messages)")
            try scene.run.expectSound("a.git")
            #expect(try scene.ownRefs(in: "a.git") == scene.refs())
            #expect(try scene.run.git("--git-dir=a.git", "rev-list", "--count", "main") == "5")
        }
    }

    @Test func `run records go to a branch for hosts that take only branches`() async throws {
        try await withRemote { scene in
            try scene.host.hook(
                "update", "case $1 in refs/heads/*|refs/tags/*) ;; *) exit 1;; esac")
            let arguments = ["--runs-ref", "tenantkeep-runs", "--skip-ci"]
            let first = try await scene.backUp(repository: "a.git", arguments: arguments)
            try scene.change("Baker", users: [2])
            let second = try await scene.backUp(repository: "b.git", arguments: arguments)

            #expect(first.status == 0, "\(first.messages)")
            #expect(second.status == 0, "\(second.messages)")
            #expect(try scene.refs().keys.allSatisfy { !$0.hasPrefix("refs/tenantkeep") })
            #expect(try scene.host.place.git("rev-list", "--count", "tenantkeep-runs") == "2")
            let text = try scene.host.place.git("log", "-1", "--format=%B", "main")
            #expect(text.trimmingCharacters(in: .newlines).hasSuffix("\nPipeline: [skip ci]"))
            #expect(
                try scene.host.place.git("log", "-1", "--format=%(trailers)", "main")
                    .contains("Tenantkeep-Run: "))
        }
    }

    @Test func `the remote's branch may have another name`() async throws {
        try await withRemote { scene in
            let arguments = ["--remote-branch", "nightly"]
            try await scene.backUp(repository: "a.git", arguments: arguments)
            try scene.host.place.git("update-ref", "refs/heads/main", "nightly")
            try scene.change("Baker", users: [2])

            let second = try await scene.backUp(repository: "b.git", arguments: arguments)

            #expect(second.status == 0, "\(second.messages)")
            #expect(try scene.host.place.git("rev-list", "--count", "nightly") == "2")
            #expect(try scene.host.place.git("rev-list", "--count", "main") == "1")
        }
    }
}
