import TestSupport
import Testing

@testable import ObjectHash

struct DetectingHashTests {
    /// Around every border of blocks and of the header's digits.
    @Test(arguments: [1, 2, 3, 4] as [Int32])
    func `every size gets the ID that libgit2 gives it`(type: Int32) {
        var random = SplitMix64(seed: 1)
        for count in Array(0...400) + [999, 1000, 9_999, 10_000, 65_535, 99_999, 1_000_003] {
            let bytes = random.bytes(count)

            let id = hex(objectHash(bytes.span, type: type))

            #expect(id == hex(hashByLibgit2(bytes.span, type)), "\(count) bytes")
        }
    }

    @Test func `known objects have git's IDs`() {
        let known = [
            ("", 3 as Int32, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
            ("", 2, "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
            ("hello\n", 3, "ce013625030ba8dba906f756967f9e9ca394464a"),
        ]
        for (text, type, expected) in known {
            let id = hex(objectHash(Array(text.utf8).span, type: type))

            #expect(id == expected)
        }
    }

    /// The two beginnings of the SHAttered files (<https://shattered.io>): 192 bytes of a PDF's
    /// head, then two blocks each that collide.
    @Test(.enabled(if: isInHardware), arguments: [attack, otherAttack])
    func `a collision attack is found in the block where it ends`(blocks: [UInt8]) {
        var state = initialState

        #expect(hashBlocks(blocks[..<256], from: &state))
        #expect(!hashBlocks(blocks[256...], from: &state))
        #expect(state == collision)
    }

    @Test(.enabled(if: isInHardware))
    func `a block that is no attack passes, whatever it follows`() {
        var random = SplitMix64(seed: 2)
        for _ in 0..<20_000 {
            var state = (0..<5).map { _ in UInt32(truncatingIfNeeded: random.next()) }
            let block = random.bytes(64)

            #expect(hashBlocks(block[...], from: &state))
        }
    }

    @Test func `an unknown type has no ID`() {
        let nothing: [UInt8] = []
        for type: Int32 in [-1, 0, 5, 7] {
            let ids = [
                hex(hashInHardware(nothing.span, type)), hex(hashByLibgit2(nothing.span, type)),
            ]

            #expect(ids == [nil, nil])
        }
    }
}

private let initialState: [UInt32] = [
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0,
]

/// The state after either attack: that both end in the same is what makes them one.
private let collision: [UInt32] = [
    0x1eac_b25e, 0xd597_0d10, 0xf173_6963, 0x5771_bc3a, 0x17b4_8ac5,
]

private let head = """
    255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865\
    696768742033203020522f547970652034203020522f537562747970652035203020522f46696c746572\
    2036203020522f436f6c6f7253706163652037203020522f4c656e6774682038203020522f4269747350\
    6572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d312069732064656164\
    2121212121852fec092339759c39b1a1c63c4c97e1fffe01
    """
private let attack = bytes(
    head + """
        7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45\
        c1530afedfb76038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc942be33542a4802d\
        98b5d70f2a332ec37fac3514e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda80446\
        29a1
        """)
private let otherAttack = bytes(
    head + """
        7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45\
        c14f26fedfb3dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037\
        b8b5d71f0e332edf93ac3500eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc46\
        29b1
        """)

private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

private func hex(_ id: InlineArray<20, UInt8>?) -> String? {
    guard let id else { return nil }
    return id.indices.map { (id[$0] < 16 ? "0" : "") + String(id[$0], radix: 16) }.joined()
}
