import Foundation
import GitObjects
import GitStore
import TestSupport
import Testing

/// Repositories with `extensions.*`, as newer gits make them.
struct ExtensionTests {
    private func scene(_ name: String, _ value: String) throws -> Scene {
        let scene = try Scene()
        try scene.repository.initialize()
        try scene.repository.git("config", "core.repositoryFormatVersion", "1")
        try scene.repository.git("config", "extensions.\(name)", value)
        return scene
    }

    @Test(arguments: [
        ("worktreeConfig", "true"), ("objectFormat", "sha1"), ("preciousObjects", "true"),
        ("noop", "true"), ("refStorage", "files"), ("relativeWorktrees", "true"),
    ])
    func `an extension that changes nothing here is no obstacle`(
        name: String, value: String
    ) async throws {
        let scene = try scene(name, value)

        let updates = try await scene.run(1)

        let reader = try scene.openToRead()
        #expect(try await reader.readRef(scene.branch) == updates[0].new)
        // This git does not know the newer ones.
        let text = String(decoding: try scene.repository.file("config"), as: UTF8.self)
        try scene.repository.write(
            "config", text.replacingOccurrences(of: "[extensions]", with: "[formerly]").utf8)
        try scene.expectSound()
    }

    @Test(arguments: [
        ("objectFormat", "sha256", "extensions.objectFormat"),
        ("refStorage", "reftable", "extensions.refStorage"),
        ("somethingNew", "true", "extensions.somethingnew"),
    ])
    func `an extension that cannot be honoured is refused by name, with what to do`(
        name: String, value: String, named: String
    ) async throws {
        let scene = try scene(name, value)
        let before = try scene.repository.files()

        let error = #expect(throws: GitError.self) { try scene.open() }

        #expect(error?.kind == .notARepository)
        #expect(error?.reason.contains(named) == true)
        #expect(error?.hint?.isEmpty == false)
        #expect(try scene.repository.files() == before)
    }

    @Test func `where the work trees have their own settings, so has the repository`() async throws
    {
        let scene = try scene("worktreeConfig", "true")
        try scene.repository.git("config", "--unset", "core.bare")
        try scene.repository.write("config.worktree", "[core]\n\tbare = true\n".utf8)

        try await scene.run(1)

        try scene.expectSound()
    }

    @Test func `where objects are precious no pack is removed`() async throws {
        let scene = try scene("preciousObjects", "true")
        for number in 1...10 {
            let store = try scene.open(unique: "run\(number)")
            try await store.publish(try await scene.write(number, to: store))
            try await store.joinPacks()
            try await store.close()
        }

        #expect(try scene.repository.files().filter { $0.hasSuffix(".pack") }.count == 10)
        try scene.expectSound()
    }

    @Test func `a partial clone of git's is named as that, and is not damaged`() async throws {
        let origin = try Scene()
        let updates = try await origin.run(1)
        try origin.repository.git("config", "uploadpack.allowFilter", "true")
        let scene = try Scene()
        try scene.repository.git(
            "clone", "--quiet", "--bare", "--filter=blob:none", "file://\(origin.repository.path)",
            scene.repository.path)
        let store = try scene.openToRead()
        let commit = try await store.commit(updates[0].new)
        let blob = try #require(try await store.tree(commit.tree).first)

        let error = await #expect(throws: GitError.self) { try await store.read(blob.id) }

        #expect(error?.kind == .notARepository)
        #expect(error?.reason.contains("partial clone") == true)
        #expect(error?.hint?.contains("--refetch") == true)
    }
}
