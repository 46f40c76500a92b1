import GitObjects
import TestSupport
import Testing

@testable import GitPack

struct ChunkPackerTests {
    /// An object of one type among many that are alike.
    private func object(_ number: Int) -> [UInt8] {
        var random = SplitMix64(seed: UInt64(number))
        var lines = ["{"]
        for member in 0..<40 {
            let value = member % 5 == 0 ? "\(random.next())" : "always the same"
            lines.append("  \"member\(member)\": \"\(value)\",")
        }
        return Array((lines + ["  \"number\": \(number)", "}", ""]).joined(separator: "\n").utf8)
    }

    private func chunk(_ objects: [[UInt8]], _ holdings: Holdings) -> (PackChunk, [ObjectID]) {
        var packer = ChunkPacker(holdings)
        let ids = objects.map { packer.append(.blob, $0.span) }
        return (packer.finish(), ids)
    }

    /// A repository with one writer, and what the writer has written.
    private struct Scene {
        let repository: TemporaryRepository
        let written = WrittenObjects()

        init() throws {
            repository = try TemporaryRepository()
            try repository.initialize()
        }

        var folder: String { "\(repository.path)/objects/pack" }

        func holdings() throws -> Holdings {
            Holdings(packs: try KnownObjects(in: folder), run: written)
        }

        func writer() throws -> PackWriter {
            try PackWriter(in: folder, unique: "1", written: written)
        }

        /// Fails unless git finds the pack as it should be and every object as it was.
        func expectSound(_ name: ObjectID, _ objects: [[UInt8]]) throws {
            let pack = "objects/pack/pack-\(name).pack"
            try repository.git("index-pack", "--strict", "-o", "\(repository.folder)/copy", pack)
            #expect(
                try repository.file("../copy") == repository.file("objects/pack/pack-\(name).idx"))
            for object in objects {
                let id = ObjectID(of: .blob, object.span)
                #expect(try repository.gitBytes("cat-file", "blob", "\(id)") == object)
            }
        }
    }

    @Test func `git restores every object of two chunks, most of them deltas`() throws {
        let scene = try Scene()
        let objects = (0..<60).map(object) + [[], [1], [UInt8](repeating: 3, count: 40_000)]
        var writer = try scene.writer()
        for part in [objects[..<40], objects[40...]] {
            try writer.append(chunk(Array(part), scene.holdings()).0)
        }

        let finished = try writer.finish()
        try finished.publish()

        try scene.expectSound(finished.id, objects)
        let shown = try scene.repository.git(
            "verify-pack", "-v", "objects/pack/pack-\(finished.id).pack")
        #expect(shown.contains("chain length = 1: 58 objects"))
        #expect(!shown.contains("chain length = 2"))
    }

    @Test func `an object that the repository has is not packed again`() throws {
        let scene = try Scene()
        var writer = try scene.writer()
        try writer.append(chunk((0..<10).map(object), scene.holdings()).0)
        try writer.finish().publish()

        let (again, ids) = try chunk((5..<15).map(object), scene.holdings())

        #expect(again.count == 5)
        #expect(ids.count == 10)
    }

    @Test func `an object that comes twice is packed once`() throws {
        let scene = try Scene()
        let objects = [object(1), object(2), object(1), object(2)]

        let (chunk, ids) = try chunk(objects, scene.holdings())

        #expect(chunk.count == 2)
        #expect(ids[0] == ids[2] && ids[1] == ids[3])
    }

    /// Two workers may pack the same objects at the same time, or one after the other has written
    /// them: the pack must not tell.
    @Test func `chunks with objects in common give one pack, whenever they were made`() throws {
        let parts = [Array(0..<20), Array(19..<40), [39, 3, 41, 42], [3, 19, 43]]
        let objects = parts.map { $0.map(object) }
        var names: [ObjectID] = []
        for isEarly in [true, false] {
            let scene = try Scene()
            let holdings = try scene.holdings()
            let early = objects.map { chunk($0, holdings).0 }
            var writer = try scene.writer()
            for (place, part) in objects.enumerated() {
                try writer.append(isEarly ? early[place] : chunk(part, holdings).0)
            }
            let finished = try writer.finish()
            try finished.publish()
            try scene.expectSound(finished.id, objects.flatMap(\.self))
            names.append(finished.id)
        }

        #expect(names[0] == names[1])
    }

    @Test func `no chain grows past its limit, however often the first object was there`() throws {
        let scene = try Scene()
        let holdings = try scene.holdings()
        var writer = try scene.writer()
        let pairs = (0..<80).map { [object($0), object($0 + 1)] }

        for pair in pairs { try writer.append(chunk(pair, holdings).0) }

        let finished = try writer.finish()
        try finished.publish()
        try scene.expectSound(finished.id, pairs.flatMap(\.self))
        let shown = try scene.repository.git(
            "verify-pack", "-v", "objects/pack/pack-\(finished.id).pack")
        #expect(shown.contains("chain length = \(PackWriter.longestChain): "))
        #expect(!shown.contains("chain length = \(PackWriter.longestChain + 1): "))
    }

    @Test func `a chunk's objects can be read from it`() throws {
        let objects = (0..<30).map(object)

        let (chunk, ids) = try chunk(objects, Scene().holdings())

        for (id, object) in zip(ids, objects) { #expect(chunk.read(id)?.1 == object) }
        #expect(chunk.read(.zero) == nil)
    }

    @Test func `two kinds of object in one page are deltas of two bases`() throws {
        let others = (0..<20).map { number in
            Array((0..<30).map { "  \"other\($0)\": \($0 * 1_000),\n" }.joined().utf8)
                + Array("  \"own\": \(number)\n".utf8)
        }
        let mixed = zip((0..<20).map(object), others).flatMap { [$0, $1] }

        let (chunk, _) = try chunk(mixed, Scene().holdings())

        #expect(chunk.entries.count { $0.base < 0 } == 2)
    }
}

struct KnownObjectsTests {
    private func publishedPack(in repository: TemporaryRepository) throws -> (ObjectID, String) {
        let bytes: [UInt8] = [1, 2, 3]
        let id = ObjectID(of: .blob, bytes.span)
        var writer = try PackWriter(in: "\(repository.path)/objects/pack", unique: "1")
        try writer.append(.blob, bytes.span, id: id)
        let finished = try writer.finish()
        try finished.publish()
        return (id, "objects/pack/pack-\(finished.id)")
    }

    private func known(in repository: TemporaryRepository) throws -> KnownObjects {
        try KnownObjects(in: "\(repository.path)/objects/pack")
    }

    @Test func `an object in a whole pair is known`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let (id, _) = try publishedPack(in: repository)

        #expect(try known(in: repository).contains(id))
        #expect(try !known(in: repository).contains(.zero))
        #expect(try !KnownObjects(in: "\(repository.path)/nowhere").contains(id))
    }

    @Test(arguments: ["pack", "idx"])
    func `half a pair, or one cut short, is not believed`(half: String) throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let (id, path) = try publishedPack(in: repository)
        let whole = try repository.file("\(path).\(half)")

        for end in [0, 1, 20, whole.count - 1] {
            try repository.write("\(path).\(half)", whole[..<end])
            #expect(try !known(in: repository).contains(id))
        }
        try repository.write("\(path).\(half)", whole)
        #expect(try known(in: repository).contains(id))
    }

    @Test func `every object of packs by git is known, and none else`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        var random = SplitMix64(seed: 4)
        var ids: [ObjectID] = []
        for _ in 0..<200 {
            let bytes = random.bytes(30)
            try repository.git("hash-object", "-w", "--stdin", input: bytes)
            ids.append(ObjectID(of: .blob, bytes.span))
        }
        let list = Array(ids.map { "\($0)\n" }.joined().utf8)
        try repository.git("pack-objects", "-q", "objects/pack/pack", input: list)

        let known = try known(in: repository)

        #expect(ids.allSatisfy(known.contains))
        for _ in 0..<1_000 {
            #expect(!known.contains(ObjectID(random.next(), random.next(), 0)))
        }
    }
}
