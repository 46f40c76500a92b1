import Foundation
import GitObjects
import GitStore
import TestSupport
import Testing

struct JoiningTests {
    @Test func `however many runs there were, packs are few and every run is there`() async throws {
        let scene = try Scene()
        for number in 1...20 { try await run(number, in: scene) }

        #expect(try packs(of: scene).count <= 8)
        #expect(try scene.refs().count == 22)
        #expect(try scene.repository.git("rev-list", "--count", "main") == "20")
        try scene.expectSound()
    }

    @Test func `who has the repository open reads everything before and after`() async throws {
        let scene = try Scene()
        var updates: [RefUpdate] = []
        for number in 1...8 { updates += try await scene.run(number) }
        let reader = try scene.openToRead()
        // So that some packs are open and others are not.
        let (kind, bytes) = try await reader.read(updates[0].new)
        let before = try packs(of: scene)

        try await run(9, in: scene)

        #expect(Set(try packs(of: scene)).isDisjoint(with: before))
        for update in updates {
            let (found, read) = try await reader.read(update.new)
            #expect(ObjectID(of: found, read.span) == update.new)
        }
        let again = try await reader.read(updates[0].new)
        #expect(again.0 == kind && again.1 == bytes)
        for commit in updates where commit.name == scene.branch {
            let tree = try await reader.commit(commit.new).tree
            for entry in try await reader.tree(tree) { _ = try await reader.read(entry.id) }
        }
    }

    @Test func `the store that joined reads on`() async throws {
        let scene = try Scene()
        for number in 1...8 { try await scene.run(number) }
        let store = try scene.open()
        let updates = try await scene.write(9, to: store)
        try await store.publish(updates)

        try await store.joinPacks()

        #expect(try packs(of: scene).count == 1)
        for update in updates {
            for id in [update.new, update.old].compactMap(\.self) {
                let (kind, bytes) = try await store.read(id)
                #expect(ObjectID(of: kind, bytes.span) == id)
            }
        }
        let more = try await scene.write(10, to: store)
        try await store.publish(more)
        try await store.close()
        try scene.expectSound()
    }

    @Test func `a damaged pack is an error that leaves the run published and all packs there`()
        async throws
    {
        let scene = try Scene()
        for number in 1...8 { try await scene.run(number) }
        let before = try packs(of: scene)
        let path = "\(scene.repository.path)/\(before[0])"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        var bytes = try scene.repository.file(before[0])
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let store = try scene.open(unique: "run9")
        let updates = try await scene.write(9, to: store)
        try await store.publish(updates)

        let error = await #expect(throws: GitError.self) { try await store.joinPacks() }

        #expect(error?.action == "read \(path)")
        for update in updates {
            let there = try await store.readRef(update.name)
            #expect(there == update.new)
            _ = try await store.read(update.new)
        }
        try await store.close()
        #expect(try Set(packs(of: scene)).isSuperset(of: before))
        #expect(try packs(of: scene).count == 9)
        #expect(try scene.repository.files().allSatisfy { !$0.contains("tmp_") })
    }

    @Test func `what a killed join leaves behind, the next run removes`() async throws {
        let scene = try Scene()
        for number in 1...8 { try await scene.run(number) }
        let names = ["objects/pack/tmp_pack_dead-joined", "objects/pack/tmp_idx_dead-joined"]
        for name in names { try scene.repository.write(name, "half".utf8) }
        try scene.repository.write(
            "tenantkeep/lock", (["process 1"] + names + [""]).joined(separator: "\n").utf8)

        try await run(9, in: scene)

        #expect(try packs(of: scene).count == 1)
        try scene.expectSound()
    }

    @Test func `the names a join may leave are in the lock file before it begins`() async throws {
        let scene = try Scene()
        for number in 1...9 { try await scene.run(number) }
        let store = try scene.open(unique: "run10")
        let name = "objects/pack/tmp_idx_run10-joined"
        try scene.repository.write(name, "in the way".utf8)

        await #expect(throws: GitError.self) { try await store.joinPacks() }

        let noted = String(decoding: try scene.repository.file("tenantkeep/lock"), as: UTF8.self)
        #expect(noted.contains("\(name)\n"))
        #expect(noted.contains("objects/pack/tmp_pack_run10-joined\n"))
        try FileManager.default.removeItem(atPath: "\(scene.repository.path)/\(name)")
        try await store.joinPacks()
        try scene.expectSound()
    }

    @Test func `a store that does not hold the repository joins nothing`() async throws {
        let scene = try Scene()
        for number in 1...10 { try await scene.run(number) }
        let before = try packs(of: scene)

        try await scene.openToRead().joinPacks()
        try await GitStore(at: scene.repository.path, for: .preview, unique: "1").joinPacks()

        #expect(try packs(of: scene) == before)
    }

    // MARK: Runs

    private func run(_ number: Int, in scene: Scene) async throws {
        let store = try scene.open(unique: "run\(number)")
        let updates = try await scene.write(number, to: store)
        try await store.publish(updates)
        try await store.joinPacks()
        try await store.close()
    }

    private func packs(of scene: Scene) throws -> [String] {
        try scene.repository.files().filter { $0.hasSuffix(".pack") }
    }
}
