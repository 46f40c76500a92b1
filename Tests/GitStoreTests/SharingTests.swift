import Foundation
import GitObjects
import GitStore
import TestSupport
import Testing

/// Repositories that several users or people share, with git as the judge.
struct SharingTests {
    /// The permissions of everything below the repository, in octal, without what the program keeps
    /// for itself.
    private func modes(of repository: TemporaryRepository) throws -> [String: String] {
        let text = try repository.run(["find", ".", "-printf", "%P %m\\n"])
        var modes: [String: String] = [:]
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2 { modes[String(parts[0])] = String(parts[1]) }
        }
        return modes
    }

    @Test(
        .serialized,
        arguments: [
            ("group", "440", "660", "2770"), ("all", "444", "664", "2775"),
            ("everybody", "444", "664", "2775"), ("0640", "440", "640", "2750"),
            ("0600", "400", "600", "700"), ("umask", "400", "600", "700"),
            ("false", "400", "600", "700"), ("2", "444", "664", "2775"),
        ])
    func `core.sharedRepository gives files and folders the permissions git gives them`(
        value: String, pack: String, file: String, folder: String
    ) async throws {
        let scene = try Scene()
        try scene.repository.initialize()
        try scene.repository.git("config", "core.sharedRepository", value)
        try scene.repository.run(["chmod", "-R", "g-w,g-s,o-rwx", "."])

        try await withMask(0o077) {
            try await scene.run(1)
            try scene.repository.git("gc", "--quiet")
        }
        let ofGit = try modes(of: scene.repository)
        try await withMask(0o077) {
            for number in 2...9 {
                let store = try scene.open(unique: "run\(number)")
                try await store.publish(try await scene.write(number, to: store))
                try await store.joinPacks()
                try await store.close()
            }
        }
        let ours = try modes(of: scene.repository)

        for (name, mode) in ours where name.hasPrefix("objects/pack/pack-") {
            #expect(mode == pack, "\(name)")
        }
        #expect(ours["packed-refs"] == file)
        #expect(ours["packed-refs"] == ofGit["packed-refs"])
        #expect(ours["tenantkeep/lock"] == file)
        #expect(ours["tenantkeep"] == folder)
        #expect(ours["refs/tags/backup"] == folder)
        for (name, mode) in ofGit where name.hasSuffix(".pack") { #expect(mode == pack) }
    }

    /// The mask is the whole process's; what another test makes meanwhile is only harder to read for
    /// others.
    private func withMask(_ mask: mode_t, _ body: () async throws -> Void) async throws {
        let old = umask(mask)
        defer { umask(old) }
        try await body()
    }

    @Test func `a value that git refuses is refused by name`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        try scene.repository.git("config", "core.sharedRepository", "0440")

        let error = #expect(throws: GitError.self) { try scene.open() }

        #expect(error?.kind == .notARepository)
        #expect(error?.reason.contains("core.sharedRepository") == true)
    }

    // MARK: Reflogs

    @Test func `reflogs that exist learn of the run, others are not made`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        try scene.repository.git("config", "core.logAllRefUpdates", "true")
        try scene.repository.git("update-ref", "refs/heads/main", "\(first[2].new)")
        try scene.repository.git("update-ref", "refs/heads/main", "\(first[0].new)")
        let before = try scene.repository.files().filter { $0.hasPrefix("logs/") }
        #expect(before == ["logs/HEAD", "logs/refs/heads/main"])

        let second = try await scene.run(2)

        for name in ["main", "HEAD"] {
            #expect(try scene.repository.git("rev-parse", "\(name)@{1}") == "\(first[0].new)")
            let log = try scene.repository.git("reflog", "-1", "--format=%H %gn %ge %gs", name)
            #expect(log == "\(second[0].new) Ada ada@example.com backup")
        }
        #expect(try scene.repository.files().filter { $0.hasPrefix("logs/") } == before)
        try scene.expectSound()
    }

    // MARK: HEAD

    @Test func `HEAD that names a branch never born follows the first backup`() async throws {
        let scene = try Scene()
        try scene.repository.git(
            "init", "--quiet", "--bare", "--initial-branch=master", scene.repository.path)
        let store = try scene.open()

        let said = try await store.publish(try await scene.write(1, to: store))
        try await store.close()

        #expect(said.otherHead == nil)
        #expect(try scene.repository.git("symbolic-ref", "HEAD") == "refs/heads/main")
        let clone = "\(scene.repository.folder)/clone"
        try scene.repository.git("clone", "--quiet", ".", clone)
        #expect(FileManager.default.fileExists(atPath: "\(clone)/file"))
        try scene.expectSound()
    }

    @Test func `HEAD that names another branch stays, and that is told`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        try scene.repository.git("update-ref", "refs/heads/mine", "\(first[0].new)")
        try scene.repository.git("symbolic-ref", "HEAD", "refs/heads/mine")
        let store = try scene.open()

        let said = try await store.publish(try await scene.write(2, to: store))
        try await store.close()

        #expect(said.otherHead?.text == "refs/heads/mine")
        #expect(try scene.repository.git("symbolic-ref", "HEAD") == "refs/heads/mine")
    }

    // MARK: Work trees

    @Test func `work trees on a branch are known until they are removed`() async throws {
        let scene = try Scene()
        let first = try await scene.run(1)
        let other = try #require(RefName.branch("other"))
        try scene.repository.git("update-ref", "\(other)", "\(first[0].new)")
        let folder = scene.repository.folder
        try scene.repository.git("worktree", "add", "--quiet", "\(folder)/look", "main")
        try scene.repository.git("worktree", "add", "--quiet", "\(folder)/gone", "other")
        try FileManager.default.removeItem(atPath: "\(folder)/gone")
        let store = try scene.openToRead()

        #expect(try await store.workTrees(on: scene.branch) == ["\(folder)/look"])
        #expect(try await store.workTrees(on: other) == [])
        #expect(try await store.workTrees(on: .runs) == [])
    }
}
