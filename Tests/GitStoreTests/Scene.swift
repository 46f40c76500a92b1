import GitObjects
import GitStore
import TestSupport
import Testing

/// One repository and runs into it, as the engine writes them.
struct Scene {
    let repository: TemporaryRepository
    let branch: RefName

    init() throws {
        repository = try TemporaryRepository()
        branch = try #require(RefName.branch("main"))
    }

    /// Opens the repository for a run; a lock in the way is an error at once.
    func open(
        unique: String = "1",
        waitsForLock: @escaping @Sendable (Int) -> Bool = { _ in false }
    ) throws -> GitStore {
        try GitStore(
            at: repository.path, for: .run(branch: branch), unique: unique,
            waitsForLock: waitsForLock)
    }

    func openToRead() throws -> GitStore {
        try GitStore(at: repository.path, for: .reading, unique: "reader")
    }

    /// Writes one run and returns the moves that make it visible: branch, tag, record.
    func write(_ number: Int, to store: GitStore) async throws -> [RefUpdate] {
        let parent = try await store.readRef(branch)
        let commit = try await writeCommit(number, parent: parent, to: store)
        let name = "backup/\(number)"
        let tag = Tag(
            target: commit, kind: .commit, name: name, tagger: person, message: "Run \(number)\n")
        let tagID = try await store.write(.tag, tag.bytes)
        let tagName = try #require(RefName.tag(name))
        let last = try await store.readRef(.runs)
        let record = try await writeCommit(number + 1_000, parent: last, to: store)
        return [
            RefUpdate(branch, from: parent, to: commit),
            RefUpdate(tagName, from: nil, to: tagID, peeled: commit),
            RefUpdate(.runs, from: last, to: record),
        ]
    }

    /// Writes a commit of one file that nobody else has.
    func writeCommit(
        _ number: Int, parent: ObjectID?, to store: GitStore
    ) async throws -> ObjectID {
        var random = SplitMix64(seed: UInt64(number))
        let blob = try await store.write(.blob, random.bytes(3_000))
        var writer = TreeWriter()
        writer.append(.file, Array("file".utf8), blob)
        let tree = try await store.write(.tree, writer.bytes)
        let commit = Commit(
            tree: tree, parents: parent.map { [$0] } ?? [], author: person, committer: person,
            message: "Run \(number)\n")
        return try await store.write(.commit, commit.bytes)
    }

    /// Makes one whole run, opened and closed.
    @discardableResult
    func run(_ number: Int) async throws -> [RefUpdate] {
        let store = try open(unique: "run\(number)")
        let updates = try await write(number, to: store)
        try await store.publish(updates)
        return updates
    }

    /// What git says each ref points to.
    func refs() throws -> [String] {
        try repository.git("for-each-ref", "--format=%(refname) %(objectname) %(*objectname)")
            .split(separator: "\n").map(String.init)
    }

    /// Expects a repository that git has nothing to say about, and no leftovers.
    func expectSound(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let said = try repository.git("fsck", "--strict", "--full", "--no-dangling")
        #expect(said == "", sourceLocation: sourceLocation)
        let leftovers = try repository.files().filter {
            $0.hasSuffix(".lock") || $0.contains("tmp_")
        }
        #expect(leftovers == [], sourceLocation: sourceLocation)
    }

    let person = Signature(name: "Ada", email: "ada@example.com", time: 1_793_498_400)
}
