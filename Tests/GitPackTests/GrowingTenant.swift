import Foundation
import GitObjects
import TestSupport
import Testing

@testable import GitPack

/// A repository that a run a day adds a pack to, as the program writes them: some blobs and small
/// trees, one whole copy of the large folder's tree, an older version of it as a delta, two commits.
struct GrowingTenant {
    let repository: TemporaryRepository
    private var random = SplitMix64(seed: 40)
    private var users: [(name: [UInt8], tree: ObjectID)] = []
    private var parent: ObjectID?
    private var runs = 0

    var packFolder: String { "\(repository.path)/objects/pack" }

    init(users count: Int = 150) throws {
        repository = try TemporaryRepository()
        try repository.initialize()
        users = (0..<count).map { _ in
            (Array(UUID(random: &random).uuidString.lowercased().utf8), ObjectID(0, 0, 0))
        }.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Makes the given number of runs.
    mutating func run(_ count: Int = 1) throws {
        for _ in 0..<count { try runOnce() }
    }

    private mutating func runOnce() throws {
        var writer = try PackWriter(in: packFolder, unique: "run\(runs)")
        let changed = runs == 0 ? Array(users.indices) : [0, 1, 2].map { _ in pick() }
        for user in changed.dropLast() { try change(user, &writer) }
        let older = usersTree
        if let last = changed.last { try change(last, &writer) }
        let newer = usersTree
        try append(newer, &writer)
        let delta = try #require(ObjectDelta(fromTree: newer, to: older))
        try writer.append(delta, of: id(.tree, newer), id: id(.tree, older))
        for tree in [older, newer] { try commit(tree, &writer) }
        let finished = try writer.finish()
        try finished.publish()
        // A file system's clock may be too coarse to tell two packs apart.
        try repository.age("pack-\(finished.id)", by: runs)
        try repository.write("refs/heads/main", "\(try #require(parent))\n".utf8)
        runs += 1
    }

    private mutating func pick() -> Int { Int.random(in: users.indices, using: &random) }

    private mutating func change(_ user: Int, _ writer: inout PackWriter) throws {
        let text = "{\n  \"id\": \"\(user)\",\n  \"mark\": \"\(random.next())\"\n}\n"
        let blob = Array(text.utf8)
        try writer.append(.blob, blob.span, id: id(.blob, blob))
        var tree = TreeWriter()
        tree.append(.file, users[user].name + Array(".json".utf8), id(.blob, blob))
        try append(tree.bytes, &writer)
        users[user].tree = id(.tree, tree.bytes)
    }

    private var usersTree: [UInt8] {
        var tree = TreeWriter()
        for user in users where user.tree != ObjectID(0, 0, 0) {
            tree.append(.folder, user.name, user.tree)
        }
        return tree.bytes
    }

    private mutating func commit(_ users: [UInt8], _ writer: inout PackWriter) throws {
        var root = TreeWriter()
        root.append(.folder, Array("Users".utf8), id(.tree, users))
        try append(root.bytes, &writer)
        let person = Signature(name: "Ada", email: "ada@example.com", time: 1_793_498_400)
        let commit = Commit(
            tree: id(.tree, root.bytes), parents: parent.map { [$0] } ?? [], author: person,
            committer: person, message: "Run \(runs)\n")
        parent = id(.commit, commit.bytes)
        try writer.append(.commit, commit.bytes.span, id: id(.commit, commit.bytes))
    }

    private func append(_ tree: [UInt8], _ writer: inout PackWriter) throws {
        try writer.append(.tree, tree.span, id: id(.tree, tree))
    }

    private func id(_ kind: ObjectKind, _ bytes: [UInt8]) -> ObjectID {
        ObjectID(of: kind, bytes.span)
    }
}

extension UUID {
    fileprivate init(random: inout SplitMix64) {
        let bytes = random.bytes(16)
        self = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}

extension TemporaryRepository {
    /// The names of the packs, without folder and extension.
    func packs() throws -> [String] {
        try files().filter { $0.hasPrefix("objects/pack/") && $0.hasSuffix(".pack") }
            .map { String($0.dropFirst(13).dropLast(5)) }
    }

    /// Every object git finds, with its kind and bytes, in the order of their IDs.
    func everyObject() throws -> [UInt8] {
        try gitBytes("cat-file", "--batch-all-objects", "--batch")
    }

    /// Joins packs as a run does, but does not wait for there to be many.
    func join(few: Int) throws {
        try PackJoiner(in: "\(path)/objects/pack", unique: "joined", few: few)?.join()
    }

    /// Joins all packs, whatever the policy says.
    func joinAll() throws { try allJoiner().join() }

    func allJoiner() throws -> PackJoiner {
        let folder = "\(path)/objects/pack"
        return try PackJoiner(PackPair.all(in: folder), in: folder, unique: "joined")
    }

    /// Sets the time of a pack: seconds after the first run.
    func age(_ pack: String, by seconds: Int) throws {
        let path = "\(path)/objects/pack/\(pack).pack"
        let time = Date(timeIntervalSince1970: 1_793_498_400 + Double(seconds))
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    }

    /// Expects a repository that git has nothing to say about, and indexes as git would make them.
    func expectSound(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let said = try git("fsck", "--strict", "--full", "--no-dangling")
        #expect(said == "", sourceLocation: sourceLocation)
        for name in try packs() {
            let copy = "\(folder)/\(name).idx"
            try git("index-pack", "--strict", "-o", copy, "objects/pack/\(name).pack")
            #expect(
                try file("../\(name).idx") == file("objects/pack/\(name).idx"),
                sourceLocation: sourceLocation)
            try FileManager.default.removeItem(atPath: copy)
        }
        let leftovers = try files().filter { $0.contains("tmp_") }
        #expect(leftovers == [], sourceLocation: sourceLocation)
    }
}
