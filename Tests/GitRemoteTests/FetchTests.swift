import Foundation
import GitObjects
import GitPack
import GitRemote
import TestSupport
import Testing

/// Fetches from git's own server over TLS, judged by git.
struct FetchTests {
    /// A host with three commits, each with a blob of its own and one that stays.
    private func scene() throws -> (scene: Scene, commits: [ObjectID]) {
        let scene = try Scene()
        var commits: [ObjectID] = []
        let host = scene.host.place
        for number in 1...3 {
            let own = try host.git("hash-object", "-w", "--stdin", input: Array("\(number)\n".utf8))
            let same = try host.git("hash-object", "-w", "--stdin", input: Array("same\n".utf8))
            let tree = try host.git(
                "mktree", input: Array("100644 blob \(own)\town\n100644 blob \(same)\tsame\n".utf8))
            let parent = commits.last.map { ["-p", "\($0)"] } ?? []
            let commit = try host.run(["git", "commit-tree", "-m", "\(number)", tree] + parent)
            let text = String(decoding: commit, as: UTF8.self).trimmingCharacters(in: .newlines)
            commits.append(try #require(ObjectID(hex: text)))
        }
        try host.git("update-ref", "refs/heads/main", "\(commits[2])")
        try host.git("tag", "-a", "-m", "x", "v1", "\(commits[0])")
        return (scene, commits)
    }

    /// Fetches, and gives the pack to git in the local repository.
    private func fetch(
        _ scene: Scene, _ remote: GitRemote, _ request: FetchRequest
    ) async throws -> FetchAnswer {
        let path = "\(scene.local.folder)/fetched.pack"
        let answer = try await remote.fetch(
            request, from: remote.advertisement(for: .fetch), packTo: path)
        let bytes = try Data(contentsOf: URL(filePath: path))
        #expect(bytes.count == answer.byteCount)
        try scene.local.git("index-pack", "--stdin", "--fix-thin", input: [UInt8](bytes))
        try FileManager.default.removeItem(atPath: path)
        return answer
    }

    private func has(_ scene: Scene, _ name: String) -> Bool {
        (try? scene.local.git("cat-file", "-e", name)) != nil
    }

    @Test func `the advertisement tells refs, tags and the default branch`() async throws {
        let (scene, commits) = try scene()
        try scene.host.place.git("symbolic-ref", "HEAD", "refs/heads/main")
        try await scene.withRemote { remote in
            let host = try await remote.advertisement(for: .fetch)
            let tag = try #require(RefName.tag("v1"))

            #expect(host.head == scene.main)
            #expect(host.headID == commits[2])
            #expect(host[scene.main] == commits[2])
            #expect(host.peeled[tag] == commits[0])
            #expect(host.refs.count == 2)
            #expect(host.offersDepth)
            #expect(!host.offersFilter)
        }
    }

    @Test func `the whole history comes`() async throws {
        let (scene, commits) = try scene()
        try await scene.withRemote { remote in
            let answer = try await fetch(scene, remote, FetchRequest(wants: [commits[2]]))

            #expect(answer.shallow.isEmpty)
        }
        try scene.local.git("update-ref", "refs/heads/main", "\(commits[2])")
        #expect(try scene.local.git("rev-list", "--count", "main") == "3")
        #expect(try scene.local.git("fsck", "--strict", "--full") == "")
    }

    @Test func `what is here is not sent again`() async throws {
        let (scene, commits) = try scene()
        try await scene.withRemote { remote in
            _ = try await fetch(scene, remote, FetchRequest(wants: [commits[1]]))
            // Git needs a ref to know what is here.
            var request = FetchRequest(wants: [commits[2]], haves: [commits[1], commits[0]])
            request.allowsThinPack = true
            let answer = try await fetch(scene, remote, request)

            #expect(answer.common.contains(commits[1]))
            #expect(answer.byteCount < 400)
        }
        try scene.local.git("update-ref", "refs/heads/main", "\(commits[2])")
        #expect(try scene.local.git("fsck", "--strict", "--full") == "")
    }

    @Test func `an unknown have is no hindrance`() async throws {
        let (scene, commits) = try scene()
        let other = try scene.commit("other")
        try await scene.withRemote { remote in
            let answer = try await fetch(
                scene, remote, FetchRequest(wants: [commits[2]], haves: [other]))

            #expect(answer.common.isEmpty)
        }
        try scene.local.git("update-ref", "refs/heads/main", "\(commits[2])")
        #expect(try scene.local.git("rev-list", "--count", "main") == "3")
    }

    @Test(arguments: [true, false])
    func `the tip comes without history, and without blobs where the host can`(
        hasFilter: Bool
    ) async throws {
        let (scene, commits) = try scene()
        try scene.host.place.git("config", "uploadpack.allowFilter", "\(hasFilter)")
        try await scene.withRemote { remote in
            var request = FetchRequest(wants: [commits[2]])
            request.depth = 1
            request.withoutBlobs = true
            let answer = try await fetch(scene, remote, request)

            #expect(answer.shallow == [commits[2]])
            #expect(answer.isWithoutBlobs == hasFilter)
            #expect(has(scene, "\(commits[2])^{tree}"))
            #expect(!has(scene, "\(commits[1])"))
            let blob = try scene.host.place.git("rev-parse", "\(commits[2]):own")
            #expect(has(scene, blob) == !hasFilter)
        }
    }

    @Test func `a shallow tip grows by the next commit`() async throws {
        let (scene, commits) = try scene()
        try await scene.withRemote { remote in
            var first = FetchRequest(wants: [commits[2]])
            first.depth = 1
            _ = try await fetch(scene, remote, first)
            let next = try scene.commit("next", on: commits[2], in: scene.host.place)
            try scene.host.place.git("update-ref", "refs/heads/main", "\(next)")
            var second = FetchRequest(wants: [next], haves: [commits[2]])
            second.shallow = [commits[2]]
            let answer = try await fetch(scene, remote, second)

            #expect(answer.common == [commits[2]])
            #expect(has(scene, "\(next)^{tree}"))
            #expect(!has(scene, "\(commits[1])"))
        }
    }

    @Test func `blobs are fetched by their IDs in one request`() async throws {
        let (scene, commits) = try scene()
        try scene.host.place.git("config", "uploadpack.allowAnySHA1InWant", "true")
        let blobs = try ["1", "2"].map { number in
            let commit = commits[number == "1" ? 0 : 1]
            return try scene.host.place.git("rev-parse", "\(commit):own")
        }
        try await scene.withRemote { remote in
            #expect(try await remote.advertisement(for: .fetch).offersAnyObject)
            _ = try await fetch(
                scene, remote, FetchRequest(wants: blobs.compactMap { ObjectID(hex: $0) }))
        }
        for blob in blobs { #expect(has(scene, blob)) }
        #expect(!has(scene, "\(commits[0])"))
    }

    @Test func `what the host does not hand out is missing, and leaves no file`() async throws {
        let (scene, _) = try scene()
        let blob = String(repeating: "5", count: 40)
        let path = "\(scene.local.folder)/none.pack"
        try await scene.withRemote { remote in
            let error = await #expect(throws: RemoteError.self) {
                try await remote.fetch(
                    FetchRequest(wants: [try #require(ObjectID(hex: blob))]),
                    from: remote.advertisement(for: .fetch), packTo: path)
            }

            #expect(error?.kind == .missing)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: 1...8)
    func `a fetch that is cut is made again`(part: Int) async throws {
        let (scene, commits) = try scene()
        let cut = CutProxy.Cut.download(after: 700 * part)
        try await CutProxy.run(to: scene.host.port, cut: cut) { proxy in
            try await scene.withRemote(port: proxy.port) { remote in
                _ = try await fetch(scene, remote, FetchRequest(wants: [commits[2]]))
            }
        }
        try scene.local.git("update-ref", "refs/heads/main", "\(commits[2])")
        #expect(try scene.local.git("fsck", "--strict", "--full") == "")
    }
}
