import Foundation
import GitObjects
import TestSupport
import Testing

@testable import GitPack

/// What joining makes of packs of all kinds: those of a person's git, and those that overlap.
struct JoinedContentTests {
    @Test(arguments: [true, false])
    func `packs of git's own deltas, by offset or by name, are joined with ours`(
        byOffset: Bool
    ) throws {
        var tenant = try GrowingTenant()
        try tenant.run(5)
        let repository = tenant.repository
        try repository.git(
            "-c", "repack.useDeltaBaseOffset=\(byOffset)", "repack", "-q", "-a", "-d", "-f",
            "--depth=50", "--window=50")
        try tenant.run(1)
        try repository.git(
            "-c", "repack.useDeltaBaseOffset=\(byOffset)", "repack", "-q", "-f")
        try tenant.run(3)
        let before = try repository.everyObject()

        try repository.joinAll()

        #expect(try repository.packs().count == 1)
        #expect(try repository.everyObject() == before)
        try repository.expectSound()
    }

    @Test(arguments: [true, false], [true, false])
    func `of overlapping packs each object is kept once`(
        isOldest: Bool, byOffset: Bool
    ) throws {
        var tenant = try GrowingTenant()
        let repository = tenant.repository
        try tenant.run(2)
        let older = try repository.packs()
        try tenant.run(1)
        let lone = try repository.packs().filter { !older.contains($0) }
        try tenant.run(2)
        // Every object but the newest run's a second time, as other deltas.
        let list = try repository.git("rev-list", "--objects", "--no-object-names", "main~2")
        let name = try repository.git(
            "pack-objects", "--no-reuse-delta", "--window=50",
            byOffset ? "--delta-base-offset" : "-q", "-q", "objects/pack/pack",
            input: Array("\(list)\n".utf8))
        try repository.age("pack-\(name)", by: isOldest ? -1_000_000 : 1_000_000)
        // So that some of it is there only once.
        for ending in ["idx", "pack"] {
            try FileManager.default.removeItem(
                atPath: "\(tenant.packFolder)/\(lone[0]).\(ending)")
        }
        let before = try repository.everyObject()
        let count = try repository.git("cat-file", "--batch-all-objects", "--batch-check")
            .split(separator: "\n").count

        try repository.joinAll()

        #expect(try repository.packs().count == 1)
        #expect(try repository.git("count-objects", "-v").contains("in-pack: \(count)\n"))
        #expect(try repository.everyObject() == before)
        try repository.expectSound()
    }

    /// Each pack holds some of forty texts, in an order of its own, many as deltas of one before.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func `however packs overlap and deltas lie, every object stays what it was`(
        seed: UInt64
    ) throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        var random = SplitMix64(seed: seed)
        let texts = (0..<40).map { _ in random.bytes(Int.random(in: 0...400, using: &random)) }
        for number in 0..<4 {
            var writer = try PackWriter(
                in: "\(repository.path)/objects/pack", unique: "\(number)")
            var held: [[UInt8]] = []
            for text in texts.shuffled(using: &random).prefix(25) {
                let id = ObjectID(of: .blob, text.span)
                if let base = held.randomElement(using: &random), base.count > text.count {
                    let whole = [
                        ObjectDelta.Difference(base: 0..<base.count, target: 0..<text.count)
                    ]
                    try writer.append(
                        ObjectDelta(from: base, to: text, whole),
                        of: ObjectID(of: .blob, base.span), id: id)
                } else {
                    try writer.append(.blob, text.span, id: id)
                }
                held.append(text)
            }
            let finished = try writer.finish()
            try finished.publish()
            try repository.age("pack-\(finished.id)", by: number)
        }
        let before = try repository.everyObject()

        try repository.joinAll()

        #expect(try repository.packs().count == 1)
        #expect(try repository.everyObject() == before)
        try repository.expectSound()
    }

    @Test func `what git keeps beside a joined pack goes with it`() throws {
        var tenant = try GrowingTenant()
        try tenant.run(4)
        let repository = tenant.repository
        try repository.git(
            "-c", "pack.writeReverseIndex=true", "repack", "-q", "-a", "-d", "-b")
        try tenant.run(2)
        try repository.git("multi-pack-index", "write", "--bitmap")
        let files = try repository.files()
        for ending in [".bitmap", ".rev", "/multi-pack-index"] {
            #expect(files.contains { $0.hasSuffix(ending) })
        }
        let before = try repository.everyObject()

        try repository.joinAll()

        let left = try repository.files().filter { $0.hasPrefix("objects/pack/") }
        #expect(left.count == 2)
        #expect(try repository.everyObject() == before)
        try repository.expectSound()
    }
}
