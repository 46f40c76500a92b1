import Foundation
import GitObjects
import GitStore
import Synchronization
import TestSupport
import Testing

struct LockTests {
    @Test func `a second run is told at once, and takes over when the first is gone`() async throws
    {
        let scene = try Scene()
        var first: GitStore? = try scene.open()
        _ = try await first?.write(.blob, [1])

        let error = #expect(throws: GitError.self) { try scene.open(unique: "2") }
        first = nil

        #expect(error?.kind == .held)
        #expect(
            error?.reason.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        _ = try scene.open(unique: "2")
        try scene.expectSound()
    }

    @Test func `a reader is not kept out by a run`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let holder = try scene.open()

        let reader = try scene.openToRead()

        #expect(try await reader.readRef(scene.branch) == first[0].new)
        #expect(try await holder.readRef(scene.branch) == first[0].new)
    }

    @Test func `what a killed run had listed is removed, and nothing else`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        let listed = [
            "refs/heads/main.lock", "packed-refs.lock", "objects/pack/tmp_pack_dead",
            "objects/pack/tmp_idx_dead",
        ]
        let others = [
            "refs/heads/other.lock", "objects/pack/tmp_pack_other", "precious",
        ]
        for name in listed + others { try scene.repository.write(name, "x".utf8) }
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(scene.repository.folder)/out.lock"))
        let lines = ["process 1"] + listed + ["../out.lock", "/precious", "precious", "HEAD", ""]
        try scene.repository.write("tenantkeep/lock", lines.joined(separator: "\n").utf8)

        _ = try scene.open()

        let files = try scene.repository.files()
        #expect(listed.filter(files.contains) == [])
        #expect(others.filter(files.contains) == others)
        #expect(files.contains("HEAD"))
        #expect(FileManager.default.fileExists(atPath: "\(scene.repository.folder)/out.lock"))
    }

    @Test func `a run that is let go without a word is cleared away by the next`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        do {
            let dead = try scene.open(unique: "dead")
            _ = try await scene.write(2, to: dead)
        }
        #expect(try scene.repository.files().contains("objects/pack/tmp_pack_dead"))

        try await scene.run(3)

        try scene.expectSound()
    }

    @Test(arguments: ["refs/heads/main.lock", "packed-refs.lock", "refs/tags/backup/2.lock"])
    func `a lock of somebody else is waited for, then named, and stays`(name: String) async throws {
        let scene = try Scene()
        try await scene.run(1)
        let before = try scene.refs()
        try scene.repository.write(name, "".utf8)
        let attempts = Mutex<[Int]>([])
        let store = try scene.open { attempt in
            attempts.withLock { $0.append(attempt) }
            return attempt < 5
        }
        let updates = try await scene.write(2, to: store)

        let error = await #expect(throws: GitError.self) { try await store.publish(updates) }
        try await store.close()

        #expect(error?.kind == .locked)
        #expect(error?.reason.contains("\(scene.repository.path)/\(name)") == true)
        #expect(attempts.withLock { $0 } == [1, 2, 3, 4, 5])
        #expect(try scene.refs() == before)
        let locks = try scene.repository.files().filter { $0.hasSuffix(".lock") }
        #expect(locks == [name])
    }

    @Test(arguments: ["refs/heads/main.lock", "packed-refs.lock"])
    func `a lock that goes away in time does not matter`(name: String) async throws {
        let scene = try Scene()
        try await scene.run(1)
        try scene.repository.write(name, "".utf8)
        let path = "\(scene.repository.path)/\(name)"
        let store = try scene.open { attempt in
            if attempt == 3 { unlink(path) }
            return attempt < 5
        }
        let updates = try await scene.write(2, to: store)

        try await store.publish(updates)

        #expect(try scene.repository.git("rev-parse", "main") == "\(updates[0].new)")
        try scene.expectSound()
    }

    @Test func `a lock waited for is not listed as ours`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        try scene.repository.write("packed-refs.lock", "".utf8)
        do {
            let dying = try scene.open(unique: "dying")
            let updates = try await scene.write(2, to: dying)
            await #expect(throws: GitError.self) { try await dying.publish(updates) }
        }

        _ = try scene.open()

        #expect(try scene.repository.files().contains("packed-refs.lock"))
    }
}
