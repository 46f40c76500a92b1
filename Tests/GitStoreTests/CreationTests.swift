import Foundation
import GitObjects
import GitStore
import TestSupport
import Testing

struct CreationTests {
    @Test func `a new repository is one that git takes and clones`() async throws {
        let scene = try Scene()

        _ = try scene.open()

        let repository = scene.repository
        try scene.expectSound()
        #expect(try repository.git("rev-parse", "--is-bare-repository") == "true")
        #expect(try repository.git("symbolic-ref", "HEAD") == "refs/heads/main")
        #expect(try repository.git("config", "--get", "core.protectHFS") == "true")
        #expect(try repository.git("config", "--get", "core.protectNTFS") == "true")
        #expect(try repository.git("config", "--get", "core.repositoryFormatVersion") == "0")
        try repository.git("clone", "--quiet", ".", "\(repository.folder)/clone")
    }

    @Test func `folders above it are made, and a slash at the end means nothing`() async throws {
        let scene = try Scene()
        let path = "\(scene.repository.folder)/a/b/c.git"

        _ = try GitStore(at: path + "//", for: .run(branch: scene.branch), unique: "1")

        try scene.repository.git("-C", path, "fsck", "--strict")
    }

    @Test func `an empty folder is made a repository`() async throws {
        let scene = try Scene()
        try FileManager.default.createDirectory(
            atPath: scene.repository.path, withIntermediateDirectories: false)

        _ = try scene.open()

        try scene.expectSound()
    }

    @Test func `whatever a killed first run had made is completed`() async throws {
        let whole = try Scene()
        _ = try whole.open()
        let files = try whole.repository.files()
        for state in Self.halfMadeStates {
            let scene = try Scene()
            for name in ["tenantkeep"] + state { try make(name, in: scene.repository) }

            _ = try scene.open()

            #expect(try scene.repository.files() == files, "\(state)")
            for name in ["config", "HEAD"] {
                #expect(try scene.repository.file(name) == whole.repository.file(name), "\(state)")
            }
            let folders = ["objects/info", "objects/pack", "refs/heads", "refs/tags"]
            for name in folders {
                #expect(FileManager.default.fileExists(atPath: "\(scene.repository.path)/\(name)"))
            }
        }
    }

    /// What may stand there when a run is killed before `HEAD`, which comes last.
    private static let halfMadeStates: [[String]] = {
        let objects = [[], ["objects"], ["objects", "objects/info"], ["objects", "objects/pack"]]
        let refs = [[], ["refs"], ["refs", "refs/heads"], ["refs", "refs/heads", "refs/tags"]]
        let files = [
            [], ["config.lock"], ["config"], ["config", "HEAD.lock"], ["tenantkeep/lock"],
        ]
        return objects.flatMap { one in refs.flatMap { two in files.map { one + two + $0 } } }
    }()

    private func make(_ name: String, in repository: TemporaryRepository) throws {
        if name.contains("config") || name.contains("lock") {
            try repository.write(name, "[co".utf8)
        } else {
            try FileManager.default.createDirectory(
                atPath: "\(repository.path)/\(name)", withIntermediateDirectories: true)
        }
    }

    @Test(arguments: ["file", "objects/x", "HEAD", ".git/HEAD", "tenantkeep.txt"])
    func `a folder of somebody else is refused and stays as it is`(name: String) async throws {
        let scene = try Scene()
        try scene.repository.write(name, "theirs".utf8)

        let error = #expect(throws: GitError.self) { try scene.open() }

        #expect(error?.kind == .notARepository)
        #expect(error?.hint != nil)
        #expect(try scene.repository.files() == [name])
    }

    @Test func `a file at its path is refused and stays as it is`() async throws {
        let scene = try Scene()
        let path = "\(scene.repository.folder)/tenant.git"
        try Data("theirs".utf8).write(to: URL(fileURLWithPath: path))

        let error = #expect(throws: GitError.self) { try scene.open() }

        #expect(error?.kind == .notARepository)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("theirs".utf8))
    }

    @Test(arguments: ["work", "work/.git"])
    func `a work tree and its folder .git are refused and stay as they are`(
        name: String
    ) async throws {
        let repository = try TemporaryRepository()
        try repository.git("init", "--quiet", "\(repository.folder)/work")
        let path = "\(repository.folder)/\(name)"
        let before = try FileManager.default.subpathsOfDirectory(atPath: path).sorted()

        let error = #expect(throws: GitError.self) {
            let branch = try #require(RefName.branch("main"))
            return try GitStore(at: path, for: .run(branch: branch), unique: "1")
        }

        #expect(error?.kind == .notARepository)
        #expect(error?.hint?.contains("bare") == true)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: path).sorted() == before)
    }

    @Test func `a repository made by git is taken, and its settings stay`() async throws {
        let scene = try Scene()
        try scene.repository.initialize()
        let before = try scene.repository.file("config")

        try await scene.run(1)

        #expect(try scene.repository.file("config") == before)
        try scene.expectSound()
    }

    @Test func `a repository of SHA-256 objects is refused and stays as it is`() async throws {
        let scene = try Scene()
        let path = scene.repository.path
        try scene.repository.git("init", "--quiet", "--bare", "--object-format=sha256", path)
        let before = try scene.repository.files()

        let error = #expect(throws: GitError.self) { try scene.open() }

        #expect(error?.kind == .notARepository)
        #expect(try scene.repository.files() == before)
    }

    @Test func `a place where nothing may be made gives a clear error`() throws {
        let branch = try #require(RefName.branch("main"))

        let error = #expect(throws: GitError.self) {
            try GitStore(at: "/sys/tenant.git", for: .run(branch: branch), unique: "1")
        }

        #expect(error?.action.contains("/sys/tenant.git") == true)
        #expect(error?.kind == .other)
    }

    @Test func `to read there must be a repository, and a preview makes none`() async throws {
        let scene = try Scene()

        let error = #expect(throws: GitError.self) { try scene.openToRead() }
        let preview = try GitStore(at: scene.repository.path, for: .preview, unique: "1")
        let id = try await preview.write(.blob, [1, 2, 3])

        #expect(error?.kind == .notARepository)
        #expect(try await preview.blobsIfKept([id]) == [[1, 2, 3]])
        #expect(try await preview.readRef(scene.branch) == nil)
        #expect(!FileManager.default.fileExists(atPath: scene.repository.path))
    }
}
