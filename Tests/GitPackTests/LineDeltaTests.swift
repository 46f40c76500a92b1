import GitObjects
import TestSupport
import Testing

@testable import GitPack

struct LineDeltaTests {
    /// Objects of one type: members in order, some missing, some with other values, lists between.
    private func text(_ random: inout SplitMix64, members: Int) -> [UInt8] {
        var lines = ["{"]
        for member in 0..<members where Int.random(in: 0..<8, using: &random) > 0 {
            let value = [
                "null", "true", "\"a\"", "\"\(UInt32.random(in: 0...99, using: &random))\"",
            ]
            if member % 7 == 3 {
                lines.append("  \"list\(member)\": [")
                for _ in 0..<Int.random(in: 0..<4, using: &random) {
                    lines.append("    \"\(UInt64.random(in: 0...9, using: &random))\",")
                }
                lines.append("  ],")
            } else {
                lines.append(
                    "  \"name\(member)\": \(value.randomElement(using: &random) ?? "null"),")
            }
        }
        lines.append("}\n")
        return Array(lines.joined(separator: "\n").utf8)
    }

    private func expectRestored(_ target: [UInt8], from base: [UInt8]) {
        var delta = DeltaWriter()
        target.withUnsafeBytes { LineDelta(base: base).encode($0, into: &delta) }
        #expect(applied(delta.bytes, to: base) == target)
    }

    @Test(arguments: 1...100)
    func `objects that are alike become each other`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let base = text(&random, members: 40)

        for _ in 0..<10 { expectRestored(text(&random, members: 45), from: base) }
    }

    /// The least alike, the empty, and what has few lines or none: every step must go forward.
    @Test(arguments: 1...200)
    func `bytes of few kinds become each other`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let letters = Array("\n\": a".utf8)
        func bytes() -> [UInt8] {
            (0..<Int.random(in: 0...60, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? 0
            }
        }

        for _ in 0..<20 { expectRestored(bytes(), from: bytes()) }
    }

    @Test func `bytes that are not text become each other`() {
        var random = SplitMix64(seed: 5)
        let base = random.bytes(5_000)
        var changed = base
        changed[100] ^= 1
        changed.removeSubrange(2_000..<2_010)

        expectRestored(changed, from: base)
        expectRestored(random.bytes(3_000), from: base)
        expectRestored([], from: base)
        expectRestored(base, from: [])
    }

    @Test func `a member that moved is found again by its name`() {
        let members = (0..<50).map { "  \"member\($0)\": \"value \($0) of this object\",\n" }
        let base = Array(members.joined().utf8)
        let target = Array((members[25...] + members[..<25]).joined().utf8)
        var delta = DeltaWriter()

        target.withUnsafeBytes { LineDelta(base: base).encode($0, into: &delta) }

        #expect(applied(delta.bytes, to: base) == target)
        #expect(delta.bytes.count < 30)
    }

    @Test func `a thousand lines of one name cost no more than a few looks each`() {
        let base = Array(String(repeating: "  \"name\": 1,\n", count: 1_000).utf8)
        let target = Array(
            (String(repeating: "  \"name\": 2,\n  \"other\": 1,\n", count: 500)).utf8)

        expectRestored(target, from: base)
    }
}

struct DeltaWriterTests {
    @Test(arguments: [1, 5, 6, 127, 128, 0xFFFF, 0x1_0000, 0x1_0001, 0xFF_FFFF, 0x100_0000])
    func `a copy of any size and place is restored`(count: Int) {
        var random = SplitMix64(seed: 3)
        let base = random.bytes(0x110_0000)
        for start in [0, 1, 0x100, 0x1_0000, 0x10_0000] {
            var delta = DeltaWriter()
            base.withUnsafeBytes { bytes in
                delta.begin(baseCount: base.count, targetCount: count)
                delta.copy(bytes, start, count)
                delta.finish(bytes)
            }

            #expect(applied(delta.bytes, to: base) == Array(base[start..<(start + count)]))
        }
    }

    @Test func `a delta of another base, or one that is cut, is refused`() {
        let base = Array("one line\nand another\n".utf8)
        let target = Array("one line\nand one more\n".utf8)
        let delta = ObjectDelta(
            from: base, to: target,
            [ObjectDelta.Difference(base: 13..<20, target: 13..<21)]
        ).bytes
        #expect(applied(delta, to: base) == target)

        #expect(applied(delta, to: base + [0]) == nil)
        for end in 0..<delta.count { #expect(applied(Array(delta[..<end]), to: base) == nil) }
        for index in delta.indices {
            var damaged = delta
            damaged[index] = 0
            #expect(applied(damaged, to: base) != target)
        }
    }
}
