import Foundation
import GitObjects
import TestSupport
import Testing

@testable import GitPack

/// Packs of deltas by name, as hosts send them that know no other.
struct ReceivedPackTests {
    private let repository: TemporaryRepository
    private let folder: String
    /// Four states of one folder, the second with a smaller ID than the first.
    private let trees: [[UInt8]]
    private let ids: [ObjectID]

    init() throws {
        repository = try TemporaryRepository()
        try repository.initialize()
        folder = "\(repository.path)/objects/pack"
        var seed = UInt8(0)
        var trees = Self.trees(seed)
        while Self.id(.tree, trees[0]) < Self.id(.tree, trees[1]) {
            seed += 1
            trees = Self.trees(seed)
        }
        self.trees = trees
        ids = trees.map { Self.id(.tree, $0) }
    }

    private static func id(_ kind: ObjectKind, _ bytes: [UInt8]) -> ObjectID {
        ObjectID(of: kind, bytes.span)
    }

    private static func trees(_ seed: UInt8) -> [[UInt8]] {
        (1...4).map { version in
            var writer = TreeWriter()
            for number in 100..<200 {
                let text = "\(seed) \(number) \(number < 100 + version ? version : 0)"
                writer.append(.file, "\(number)".utf8, id(.blob, Array(text.utf8)))
            }
            return writer.bytes
        }
    }

    /// Writes a pack of folders, each a delta of another, as it is received.
    private func send(_ deltas: [(place: Int, base: Int)]) throws {
        var writer = try SentPackWriter(
            creating: ReceivedPack.temporaryNames(in: folder, unique: "x")[0], count: deltas.count,
            copyingFrom: folder, usesOffsets: false)
        for (place, base) in deltas {
            let delta = try #require(ObjectDelta(fromTree: trees[base], to: trees[place]))
            try writer.append(delta, of: ids[base], id: ids[place])
        }
        try writer.finish()
    }

    private func receive(
        having places: [Int], _ limits: PackLimits = PackLimits()
    ) throws -> ReceivedPack {
        try ReceivedPack(in: folder, unique: "x", limits: limits) { id in
            places.first { ids[$0] == id }.map { (.tree, trees[$0]) }
        }
    }

    @Test func `a base that is here and comes, too, is not doubled`() throws {
        try send([(2, 1), (1, 0)])

        let pack = try receive(having: [0, 1])
        try pack.finished.publish()

        #expect(pack.count == 3)
        let names = try repository.files().filter { $0.hasSuffix(".pack") }
        #expect(names.count == 1)
        try repository.git("verify-pack", "\(repository.path)/\(names[0])")
        for (id, tree) in zip(ids, trees).prefix(3) {
            #expect(try repository.gitBytes("cat-file", "tree", "\(id)") == tree)
        }
    }

    @Test func `deltas in a circle are refused, though one of them is here`() throws {
        try send([(2, 1), (1, 2)])

        #expect(throws: PackFault.self) { try receive(having: [1]) }
        #expect(try repository.files().filter { $0.hasPrefix("objects/pack/") } == [])
    }

    @Test func `as many bases as wait for each other may be held`() throws {
        for (bytes, isTaken) in [(4_000, false), (10_000, true)] {
            // The first waits while the second, which has a delta of its own, is dealt with.
            try send([(1, 0), (3, 0), (2, 1)])
            var limits = PackLimits()
            limits.bases = bytes

            if isTaken {
                #expect(try receive(having: [0], limits).count == 4)
            } else {
                #expect(throws: PackFault.self) { try receive(having: [0], limits) }
            }
        }
    }

    @Test(arguments: [(2_000, 1_000, false), (4_000, 1, false), (4_000, 2, true)])
    func `objects may be of some size, alone and together`(
        object: Int, growth: Int, isTaken: Bool
    ) throws {
        var limits = PackLimits()
        (limits.object, limits.growth) = (object, growth)
        var writer = try SentPackWriter(
            creating: ReceivedPack.temporaryNames(in: folder, unique: "x")[0], count: 600,
            copyingFrom: folder, usesOffsets: true)
        for number in 0..<600 {
            let zeros = [UInt8](repeating: 0, count: 3_000 + number)
            try writer.append(.blob, zeros, id: Self.id(.blob, zeros))
        }
        try writer.finish()

        if isTaken {
            #expect(try receive(having: [], limits).count == 600)
        } else {
            #expect(throws: PackFault.self) { try receive(having: [], limits) }
        }
    }
}
