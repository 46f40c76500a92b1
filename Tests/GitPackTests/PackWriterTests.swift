import GitObjects
import GitPack
import TestSupport
import Testing

struct PackWriterTests {
    /// On both sides of each step of an entry's header and of the buffers.
    private static let sizes = [
        0, 1, 14, 15, 16, 17, 2_046, 2_047, 2_048, 4_096, 262_143, 262_144, 1 << 20, (1 << 20) + 1,
    ]

    @Test func `git takes pack and index of objects of all sizes as its own`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let objects = generatedObjects()

        let name = try publish(objects, in: repository)

        let pack = "objects/pack/pack-\(name).pack"
        let copy = "\(repository.folder)/copy.idx"
        #expect(try repository.git("index-pack", "--strict", "-o", copy, pack) == name)
        let byGit = try repository.file("../copy.idx")
        #expect(try repository.file("objects/pack/pack-\(name).idx") == byGit)
        let verified = try repository.git("verify-pack", "-v", pack)
        #expect(
            verified.split(separator: "\n").count { $0.contains(" blob ") } == objects.count - 2)
        #expect(try repository.git("fsck", "--strict", "--full").contains("dangling"))
    }

    @Test func `git reads every object as it was written`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let objects = generatedObjects()

        try publish(objects, in: repository)

        for object in objects {
            let bytes = try repository.gitBytes("cat-file", object.kind.word, "\(object.id)")
            #expect(bytes == object.bytes)
        }
    }

    @Test func `an object is kept once, however often it is given`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        var writer = try PackWriter(in: "\(repository.path)/objects/pack", unique: "1")
        let object = blob([1, 2, 3])
        for _ in 0..<3 { try writer.append(.blob, object.bytes.span, id: object.id) }
        let (count, isHeld) = (writer.count, writer.contains(object.id))
        #expect(count == 1)
        #expect(isHeld)

        let finished = try writer.finish()
        try finished.publish()

        let counts = try repository.git("count-objects", "-v")
        #expect(counts.contains("in-pack: 1\n"))
        #expect(try repository.git("fsck", "--strict", "--full") == "dangling blob \(object.id)")
    }

    @Test func `what has been appended can be read back before anybody else sees it`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        var writer = try PackWriter(in: "\(repository.path)/objects/pack", unique: "1")
        let objects = generatedObjects()
        for object in objects { try writer.append(object.kind, object.bytes.span, id: object.id) }

        for object in objects.reversed() {
            let found = try writer.read(object.id)
            #expect(found?.0 == object.kind)
            #expect(found?.1 == object.bytes)
        }
        let absent = try writer.read(blob([9, 9, 9]).id)
        #expect(absent == nil)
        #expect(try repository.git("count-objects", "-v").contains("in-pack: 0\n"))
        try writer.discard()
        #expect(try repository.files().allSatisfy { !$0.hasPrefix("objects/") })
    }

    /// Of so large a tree the pack is promised, and written when all else is.
    @Test func `a large tree and deltas of it are read before and after they are written`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        var random = SplitMix64(seed: 5)
        let blob = blob([1, 2, 3])
        var trees = [TreeWriter(), TreeWriter()]
        for number in 0..<24_000 {
            let name = "name-\(String(number + 100_000))-\(random.next())"
            for place in trees.indices {
                let isOther = place == 1 && number % 1_000 == 7
                trees[place].append(
                    .file, name.utf8, isOther ? ObjectID(1, 2, 3) : blob.id)
            }
        }
        let objects = trees.map { Object(.tree, $0.bytes) }
        let delta = ObjectDelta(fromTree: objects[1].bytes, to: objects[0].bytes)
        var writer = try PackWriter(in: "\(repository.path)/objects/pack", unique: "1")
        try writer.append(tree: objects[1].bytes, id: objects[1].id)
        try writer.append(try #require(delta), of: objects[1].id, id: objects[0].id)
        try writer.append(tree: objects[1].bytes, id: objects[1].id)
        try writer.append(.blob, blob.bytes.span, id: blob.id)
        for object in objects {
            let found = try writer.read(object.id)
            #expect(found?.1 == object.bytes)
        }
        let count = writer.count
        #expect(count == 3)

        let finished = try writer.finish()
        try finished.publish()

        for object in objects {
            #expect(try repository.gitBytes("cat-file", "tree", "\(object.id)") == object.bytes)
        }
        let pack = "objects/pack/pack-\(finished.id).pack"
        let copy = "\(repository.folder)/copy.idx"
        try repository.git("index-pack", "-o", copy, pack)
        #expect(
            try repository.file("objects/pack/pack-\(finished.id).idx")
                == repository.file("../copy.idx"))
    }

    @Test func `a pack of nothing is one that git takes`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()

        let name = try publish([], in: repository)

        try repository.git("verify-pack", "objects/pack/pack-\(name).pack")
        #expect(try repository.git("fsck", "--strict", "--full") == "")
    }

    @Test func `a finished pair that is discarded leaves nothing`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        var writer = try PackWriter(in: "\(repository.path)/objects/pack", unique: "1")
        let object = blob([1])
        try writer.append(.blob, object.bytes.span, id: object.id)

        let finished = try writer.finish()
        try finished.discard()

        #expect(try repository.files().allSatisfy { !$0.hasPrefix("objects/") })
    }

    @Test func `two writers cannot share a name`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let folder = "\(repository.path)/objects/pack"
        let first = try PackWriter(in: folder, unique: "1")

        #expect(throws: FileError.self) { _ = try PackWriter(in: folder, unique: "1") }
        try first.discard()
    }

    @Test func `an index that cannot be made leaves nothing of its pack`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        var writer = try PackWriter(in: "\(repository.path)/objects/pack", unique: "1")
        let object = blob([1])
        try writer.append(.blob, object.bytes.span, id: object.id)
        try repository.write("objects/pack/tmp_idx_1", "in the way".utf8)

        do {
            _ = try writer.finish()
            Issue.record("It was made.")
        } catch {
            #expect(error.reason == "File exists")
        }

        #expect(try !repository.files().contains("objects/pack/tmp_pack_1"))
    }

    @Test func `the same objects in the same order give the same pack`() throws {
        let names = try (0..<2).map { _ in
            let repository = try TemporaryRepository()
            try repository.initialize()
            return try publish(generatedObjects(), in: repository)
        }

        #expect(names[0] == names[1])
    }

    // MARK: Objects

    private struct Object {
        let kind: ObjectKind
        let bytes: [UInt8]
        let id: ObjectID

        init(_ kind: ObjectKind, _ bytes: [UInt8]) {
            self.kind = kind
            self.bytes = bytes
            id = ObjectID(of: kind, bytes.span)
        }
    }

    private func blob(_ bytes: [UInt8]) -> Object { Object(.blob, bytes) }

    /// Blobs that compress and blobs that do not, a tree and a commit.
    private func generatedObjects() -> [Object] {
        var random = SplitMix64(seed: 7)
        var objects: [Object] = []
        for size in Self.sizes {
            objects.append(blob(random.bytes(size)))
            if size > 1 { objects.append(blob([UInt8](repeating: 0x20, count: size))) }
        }
        var writer = TreeWriter()
        writer.append(.file, Array("empty".utf8), objects[0].id)
        let tree = Object(.tree, writer.bytes)
        let person = Signature(name: "Ada", email: "ada@example.com", time: 1)
        let commit = Commit(
            tree: tree.id, parents: [], author: person, committer: person, message: "x\n")
        return objects + [tree, Object(.commit, commit.bytes)]
    }

    @discardableResult
    private func publish(_ objects: [Object], in repository: TemporaryRepository) throws -> String {
        var writer = try PackWriter(in: "\(repository.path)/objects/pack", unique: "1")
        for object in objects { try writer.append(object.kind, object.bytes.span, id: object.id) }
        let finished = try writer.finish()
        try finished.publish()
        return "\(finished.id)"
    }
}
