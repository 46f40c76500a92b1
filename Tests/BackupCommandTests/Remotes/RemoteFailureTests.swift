import Foundation
import TenantSimulator
import TestSupport
import Testing

/// A remote that refuses, has moved, lies still or dies: status 4 and no run lost, or status 1.
struct RemoteFailureTests {
    @Test func `a push that a hook refuses is status 4, and the next run sends both`() async throws
    {
        try await withRemote { scene in
            try await scene.backUp(repository: "a.git")
            let before = try scene.refs()
            try scene.host.hook("update", "echo 'GH013: Repository rule violations'; exit 1")
            try scene.change("Baker", users: [2])
            let refused = try await scene.backUp(repository: "a.git")
            let local = try scene.run.tree(in: "a.git")
            #expect(try scene.refs() == before)
            try scene.host.hook("update", "exit 0")

            let next = try await scene.backUp(repository: "a.git")

            #expect(refused.status == 4)
            #expect(refused.messages.contains("Could not push to \(scene.host.url)"))
            #expect(refused.messages.contains("Hint: "))
            #expect(try refused.document()["exitStatus"] as? Int == 4)
            let push = try #require(try refused.document()["push"] as? [String: Any])
            #expect(push["outcome"] as? String == "failed")
            #expect(next.status == 0, "\(next.messages)")
            #expect(try scene.tree() == local)
            #expect(
                try scene.host.place.git("rev-list", "--count", "refs/tenantkeep/runs") == "3")
            #expect(try scene.ownRefs(in: "a.git") == scene.refs())
            try scene.expectSoundHost()
        }
    }

    @Test func `a branch without its record is given one by the next run, from an empty disk`()
        async throws
    {
        try await withRemote { scene in
            try await scene.backUp(repository: "a.git")
            try scene.host.place.git("config", "receive.advertiseAtomic", "false")
            try scene.host.hook("update", "case $1 in refs/heads/*) ;; *) exit 1;; esac")
            try scene.change("Baker", users: [2])
            let refused = try await scene.backUp(repository: "a.git")
            let tip = try scene.host.place.git("rev-parse", "main")
            #expect(try scene.run.git("--git-dir=a.git", "rev-parse", "main") == tip)
            try scene.host.hook("update", "exit 0")
            try scene.change("Cook", users: [3])

            let next = try await scene.backUp(repository: "b.git")

            #expect(refused.status == 4, "\(refused.messages)")
            #expect(next.status == 0, "\(next.messages)")
            #expect(next.messages.contains("made anew"))
            let runs = try scene.host.place.git("rev-list", "refs/tenantkeep/runs")
                .split(separator: "\n")
            #expect(runs.count == 3)
            let rebuilt = try scene.host.place.git("show", "\(runs[1]):run.json")
            #expect(rebuilt.contains("\"after\": \"\(tip)\""))
            #expect(try scene.refs().keys.filter { $0.hasPrefix("refs/tags/backup/") }.count == 3)
            try scene.expectSoundHost()
        }
    }

    @Test func `another writer in the middle is status 4; the next run keeps what was made`()
        async throws
    {
        try await withRemote { scene in
            try await scene.backUp(repository: "a.git")
            try scene.change("Baker", users: [2])
            scene.run.tenant.forgetRequests()
            scene.run.tenant.inject(
                Fault(.throttle(.fractional, seconds: 1), path: "users", times: 1))
            let moved = try await scene.backUp(repository: "a.git") { _ in
                while scene.run.tenant.requests(below: "/beta/users").isEmpty
                    && scene.run.tenant.requests(below: "/v1.0/users").isEmpty
                {
                    try await Task.sleep(for: .milliseconds(5))
                }
                try scene.commitAtHost()
            }
            let theirs = try scene.host.place.git("rev-parse", "main")
            let ours = try scene.run.git("--git-dir=a.git", "rev-parse", "main")

            let next = try await scene.backUp(repository: "a.git")

            #expect(moved.status == 4, "\(moved.messages)")
            #expect(moved.messages.contains("another writer"))
            #expect(next.status == 0, "\(next.messages)")
            #expect(next.messages.contains("refs/tenantkeep/diverged/"))
            let kept = try scene.run.refs(in: "a.git").filter {
                $0.key.hasPrefix("refs/tenantkeep/diverged/")
            }
            #expect(Set(kept.values).contains(ours))
            #expect(try scene.host.place.git("rev-parse", "main^") == theirs)
            #expect(try await scene.treeOfTenant() == scene.tree())
            try scene.run.expectSound("a.git")
            try scene.expectSoundHost()
        }
    }

    @Test func `without a remote that answers, a warm disk backs up, and an empty one does not`()
        async throws
    {
        try await withRemote { scene in
            try await scene.backUp(repository: "a.git")
            try scene.change("Baker", users: [2])
            let gone = "https://localhost:9/git/tenant.git"

            let warm = try await scene.backUp(repository: "a.git", url: gone)
            let empty = try await scene.backUp(repository: "b.git", url: gone)
            let push = try await scene.command("push", gone, "--repo", "a.git")
            let fetch = try await scene.command("fetch", gone, "--repo", "c.git")

            #expect(warm.status == 4, "\(warm.messages)")
            #expect(empty.status == 1, "\(empty.messages)")
            #expect(push.status == 4, "\(push.messages)")
            #expect(fetch.status == 1, "\(fetch.messages)")
            #expect(!scene.run.program.exists("b.git/packed-refs"))
            #expect(try await scene.treeOfTenant() == scene.run.tree(in: "a.git"))
            let next = try await scene.backUp(repository: "a.git")
            #expect(next.status == 0, "\(next.messages)")
            #expect(try scene.ownRefs(in: "a.git") == scene.refs())
        }
    }

    @Test func `a wrong credential is told, and never shown`() async throws {
        try await withRemote { scene in
            try await scene.backUp(repository: "a.git")
            let wrong = "wr0ng-t0ken-of-tests"

            let warm = try await scene.backUp(repository: "a.git", token: wrong)
            let empty = try await scene.backUp(
                repository: "b.git", token: wrong, arguments: ["--verbose"])

            #expect(warm.status == 4, "\(warm.messages)")
            #expect(empty.status == 1, "\(empty.messages)")
            for ending in [warm, empty] {
                #expect(!ending.messages.contains(wrong) && !ending.output.contains(wrong))
                #expect(ending.messages.contains("Hint: "))
            }
        }
    }

    @Test func `another tenant's backup at the remote is refused before anything is read`()
        async throws
    {
        try await withRemote { scene in
            try await scene.backUp(repository: "a.git")
            let before = try scene.refs()
            scene.run.tenant.forgetRequests()

            let ending = try await scene.backUp(
                repository: "b.git",
                changing: ["AZURE_TENANT_ID": "99999999-9999-9999-9999-999999999999"])

            #expect(ending.status == 2, "\(ending.messages)")
            #expect(scene.run.tenant.requests.isEmpty)
            #expect(try scene.refs() == before)
            #expect(!scene.run.program.exists("b.git/packed-refs"))
        }
    }

    @Test(arguments: [true, false])
    func `a connection that is cut costs nothing but time`(isUpload: Bool) async throws {
        try await withRemote { scene in
            try scene.host.place.git("config", "uploadpack.allowFilter", "true")
            try await scene.backUp(repository: "a.git")
            for number in 0..<6 {
                try scene.change("Title \(number)", users: Array(0..<40))
                let name = "cut-\(number).git"
                let after = isUpload ? 800 + number * 2_900 : 1_500 + number * 5_300
                try await CutProxy.run(
                    to: scene.host.port,
                    cut: isUpload ? .upload(after: after) : .download(after: after)
                ) { proxy in
                    let ending = try await scene.backUp(
                        repository: name, url: scene.host.url(port: proxy.port))
                    #expect(proxy.hasCut)
                    #expect([0, 1, 4].contains(ending.status), "\(number): \(ending.messages)")
                    try scene.expectSoundHost()
                    if ending.status == 0 {
                        #expect(
                            try scene.ownRefs(in: name)["refs/heads/main"]
                                == scene.refs()["refs/heads/main"])
                    }
                }
                let next = try await scene.backUp(repository: name)
                #expect(next.status == 0, "\(number): \(next.messages)")
                #expect(try scene.run.tree(in: name) == scene.tree())
            }
            #expect(try await scene.treeOfTenant() == scene.tree())
            try scene.expectSoundHost()
        }
    }

    @Test func `an interruption of the push is status 4, for the run is published`() async throws {
        try await withRemote { scene in
            try await scene.backUp(repository: "a.git")
            let before = try scene.refs()
            try scene.host.hook("pre-receive", "sleep 5; exit 1")
            try scene.change("Baker", users: [2])
            let tip = try scene.run.git("--git-dir=a.git", "rev-parse", "main")

            let ending = try await scene.backUp(repository: "a.git") { process in
                while try scene.run.git("--git-dir=a.git", "rev-parse", "main") == tip {
                    try await Task.sleep(for: .milliseconds(20))
                }
                process.terminate()
            }

            #expect(ending.status == 4, "\(ending.messages)")
            #expect(try scene.refs() == before)
            try scene.host.hook("pre-receive", "exit 0")
            let next = try await scene.backUp(repository: "a.git")
            #expect(next.status == 0, "\(next.messages)")
            #expect(try scene.ownRefs(in: "a.git") == scene.refs())
        }
    }

    @Test
    func `run after run from empty disks, where a host filters and hands out whole refs only`()
        async throws
    {
        try await withRemote { scene in
            try scene.host.place.git("config", "uploadpack.allowFilter", "true")
            try await scene.backUp(repository: "first.git")
            for number in 0..<7 {
                try scene.change("Title \(number)", users: [number, number + 1])

                let ending = try await scene.backUp(repository: "empty-\(number).git")

                #expect(ending.status == 0, "\(number): \(ending.messages)")
            }
            try scene.expectSoundHost()
            #expect(try await scene.treeOfTenant() == scene.tree())
        }
    }

    @Test func `killed before what it fetched is there, the next run fetches it again`()
        async throws
    {
        try await withRemote { scene in
            try scene.host.place.git("config", "uploadpack.allowFilter", "true")
            try await scene.backUp(repository: "first.git")
            try scene.change("Title", users: [0])
            try await scene.backUp(repository: "first.git")
            try await scene.backUp(repository: "other.git")
            // What is noted before a pack becomes visible, without the pack.
            try scene.run.git("init", "--quiet", "--bare", "killed.git")
            let folder = scene.run.program.folder.path
            let (from, to) = ("\(folder)/other.git", "\(folder)/killed.git")
            try FileManager.default.createDirectory(
                atPath: "\(to)/tenantkeep", withIntermediateDirectories: true)
            for name in ["shallow", "tenantkeep/partial"] {
                try FileManager.default.copyItem(atPath: "\(from)/\(name)", toPath: "\(to)/\(name)")
            }
            try scene.change("Another title", users: [1])

            let next = try await scene.backUp(repository: "killed.git")

            #expect(next.status == 0, "\(next.messages)")
            #expect(try scene.run.tree(in: "killed.git") == scene.tree())
            try scene.expectSoundHost()
        }
    }

    @Test func `killed at any moment, the next run brings remote and repository together`()
        async throws
    {
        try await withRemote { scene in
            try scene.host.place.git("config", "uploadpack.allowFilter", "true")
            try await scene.backUp(repository: "a.git")
            let began = ContinuousClock.now
            try await scene.backUp(repository: "b.git")
            let length = ContinuousClock.now - began
            for number in 0..<8 {
                try scene.change("Title \(number)", users: [number, number + 1])
                let repository = number % 2 == 0 ? "kill-\(number).git" : "a.git"
                try await scene.backUp(repository: repository) { process in
                    try await Task.sleep(for: length * Double(number + 1) / 9)
                    kill(process.processIdentifier, SIGKILL)
                }
                try scene.expectSoundHost()

                let next = try await scene.backUp(repository: repository)

                #expect(next.status == 0, "\(number): \(next.messages)")
                #expect(try scene.run.tree(in: repository) == scene.tree())
                #expect(
                    try scene.run.git(
                        "--git-dir=\(repository)", "rev-parse", "refs/tenantkeep/runs")
                        == scene.refs()["refs/tenantkeep/runs"])
            }
            // What was on the disk when a run was killed is named by nothing until it is repacked.
            #expect(
                try scene.run.git(
                    "--git-dir=a.git", "fsck", "--strict", "--full", "--no-dangling") == "")
            #expect(try await scene.treeOfTenant() == scene.tree())
        }
    }
}
