import Foundation
import GitObjects
import GitStore
import TestSupport
import Testing

struct DamageTests {
    @Test(arguments: [
        "cut by one byte", "cut in the middle", "cut to its header", "emptied", "removed",
        "index cut", "index emptied", "index removed", "bit flipped",
    ])
    func `a pack that is not whole is damage, never absence`(how: String) async throws {
        let scene = try Scene()
        let updates = try await scene.run(1)
        try damage(scene.repository, how)

        let error = await #expect(throws: GitError.self) {
            let store = try scene.openToRead()
            for update in updates {
                _ = try await store.read(update.new)
            }
            let commit = try await store.commit(updates[0].new)
            for entry in try await store.tree(commit.tree) {
                _ = try await store.read(entry.id, .blob)
            }
        }

        #expect(error?.kind == .damaged)
        #expect(error?.hint?.contains("git fsck") == true)
    }

    private func damage(_ repository: TemporaryRepository, _ how: String) throws {
        let ending = how.hasPrefix("index") ? ".idx" : ".pack"
        let name = try #require(try repository.files().first { $0.hasSuffix(ending) })
        var bytes = try repository.file(name)
        try FileManager.default.removeItem(atPath: "\(repository.path)/\(name)")
        switch how {
        case "cut by one byte": bytes.removeLast()
        case "cut in the middle", "index cut": bytes.removeLast(bytes.count / 2)
        case "cut to its header": bytes = Array(bytes.prefix(12))
        case "emptied", "index emptied": bytes = []
        case "bit flipped": bytes[bytes.count / 3] ^= 1
        default: return
        }
        try repository.write(name, bytes)
    }

    @Test func `an object of another kind, or one that is not there, is damage`() async throws {
        let scene = try Scene()
        let updates = try await scene.run(1)
        let store = try scene.openToRead()
        let absent = ObjectID([UInt8](repeating: 7, count: 20).span)

        let wrong = await #expect(throws: GitError.self) {
            try await store.read(updates[0].new, .blob)
        }
        let missing = await #expect(throws: GitError.self) { try await store.read(absent) }

        #expect(wrong?.kind == .damaged)
        #expect(missing?.kind == .damaged)
    }

    @Test(arguments: ["whole", "cut", "emptied", "zeroed", "another object's"])
    func `a loose object of a person's git is read if whole, and damage if not`(
        how: String
    ) async throws {
        let scene = try Scene()
        _ = try scene.open()
        var random = SplitMix64(seed: 11)
        let content = random.bytes(20_000)
        let hex = try scene.repository.git("hash-object", "-w", "--stdin", input: content)
        let other = try scene.repository.git("hash-object", "-w", "--stdin", input: [1])
        let id = try #require(ObjectID(hex: hex))
        let bytes = try scene.repository.file(loose(hex))
        let replacement: [UInt8] =
            switch how {
            case "cut": Array(bytes.prefix(bytes.count / 2))
            case "emptied": []
            case "zeroed": [UInt8](repeating: 0, count: bytes.count)
            case "another object's": try scene.repository.file(loose(other))
            default: bytes
            }
        try FileManager.default.removeItem(atPath: "\(scene.repository.path)/\(loose(hex))")
        try scene.repository.write(loose(hex), replacement)
        let store = try scene.openToRead()

        if how == "whole" {
            #expect(try await store.read(id, .blob) == content)
        } else {
            let error = await #expect(throws: GitError.self) { try await store.read(id) }
            #expect(error?.kind == .damaged)
        }
    }

    private func loose(_ hex: String) -> String { "objects/\(hex.prefix(2))/\(hex.dropFirst(2))" }

    @Test(arguments: ["", "garbage\n", "0123\n", "\0\0\0"])
    func `a branch file without an ID is damage`(text: String) async throws {
        let scene = try Scene()
        _ = try scene.open()
        try scene.repository.write("refs/heads/main", text.utf8)
        let store = try scene.openToRead()

        let error = await #expect(throws: GitError.self) { try await store.readRef(scene.branch) }

        #expect(error?.kind == .damaged)
    }

    @Test(arguments: [
        "garbage\n", "^0123456789012345678901234567890123456789\n", "\0\0\0", "# pack-refs with",
    ])
    func `packed-refs that git would not read are damage, and are not replaced`(
        text: String
    ) async throws {
        let scene = try Scene()
        let store = try scene.open()
        let commit = try await scene.writeCommit(1, parent: nil, to: store)
        try scene.repository.write("packed-refs", text.utf8)

        let error = await #expect(throws: GitError.self) {
            try await store.publish([RefUpdate(scene.branch, from: nil, to: commit)])
        }

        #expect(error?.kind == .damaged)
        #expect(try scene.repository.file("packed-refs") == Array(text.utf8))
    }
}
