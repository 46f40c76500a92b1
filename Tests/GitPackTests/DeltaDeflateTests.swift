import TestSupport
import Testing

@testable import GitPack

struct DeltaDeflateTests {
    /// Buffers of every size about the limits, of few letters and of all, with and without
    /// repetitions.
    private func buffers(_ random: inout SplitMix64) -> [[UInt8]] {
        let sizes = [0, 1, 3, 4, 5, 100, 319, 320, 321, 900, 5_000, DeltaDeflate.largest]
        return sizes.flatMap { size -> [[UInt8]] in
            let noise = random.bytes(size)
            return [
                noise, [UInt8](repeating: 7, count: size), noise.map { $0 & 3 },
                noise.map { UInt8(ascii: "a") + $0 % 26 },
                Array(noise.prefix(size / 2) + noise.prefix(size - size / 2)),
            ]
        }
    }

    @Test(arguments: 1...5)
    func `libdeflate restores every buffer, before and after codes were learned`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var deltaDeflate = DeltaDeflate()
        let deflate = Deflate()

        for round in 0..<3 {
            if round == 2 { deltaDeflate.reset() }
            for buffer in buffers(&random).shuffled(using: &random) {
                var stream: [UInt8] = []
                buffer.withUnsafeBytes { deltaDeflate.compress($0, into: &stream) }

                #expect(deflate.decompress(stream, count: buffer.count) == buffer)
            }
        }
    }

    @Test func `zlib restores what a learned code wrote`() throws {
        var random = SplitMix64(seed: 9)
        var deltaDeflate = DeltaDeflate()
        let words = (0..<40).map { _ in random.bytes(6).map { UInt8(ascii: "a") + $0 % 26 } }
        var streams: [UInt8] = []
        var texts: [UInt8] = []
        for _ in 0..<100 {
            let text = (0..<100).flatMap { _ in words.randomElement(using: &random) ?? [] }
            var stream: [UInt8] = []
            text.withUnsafeBytes { deltaDeflate.compress($0, into: &stream) }
            streams += stream
            texts += text
        }

        let script = """
            import sys, zlib
            data = sys.stdin.buffer.read()
            while data:
                inflater = zlib.decompressobj()
                sys.stdout.buffer.write(inflater.decompress(data))
                assert inflater.eof
                data = inflater.unused_data
            """
        let restored = try TemporaryRepository().python(script, input: streams)

        #expect(restored == texts)
        #expect(streams.count * 3 < texts.count * 2)
    }

    @Test func `the same buffers since a reset give the same bytes`() {
        var random = SplitMix64(seed: 2)
        let all = buffers(&random)
        var deltaDeflate = DeltaDeflate()
        func streams() -> [UInt8] {
            var stream: [UInt8] = []
            deltaDeflate.reset()
            for buffer in all {
                buffer.withUnsafeBytes { deltaDeflate.compress($0, into: &stream) }
            }
            return stream
        }

        #expect(streams() == streams())
    }
}

struct HuffmanCodeTests {
    /// A code in which a bit string means nothing, or two things, is one that zlib refuses.
    @Test(arguments: 1...50)
    func `every string of bits means one symbol`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let counts = (0..<Int.random(in: 2...286, using: &random)).map { _ in
            1 << Int.random(in: 0...20, using: &random)
        }

        let code = HuffmanCode(counts: counts, limit: 15)

        let sum = code.lengths.reduce(0) { $0 + 1 << (15 - Int($1)) }
        #expect(sum == 1 << 15)
        #expect(code.lengths.allSatisfy { $0 <= 15 })
    }

    @Test func `counts that would need longer codes get some that fit`() {
        var fibonacci = [1, 1]
        while fibonacci.count < 40 { fibonacci.append(fibonacci.suffix(2).reduce(0, +)) }

        for limit in [7, 15] {
            let code = HuffmanCode(counts: Array(fibonacci.prefix(limit * 2)), limit: limit)

            let sum = code.lengths.reduce(0) { $0 + 1 << (limit - Int($1)) }
            #expect(sum == 1 << limit)
        }
    }
}
