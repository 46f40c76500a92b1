import Foundation
import GitObjects
import GitStore
import TestSupport
import Testing

/// Damage is what nothing else can supply.
struct AnyCopyTests {
    private let scene: Scene
    private let id: ObjectID
    private let hex: String

    init() async throws {
        scene = try Scene()
        let updates = try await scene.run(1)
        id = updates[0].new
        hex = "\(id)"
    }

    private var loose: String { "objects/\(hex.prefix(2))/\(hex.dropFirst(2))" }

    private func expectReadable() async throws {
        let store = try scene.openToRead()
        let (kind, bytes) = try await store.read(id)
        #expect(ObjectID(of: kind, bytes.span) == id)
        try await scene.run(2)
        #expect(try scene.repository.git("rev-list", "--count", "main") == "2")
    }

    @Test(arguments: ["", "x", "cut"])
    func `a broken file of an object beside a whole packed copy is passed over`(
        content: String
    ) async throws {
        var bytes = Array(content.utf8)
        if content == "cut" {
            let other = try Scene()
            try other.repository.initialize()
            let object = try scene.repository.gitBytes("cat-file", "commit", hex)
            try other.repository.git(
                ["hash-object", "-w", "-t", "commit", "--stdin", "--literally"], input: object)
            bytes = try other.repository.file(loose).dropLast(5)
        }
        try scene.repository.write(loose, bytes)

        try await expectReadable()
    }

    @Test func `a broken file of an object that an alternate has is passed over`() async throws {
        let lender = "\(scene.repository.folder)/lender.git"
        try scene.repository.git("clone", "--quiet", "--mirror", ".", lender)
        for name in try scene.repository.files() where name.hasPrefix("objects/pack/") {
            try FileManager.default.removeItem(atPath: "\(scene.repository.path)/\(name)")
        }
        try scene.repository.write("objects/info/alternates", "../../lender.git/objects\n".utf8)
        try scene.repository.write(loose, [])

        let store = try scene.openToRead()
        let (kind, bytes) = try await store.read(id)

        #expect(ObjectID(of: kind, bytes.span) == id)
    }

    @Test func `an object that is damaged in one pack is read from another`() async throws {
        let first = try #require(try scene.repository.files().first { $0.hasSuffix(".pack") })
        let all = try scene.repository.git("cat-file", "--batch-all-objects", "--batch-check")
        let ids = all.split(separator: "\n").map { "\($0.prefix(40))\n" }.joined()
        try scene.repository.git(
            ["pack-objects", "-q", "objects/pack/pack"], input: Array(ids.utf8))
        let packs = try scene.repository.files().filter { $0.hasSuffix(".pack") }
        #expect(packs.count == 2)
        for name in [first] {
            var bytes = try scene.repository.file(name)
            for place in stride(from: 20, to: bytes.count - 30, by: 40) { bytes[place] ^= 0x55 }
            try scene.repository.write(name, bytes)
        }

        let store = try scene.openToRead()
        for hex in all.split(separator: "\n").map({ String($0.prefix(40)) }) {
            let id = try #require(ObjectID(hex: hex))
            let (kind, bytes) = try await store.read(id)
            #expect(ObjectID(of: kind, bytes.span) == id)
        }
    }

    @Test func `a pack whose index cannot be named is removed again`() async throws {
        let store = try scene.open(unique: "run2")
        let updates = try await scene.write(2, to: store)
        let folder = "\(scene.repository.path)/objects/pack"
        let before = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            !$0.contains("tmp_")
        }
        // The name of the index is not known before: a first try tells it.
        let copy = "\(scene.repository.folder)/copy.git"
        try FileManager.default.copyItem(atPath: scene.repository.path, toPath: copy)
        unlink("\(copy)/tenantkeep/lock")
        let other = try GitStore(at: copy, for: .run(branch: scene.branch), unique: "other")
        try await other.publish(try await scene.write(2, to: other))
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: "\(copy)/objects/pack").first {
                $0.hasSuffix(".idx") && !before.contains($0)
            })
        try FileManager.default.createDirectory(
            atPath: "\(folder)/\(name)", withIntermediateDirectories: false)

        await #expect(throws: GitError.self) { try await store.publish(updates) }
        try await store.close()
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")

        let after = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(Set(after) == Set(before))
        try scene.expectSound()
    }
}
