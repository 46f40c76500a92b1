import Foundation
import GitObjects
import GitStore
import TestSupport
import Testing

struct PublishTests {
    @Test func `a run moves branch, tag and record at once, and git agrees`() async throws {
        let scene = try Scene()

        let first = try await scene.run(1)
        let second = try await scene.run(2)

        let head = "\(second[0].new)"
        #expect(second[0].old == first[0].new)
        #expect(
            try scene.refs() == [
                "refs/heads/main \(head) ",
                "refs/tags/backup/1 \(first[1].new) \(first[0].new)",
                "refs/tags/backup/2 \(second[1].new) \(head)",
                "refs/tenantkeep/runs \(second[2].new) ",
            ])
        #expect(try scene.repository.git("rev-list", "--count", "main") == "2")
        #expect(try scene.repository.git("rev-parse", "backup/2^{commit}") == head)
        try scene.expectSound()
        try scene.repository.git("clone", "--quiet", ".", "\(scene.repository.folder)/clone")
    }

    @Test func `packed-refs has the bytes git pack-refs gives it`() async throws {
        let scene = try Scene()
        let updates = try await scene.run(1)
        try scene.repository.git("update-ref", "refs/heads/other", "\(updates[0].new)")
        try scene.repository.git("tag", "-a", "-m", "x", "nested", "backup/1")
        try scene.repository.git("pack-refs", "--all")
        try await scene.run(2)
        let ours = try scene.repository.file("packed-refs")

        try scene.repository.git("update-ref", "refs/heads/loose", "\(updates[0].new)")
        try scene.repository.git("pack-refs", "--all")
        try scene.repository.git("update-ref", "-d", "refs/heads/loose")

        #expect(try scene.repository.file("packed-refs") == ours)
    }

    @Test func `a stale expectation moves nothing and leaves nothing`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let before = try (scene.refs(), scene.repository.files())
        let store = try scene.open()
        var updates = try await scene.write(2, to: store)
        updates[2] = RefUpdate(.runs, from: first[0].new, to: updates[2].new)

        let error = await #expect(throws: GitError.self) { try await store.publish(updates) }
        try await store.close()

        #expect(error?.kind == .moved)
        #expect(error?.action == "move refs/tenantkeep/runs")
        #expect(try scene.refs() == before.0)
        #expect(try scene.repository.files() == before.1)
        try scene.expectSound()
    }

    @Test func `a ref that must be new and is not, or must be and is not, is a stale one`()
        async throws
    {
        let scene = try Scene()
        let first = try await scene.run(1)
        let store = try scene.open()
        let commit = try await scene.writeCommit(9, parent: nil, to: store)
        let absent = try #require(RefName.branch("absent"))

        for update in [
            RefUpdate(scene.branch, from: nil, to: commit),
            RefUpdate(absent, from: first[0].new, to: commit),
        ] {
            let error = await #expect(throws: GitError.self) { try await store.publish([update]) }
            #expect(error?.kind == .moved)
        }
        try await store.close()

        #expect(try scene.refs().count == 3)
        try scene.expectSound()
    }

    @Test func `refs are where git has just put them, packed or loose`() async throws {
        let scene = try Scene()
        let updates = try await scene.run(1)
        let (commit, record) = (updates[0].new, updates[2].new)
        let store = try scene.openToRead()
        let names = try ["main", "packed", "loose", "absent"].map {
            try #require(RefName.branch($0))
        }
        #expect(try await store.readRefs(names) == [names[0]: commit])

        try scene.repository.git("update-ref", "\(names[1])", "\(commit)")
        try scene.repository.git("pack-refs", "--all")
        #expect(try await store.readRefs(names) == [names[0]: commit, names[1]: commit])

        // The same number of bytes, and the same second.
        try scene.repository.git("update-ref", "\(names[1])", "\(record)")
        try scene.repository.git("pack-refs", "--all")
        try scene.repository.git("update-ref", "\(names[0])", "\(record)")
        try scene.repository.git("update-ref", "\(names[2])", "\(commit)")
        let found = try await store.readRefs(names)

        #expect(found == [names[0]: record, names[1]: record, names[2]: commit])
        for name in names { #expect(try await store.readRef(name) == found[name]) }
    }

    @Test func `loose refs of a person's git are folded in, others stay loose`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let store = try scene.open()
        let theirs = try scene.repository.git(
            "commit-tree", "-p", "\(first[0].new)", "-m", "theirs", "\(first[0].new)^{tree}")
        try scene.repository.git("update-ref", "refs/heads/main", theirs)
        try scene.repository.git("update-ref", "refs/heads/other", theirs)
        try scene.repository.git("tag", "-a", "-m", "x", "mine", theirs)

        let updates = try await scene.write(2, to: store)
        try await store.publish(updates)

        #expect("\(try #require(updates[0].old))" == theirs)
        let files = try scene.repository.files().filter { $0.hasPrefix("refs/") }
        #expect(files == ["refs/heads/other", "refs/tags/mine"])
        #expect(try scene.repository.git("rev-parse", "main") == "\(updates[0].new)")
        #expect(try scene.repository.git("rev-parse", "other") == theirs)
        try scene.expectSound()
    }

    @Test func `a loose annotated tag that is moved is folded in and peeled`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        try scene.repository.git("tag", "-a", "-m", "x", "mine", "\(first[0].new)")
        let old = try scene.repository.git("rev-parse", "mine")
        let store = try scene.open()
        let name = try #require(RefName.tag("mine"))

        try await store.publish([
            RefUpdate(name, from: ObjectID(hex: old), to: first[1].new, peeled: first[0].new)
        ])

        #expect(try scene.refs().contains("refs/tags/mine \(first[1].new) \(first[0].new)"))
        try scene.expectSound()
    }

    @Test(arguments: ["", "# pack-refs with: peeled \n", "# pack-refs with: sorted \n"])
    func `packed refs of an older git are peeled`(header: String) async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let commit = first[0].new
        try scene.repository.git("tag", "-a", "-m", "x", "nested", "backup/1")
        let nested = try scene.repository.git("rev-parse", "nested")
        try scene.repository.git("update-ref", "-d", "refs/tags/nested")
        let lines = """
            \(commit) refs/heads/main
            \(nested) refs/elsewhere/nested
            \(first[1].new) refs/tags/backup/1
            \(nested) refs/tags/nested
            \(first[2].new) refs/tenantkeep/runs

            """
        try scene.repository.write("packed-refs", (header + lines).utf8)

        try await scene.run(2)

        let ours = String(decoding: try scene.repository.file("packed-refs"), as: UTF8.self)
        #expect(ours.contains("\(nested) refs/elsewhere/nested\n^\(commit)\n"))
        #expect(ours.contains("\(nested) refs/tags/nested\n^\(commit)\n"))
        #expect(ours.contains("\(first[1].new) refs/tags/backup/1\n^\(commit)\n"))
        try scene.expectSound()
    }

    @Test func `names of somebody's refs stay as they are, byte for byte`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let names: [[UInt8]] = [
            Array("refs/heads/e\u{301}".utf8), Array("refs/heads/\u{E9}".utf8),
            Array("refs/heads/".utf8) + [0xE9, 0x61],
        ]
        let header = Array("# pack-refs with: peeled fully-peeled sorted \n".utf8)
        let old = try scene.repository.file("packed-refs").dropFirst(header.count)
        let start = Array("\(first[0].new) ".utf8)
        let theirs: [UInt8] = names.flatMap { (name: [UInt8]) -> [UInt8] in start + name + [0x0A] }
        try scene.repository.write("packed-refs", header + theirs + old)

        try await scene.run(2)

        let listed = try scene.repository.gitBytes("for-each-ref", "--format=%(refname)")
            .split(separator: 0x0A).map(Array.init)
        #expect(Set(names).isSubset(of: listed))
        try scene.expectSound()
    }

    @Test(arguments: [("main/x", "main"), ("main", "main/x")], [true, false])
    func `a branch that would be the folder of another is refused`(
        names: (ours: String, theirs: String), isPacked: Bool
    ) async throws {
        let scene = try Scene()
        let store = try scene.open()
        let commit = try await scene.writeCommit(1, parent: nil, to: store)
        let start = try #require(RefName.branch("start"))
        try await store.publish([RefUpdate(start, from: nil, to: commit)])
        try scene.repository.git("update-ref", "refs/heads/\(names.theirs)", "\(commit)")
        if isPacked { try scene.repository.git("pack-refs", "--all") }
        let before = try scene.refs()
        let ours = try #require(RefName.branch(names.ours))

        let error = await #expect(throws: GitError.self) {
            try await store.publish([RefUpdate(ours, from: nil, to: commit)])
        }

        #expect(error?.reason == "refs/heads/\(names.theirs) stands in its way")
        #expect(try scene.refs() == before)
        try scene.expectSound()
    }

    @Test func `an object the repository holds is not written again`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let size = try scene.repository.git("count-objects", "-v")
        let store = try scene.open()

        let again = try await scene.writeCommit(1, parent: nil, to: store)

        #expect(again == first[0].new)
        try await store.publish([])
        #expect(try scene.repository.git("count-objects", "-v") == size)
        try scene.expectSound()
    }

    @Test func `a branch that only stands for another is refused and stays`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        try scene.repository.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
        let alias = try #require(RefName.branch("alias"))
        let before = try scene.refs()
        let store = try scene.open()
        let commit = try await scene.writeCommit(2, parent: nil, to: store)

        let error = await #expect(throws: GitError.self) {
            try await store.publish([RefUpdate(alias, from: nil, to: commit)])
        }
        try await store.close()

        #expect(error?.kind == .other)
        #expect(try scene.refs() == before)
        try scene.expectSound()
    }

    @Test func `runs and a person's git at work at once lose none of each other's refs`()
        async throws
    {
        let scene = try Scene()
        let first = try await scene.run(0)
        let store = try scene.open(unique: "busy") { attempt in
            sched_yield()
            return attempt < 10_000_000
        }

        try await withThrowingTaskGroup { group in
            group.addTask {
                for number in 1...12 {
                    try await store.publish(try await scene.write(number, to: store))
                }
            }
            group.addTask {
                for number in 1...12 {
                    let name = "refs/heads/theirs/\(number)"
                    try scene.repository.git("update-ref", name, "\(first[0].new)")
                    // One of both may find the other's lock; then it is for the next to pack.
                    _ = try? scene.repository.git("pack-refs", "--all")
                }
            }
            try await group.waitForAll()
        }

        let names = Set(try scene.refs().map { $0.prefix { $0 != " " } })
        let expected = (1...12).flatMap { ["refs/heads/theirs/\($0)", "refs/tags/backup/\($0)"] }
        #expect(expected.filter { !names.contains(Substring($0)) } == [])
        #expect(try scene.repository.git("rev-list", "--count", "main") == "13")
        try scene.expectSound()
    }

    @Test func `refs are listed, loose and packed, below a prefix`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        try scene.repository.git("update-ref", "refs/tags/backup/loose", "\(first[0].new)")
        try scene.repository.write("refs/tags/backup/half.lock", "".utf8)
        let store = try scene.openToRead()

        #expect(
            try await store.refNames(below: "refs/tags/backup/")
                == ["refs/tags/backup/1", "refs/tags/backup/loose"])
        #expect(try await store.refNames(below: "refs/none/") == [])
    }
}
