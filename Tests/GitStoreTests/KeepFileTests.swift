import Foundation
import GitObjects
import GitStore
import Synchronization
import TestSupport
import Testing

/// A pack that nothing leads to yet, and a person's git at work beside the run.
struct KeepFileTests {
    /// What a person's git does between the pack's name and the refs' move.
    static let cleanings = [["repack", "-a", "-d", "-q"], ["gc", "--prune=now", "--quiet"]]

    /// Publishes run 2 with `packed-refs` locked by somebody, who calls `meanwhile` and then lets go.
    private func publish(
        in scene: Scene, meanwhile: @escaping @Sendable (TemporaryRepository) throws -> Void
    ) async throws -> [RefUpdate] {
        try scene.repository.write("packed-refs.lock", "".utf8)
        let failure = Mutex<(any Error)?>(nil)
        let repository = scene.repository
        let store = try scene.open(unique: "run2") { _ in
            // The lock is git's own for as long as this takes.
            unlink("\(repository.path)/packed-refs.lock")
            do { try meanwhile(repository) } catch { failure.withLock { $0 = error } }
            return true
        }
        let updates = try await scene.write(2, to: store)
        do { try await store.publish(updates) } catch {
            try await store.close()
            throw error
        }
        try await store.close()
        if let error = failure.withLock({ $0 }) { throw error }
        return updates
    }

    private func keepFiles(of repository: TemporaryRepository) throws -> [String] {
        try repository.files().filter { $0.hasSuffix(".keep") }
    }

    @Test(arguments: cleanings)
    func `a git that removes what nothing needs does not take the pack of a run`(
        command: [String]
    ) async throws {
        let scene = try Scene()
        try await scene.run(1)

        let updates = try await publish(in: scene) { try $0.git(command) }

        #expect(try scene.repository.git("rev-parse", "main") == "\(updates[0].new)")
        #expect(try scene.repository.git("rev-list", "--count", "main") == "2")
        #expect(try keepFiles(of: scene.repository) == [])
        try scene.expectSound()
    }

    @Test func `the pack is guarded and noted until the refs have moved`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        let seen = Mutex<[String]>([])

        _ = try await publish(in: scene) { repository in
            let packs = try repository.files().filter { $0.hasSuffix(".pack") }
            let noted = String(decoding: try repository.file("tenantkeep/lock"), as: UTF8.self)
            let keeps = try repository.files().filter { $0.hasSuffix(".keep") }
            seen.withLock { $0 = keeps + ["\(packs.count)", "\(noted.contains("\(keeps[0])\n"))"] }
        }

        let found = seen.withLock { $0 }
        #expect(found.count == 3)
        #expect(found.dropFirst() == ["2", "true"])
        #expect(try keepFiles(of: scene.repository) == [])
    }

    @Test(arguments: cleanings)
    func `a fetched pack is guarded through the next one, until the refs have moved`(
        command: [String]
    ) async throws {
        let (source, scene) = (try Scene(), try Scene())
        let sent = try await source.run(1)
        try scene.repository.initialize()
        let store = try scene.open()
        for id in [sent[0].new, sent[2].new] {
            let pack = try source.repository.gitBytes(
                "pack-objects", "--revs", "--stdout", "-q", input: Array("\(id)\n".utf8))
            let path = try await store.beginReceiving()
            try Data(pack).write(to: URL(fileURLWithPath: path))
            try scene.repository.git(command)
            try await store.receive(Reception(of: [id]))
            try scene.repository.git(command)
        }
        #expect(try keepFiles(of: scene.repository).count == 2)

        try await store.publish([
            RefUpdate(scene.branch, from: nil, to: sent[0].new),
            RefUpdate(.runs, from: nil, to: sent[2].new),
        ])

        #expect(try keepFiles(of: scene.repository) == [])
        try scene.repository.git(command)
        #expect(try scene.refs().count == 2)
        try await store.close()
        try scene.expectSound()
    }

    @Test func `a run that ends without publishing leaves no keep file`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        try scene.repository.write("packed-refs.lock", "".utf8)
        let store = try scene.open(unique: "run2")
        let updates = try await scene.write(2, to: store)

        await #expect(throws: GitError.self) { try await store.publish(updates) }
        #expect(try keepFiles(of: scene.repository).count == 1)
        try await store.close()

        #expect(try keepFiles(of: scene.repository) == [])
        #expect(try scene.repository.git("rev-parse", "main") == "\(first[0].new)")
    }

    @Test func `what a killed run left is used, guarded, and removed by the next`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        try scene.repository.write("packed-refs.lock", "".utf8)
        do {
            // Let go without a word, as a killed process does.
            let dead = try scene.open(unique: "dead")
            let updates = try await scene.write(2, to: dead)
            await #expect(throws: GitError.self) { try await dead.publish(updates) }
        }
        #expect(try keepFiles(of: scene.repository).count == 1)

        // The run finds all its objects in the dead run's pack, which no ref leads to.
        let updates = try await publish(in: scene) {
            try $0.git("repack", "-a", "-d", "-q")
        }

        #expect(try scene.repository.git("rev-parse", "main") == "\(updates[0].new)")
        #expect(try keepFiles(of: scene.repository) == [])
        #expect(try scene.repository.file("tenantkeep/lock").split(separator: 0x0A).count == 1)
        try scene.expectSound()
    }

    @Test(arguments: ["listed", "not listed"])
    func `a keep file of somebody else stays`(how: String) async throws {
        let scene = try Scene()
        try await scene.run(1)
        let pack = try #require(try scene.repository.files().first { $0.hasSuffix(".pack") })
        let name = pack.dropLast(5) + ".keep"
        try scene.repository.write(String(name), "mine\n".utf8)
        let lines = ["process 1"] + (how == "listed" ? [String(name)] : []) + [""]
        try scene.repository.write("tenantkeep/lock", lines.joined(separator: "\n").utf8)

        for number in 2...12 {
            let store = try scene.open(unique: "run\(number)")
            try await store.publish(try await scene.write(number, to: store))
            try await store.joinPacks()
            try await store.close()
        }

        #expect(try keepFiles(of: scene.repository) == [String(name)])
        #expect(try scene.repository.files().contains(pack))
        try scene.expectSound()
    }

    @Test func `a keep file that another git made for the same pack stays`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        try scene.repository.write("packed-refs.lock", "".utf8)
        let dead = try scene.open(unique: "dead")
        await #expect(throws: GitError.self) {
            try await dead.publish(try await scene.write(2, to: dead))
        }
        let keep = try #require(try keepFiles(of: scene.repository).first)
        try scene.repository.write(keep, "receive-pack 1 on host\n".utf8)
        try await dead.close()

        #expect(try keepFiles(of: scene.repository) == [keep])
    }

    @Test func `objects that another git removed before the refs moved are noticed`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        // A pack that nothing leads to, and that no run of ours has guarded.
        let lost = try scene.repository.git("hash-object", "-w", "--stdin", input: [1, 2, 3])
        try scene.repository.git(
            ["pack-objects", "-q", "objects/pack/pack"], input: Array("\(lost)\n".utf8))
        try scene.repository.git("prune-packed")
        let repository = scene.repository
        try repository.write("packed-refs.lock", "".utf8)
        let store = try scene.open(unique: "run2") { _ in
            unlink("\(repository.path)/packed-refs.lock")
            _ = try? repository.git("repack", "-a", "-d", "-q")
            return true
        }
        let blob = try await store.write(.blob, [1, 2, 3])
        #expect("\(blob)" == lost)
        var tree = TreeWriter()
        tree.append(.file, Array("lost".utf8), blob)
        let commit = Commit(
            tree: try await store.write(.tree, tree.bytes), parents: [first[0].new],
            author: scene.person, committer: scene.person, message: "Run 2\n")
        let id = try await store.write(.commit, commit.bytes)

        let error = await #expect(throws: GitError.self) {
            try await store.publish([RefUpdate(scene.branch, from: first[0].new, to: id)])
        }
        try await store.close()

        #expect(error?.kind == .moved)
        #expect(error?.reason.contains(lost) == true)
        #expect(try scene.repository.git("rev-parse", "main") == "\(first[0].new)")
        try scene.expectSound()
    }

    @Test func `a git that removes temporary files does not end a run`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        let store = try scene.open(unique: "run2")
        let updates = try await scene.write(2, to: store)
        try scene.repository.git("gc", "--prune=now", "--quiet")
        #expect(try !scene.repository.files().contains { $0.contains("tmp_pack") })

        try await store.publish(updates)
        try await store.close()

        #expect(try scene.repository.git("rev-parse", "main") == "\(updates[0].new)")
        try scene.expectSound()
    }
}
