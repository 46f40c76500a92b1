import Foundation
import GitObjects
import GitStore
import Synchronization
import TestSupport
import Testing

/// What is exclusive about a publish: locks that are ours, and refs that stay where they were.
struct PublicationTests {
    /// Opens the repository for a run that finds `packed-refs` locked, and calls `meanwhile` before
    /// that lock goes away.
    private func open(
        _ scene: Scene, meanwhile: @escaping @Sendable (TemporaryRepository) throws -> Void
    ) throws -> GitStore {
        let repository = scene.repository
        try repository.write("packed-refs.lock", "".utf8)
        return try scene.open(unique: "run2") { _ in
            _ = try? meanwhile(repository)
            unlink("\(repository.path)/packed-refs.lock")
            return true
        }
    }

    @Test func `a ref moved in packed-refs while its lock was waited for is not moved again`()
        async throws
    {
        let scene = try Scene()
        let first = try await scene.run(1)
        let (commit, record) = (first[0].new, first[2].new)
        let store = try open(scene) { repository in
            let text = String(decoding: try repository.file("packed-refs"), as: UTF8.self)
            try repository.write(
                "packed-refs",
                text.replacingOccurrences(
                    of: "\(commit) refs/heads/main", with: "\(record) refs/heads/main"
                ).utf8)
        }
        let updates = try await scene.write(2, to: store)

        let error = await #expect(throws: GitError.self) { try await store.publish(updates) }
        try await store.close()

        #expect(error?.kind == .moved)
        #expect(error?.action == "move refs/heads/main")
        #expect(try scene.repository.git("rev-parse", "main") == "\(record)")
        #expect(try scene.refs().count == 3)
        try scene.expectSound()
    }

    @Test func `a ref that git moved before its lock was taken is not moved again`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let repository = scene.repository
        try repository.write("refs/heads/main.lock", "".utf8)
        let store = try scene.open(unique: "run2") { _ in
            unlink("\(repository.path)/refs/heads/main.lock")
            _ = try? repository.git("update-ref", "refs/heads/main", "\(first[2].new)")
            return true
        }
        let updates = try await scene.write(2, to: store)

        let error = await #expect(throws: GitError.self) { try await store.publish(updates) }
        try await store.close()

        #expect(error?.kind == .moved)
        #expect(try repository.git("rev-parse", "main") == "\(first[2].new)")
        try scene.expectSound()
    }

    @Test func `a ref's lock says whose it is`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        let text = Mutex("")
        let store = try open(scene) { repository in
            let bytes = try repository.file("refs/heads/main.lock")
            text.withLock { $0 = String(decoding: bytes, as: UTF8.self) }
        }

        try await store.publish(try await scene.write(2, to: store))

        #expect(text.withLock { $0 } == "tenantkeep run2\n")
        try scene.expectSound()
    }

    @Test(arguments: ["removed", "removed and made by another"])
    func `a lock that somebody removed stops the run, and another's lock stays`(
        how: String
    ) async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let store = try open(scene) { repository in
            unlink("\(repository.path)/refs/heads/main.lock")
            guard how != "removed" else { return }
            try repository.write("refs/heads/main.lock", "\(first[2].new)\n".utf8)
        }
        let updates = try await scene.write(2, to: store)

        let error = await #expect(throws: GitError.self) { try await store.publish(updates) }
        try await store.close()

        #expect(error?.kind == .moved)
        #expect(error?.reason.contains("main.lock") == true)
        #expect(try scene.repository.git("rev-parse", "main") == "\(first[0].new)")
        let locks = try scene.repository.files().filter { $0.hasSuffix(".lock") }
        #expect(locks == (how == "removed" ? [] : ["refs/heads/main.lock"]))
    }

    @Test func `a lock of git's where a dead run had one stays`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        try scene.repository.write("refs/heads/main.lock", "\(first[2].new)\n".utf8)
        try scene.repository.write(
            "tenantkeep/lock", "process 1\nrefs/heads/main.lock\n".utf8)

        _ = try scene.open()

        #expect(try scene.repository.files().contains("refs/heads/main.lock"))
    }

    @Test func `a broken tag of somebody's in packed-refs of an older git stays`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let broken = String(repeating: "1", count: 40)
        let lines = """
            \(first[0].new) refs/heads/main
            \(broken) refs/tags/broken
            \(first[2].new) refs/tenantkeep/runs

            """
        try scene.repository.write("packed-refs", lines.utf8)

        let updates = try await scene.run(2)

        let text = String(decoding: try scene.repository.file("packed-refs"), as: UTF8.self)
        #expect(text.contains("\(broken) refs/tags/broken\n\(updates[1].new) ") == false)
        #expect(text.contains("\(broken) refs/tags/broken\n"))
        #expect(try scene.repository.git("rev-parse", "main") == "\(updates[0].new)")
    }

    @Test(arguments: [true, false])
    func `packed-refs that is a symbolic link stays one, and its target is replaced`(
        isRelative: Bool
    ) async throws {
        let scene = try Scene()
        try await scene.run(1)
        let (path, folder) = (scene.repository.path, scene.repository.folder)
        try FileManager.default.createDirectory(
            atPath: "\(folder)/elsewhere", withIntermediateDirectories: false)
        let target = isRelative ? "../elsewhere/refs" : "\(folder)/elsewhere/refs"
        try FileManager.default.moveItem(
            atPath: "\(path)/packed-refs", toPath: "\(folder)/elsewhere/refs")
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/packed-refs", withDestinationPath: target)

        let updates = try await scene.run(2)

        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/packed-refs")
                == target)
        #expect(try scene.repository.git("rev-parse", "main") == "\(updates[0].new)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: "\(folder)/elsewhere") == ["refs"])
        try scene.expectSound()
    }

    @Test func `the lock beside a link's target is git's, and a dead run's is removed`()
        async throws
    {
        let scene = try Scene()
        try await scene.run(1)
        let (path, folder) = (scene.repository.path, scene.repository.folder)
        try FileManager.default.moveItem(
            atPath: "\(path)/packed-refs", toPath: "\(folder)/refs")
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/packed-refs", withDestinationPath: "../refs")
        try scene.repository.write("../refs.lock", "".utf8)
        let store = try scene.open()

        let error = await #expect(throws: GitError.self) {
            try await store.publish(try await scene.write(2, to: store))
        }
        try await store.close()
        try scene.repository.write("tenantkeep/lock", "process 1\npacked-refs.lock\n".utf8)
        try await scene.run(2)

        #expect(error?.kind == .locked)
        #expect(error?.reason.contains("refs.lock") == true)
        try scene.expectSound()
    }
}
