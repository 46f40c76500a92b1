import GitObjects
import TestSupport
import Testing

struct ObjectIDTests {
    @Test(arguments: [0, 1, 15, 16, 4_095, 4_096, 1 << 16, 1 << 20])
    func `a blob gets the ID that git hash-object gives it`(size: Int) throws {
        var random = SplitMix64(seed: UInt64(size))
        let bytes = random.bytes(size)

        let id = ObjectID(of: .blob, bytes.span)

        #expect(try TemporaryRepository().git("hash-object", "--stdin", input: bytes) == "\(id)")
    }

    @Test func `a thousand IDs are read back from digits and bytes and keep their order`() throws {
        var random = SplitMix64(seed: 1)
        var ids: [ObjectID] = []
        for _ in 0..<1_000 {
            let bytes = random.bytes(20)
            let id = ObjectID(bytes.span)
            #expect(id.bytes == bytes)
            #expect(ObjectID(hex: "\(id)") == id)
            #expect(ObjectID(hex: "\(id)".uppercased()) == id)
            #expect(id.firstByte == bytes[0])
            ids.append(id)
        }

        let byID = ids.sorted().map(\.bytes)

        #expect(byID == ids.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test func `IDs that differ in one bit are ordered by it`() {
        let zero = [UInt8](repeating: 0, count: 20)
        for bit in 0..<160 {
            var bytes = zero
            bytes[bit / 8] = 0x80 >> UInt8(bit % 8)

            #expect(ObjectID(zero.span) < ObjectID(bytes.span))
            #expect(!(ObjectID(bytes.span) < ObjectID(zero.span)))
        }
    }

    @Test(
        arguments: [
            "", "0", String(repeating: "0", count: 39), String(repeating: "0", count: 41),
            String(repeating: "g", count: 40), String(repeating: " ", count: 40),
            "+" + String(repeating: "0", count: 39), String(repeating: "\u{E9}", count: 20),
        ])
    func `what is not 40 hexadecimal digits is no ID`(text: String) {
        #expect(ObjectID(hex: text) == nil)
    }

    @Test func `an ID is read from the middle of bytes`() {
        var random = SplitMix64(seed: 2)
        let bytes = random.bytes(60)

        #expect(ObjectID(bytes.span, at: 17).bytes == Array(bytes[17..<37]))
    }
}
