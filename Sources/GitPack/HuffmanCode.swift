/// A prefix code as deflate has it (RFC 1951, 3.2.2): lengths decide the codes.
struct HuffmanCode {
    /// Bits of each symbol's code; 0 for a symbol without one.
    let lengths: [UInt8]
    /// Each symbol's code, its first bit lowest, as deflate packs them.
    let codes: [UInt16]

    /// The code of these lengths.
    init(lengths: [UInt8]) {
        self.lengths = lengths
        var counts = [Int](repeating: 0, count: 16)
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        var next = [Int](repeating: 0, count: 17)
        for length in 1...15 { next[length + 1] = (next[length] + counts[length]) << 1 }
        codes = lengths.map { length in
            guard length > 0 else { return 0 }
            defer { next[Int(length)] += 1 }
            return UInt16(next[Int(length)]).bitsReversed(Int(length))
        }
    }

    /// The code that is best for symbols of these counts, none longer than `limit` bits.
    ///
    /// Where Huffman's own is longer, the counts are evened out until it fits: not quite the best
    /// then, and rare.
    ///
    /// - Parameter counts: of two symbols at least, not 0.
    init(counts: [Int], limit: Int) {
        var counts = counts
        var lengths = huffmanLengths(counts)
        while lengths.contains(where: { $0 > limit }) {
            counts = counts.map { $0 == 0 ? 0 : ($0 + 1) / 2 }
            lengths = huffmanLengths(counts)
        }
        self.init(lengths: lengths)
    }
}

extension UInt16 {
    fileprivate func bitsReversed(_ count: Int) -> UInt16 {
        var (rest, reversed) = (self, UInt16(0))
        for _ in 0..<count {
            reversed = reversed << 1 | rest & 1
            rest >>= 1
        }
        return reversed
    }
}

/// Huffman's algorithm: the two lightest trees become one, again and again.
private func huffmanLengths(_ counts: [Int]) -> [UInt8] {
    let symbols = counts.indices.filter { counts[$0] > 0 }.sorted {
        (counts[$0], $0) < (counts[$1], $1)
    }
    // Leaves in ascending order, then the inner nodes, which arise in ascending order too.
    var weights = symbols.map { counts[$0] }
    var parents = [Int](repeating: 0, count: max(0, 2 * symbols.count - 1))
    var (leaf, inner) = (0, symbols.count)
    while weights.count < 2 * symbols.count - 1 {
        var sum = 0
        for _ in 0..<2 {
            let takesLeaf =
                leaf < symbols.count && (inner >= weights.count || weights[leaf] <= weights[inner])
            let node = takesLeaf ? leaf : inner
            if takesLeaf { leaf += 1 } else { inner += 1 }
            sum += weights[node]
            parents[node] = weights.count
        }
        weights.append(sum)
    }
    var depths = [Int](repeating: 0, count: parents.count)
    for node in parents.indices.dropLast().reversed() { depths[node] = depths[parents[node]] + 1 }
    var lengths = [UInt8](repeating: 0, count: counts.count)
    for (node, symbol) in symbols.enumerated() { lengths[symbol] = UInt8(min(255, depths[node])) }
    return lengths
}

/// A code for bytes and match lengths, one for match distances, and what announces them at the start
/// of a zlib stream of one block.
struct BlockCode {
    /// Of 286 symbols: bytes, the end, match lengths.
    let literals: HuffmanCode
    /// Of 30 symbols.
    let distances: HuffmanCode
    /// The stream up to the first symbol.
    let header: BitString

    /// The code that deflate knows without being told (RFC 1951, 3.2.6).
    static let fixed = BlockCode()

    private init() {
        let lengths = (0..<288).map { symbol -> UInt8 in
            switch symbol {
            case ..<144: 8
            case ..<256: 9
            case ..<280: 7
            default: 8
            }
        }
        literals = HuffmanCode(lengths: lengths)
        distances = HuffmanCode(lengths: [UInt8](repeating: 5, count: 30))
        var header = BitString.zlibHeader
        header.append(0b011, 3)
        self.header = header
    }

    /// A code of our own for symbols of these counts.
    init(literalCounts: [Int], distanceCounts: [Int]) {
        literals = HuffmanCode(counts: levelled(literalCounts), limit: 15)
        distances = HuffmanCode(counts: levelled(distanceCounts), limit: 15)
        var header = BitString.zlibHeader
        header.append(0b101, 3)
        header.append(literals.lengths.count - 257, 5)
        header.append(distances.lengths.count - 1, 5)
        header.append(lengths: literals.lengths + distances.lengths)
        self.header = header
    }
}

/// Counts of which none is 0, for a symbol without a code could not be written. The rare ones are
/// alike: their lengths are then told in runs, which halves the header.
private func levelled(_ counts: [Int]) -> [Int] {
    let floor = max(1, counts.reduce(0, +) / 512)
    return counts.map { max(floor, $0) }
}

/// Bits in the order of deflate: the first one is the lowest of the first byte.
struct BitString {
    private(set) var bytes: [UInt8] = []
    /// Bits behind the last whole byte.
    private(set) var rest: UInt64 = 0
    private(set) var restCount = 0

    /// Compression method and window (RFC 1950).
    fileprivate static let zlibHeader = {
        var bits = BitString()
        bits.append(0x78, 8)
        bits.append(0x01, 8)
        return bits
    }()

    var bitCount: Int { bytes.count * 8 + restCount }

    mutating func append(_ value: Int, _ count: Int) {
        rest |= UInt64(value) << UInt64(restCount)
        restCount += count
        while restCount >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
            restCount -= 8
        }
    }

    /// Appends lengths of codes as a dynamic block tells them (RFC 1951, 3.2.7): runs shortened, and
    /// the whole in a code of its own.
    fileprivate mutating func append(lengths: [UInt8]) {
        let runs = LengthRun.runs(of: lengths)
        var counts = [Int](repeating: 0, count: 19)
        for run in runs { counts[run.symbol] += 1 }
        // A code has two symbols at least.
        if counts.count(where: { $0 > 0 }) < 2 { counts[counts[0] > 0 ? 1 : 0] += 1 }
        let code = HuffmanCode(counts: counts, limit: 7)
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        let told = max(4, (order.lastIndex { code.lengths[$0] > 0 } ?? 0) + 1)
        append(told - 4, 4)
        for symbol in order.prefix(told) { append(Int(code.lengths[symbol]), 3) }
        for run in runs {
            append(Int(code.codes[run.symbol]), Int(code.lengths[run.symbol]))
            append(run.extra, run.extraCount)
        }
    }
}

/// One length of a code, or a run of equal ones.
private struct LengthRun {
    let symbol: Int
    let extra: Int
    let extraCount: Int

    static func runs(of lengths: [UInt8]) -> [LengthRun] {
        var runs: [LengthRun] = []
        var start = 0
        while start < lengths.count {
            let length = lengths[start]
            let end = lengths[start...].firstIndex { $0 != length } ?? lengths.count
            if length > 0 {
                runs.append(LengthRun(symbol: Int(length), extra: 0, extraCount: 0))
                start += 1
            }
            while end - start >= 3 {
                let count = min(end - start, length > 0 ? 6 : 138)
                runs.append(run(of: length, count))
                start += count
            }
            while start < end {
                runs.append(LengthRun(symbol: Int(length), extra: 0, extraCount: 0))
                start += 1
            }
        }
        return runs
    }

    private static func run(of length: UInt8, _ count: Int) -> LengthRun {
        if length > 0 { return LengthRun(symbol: 16, extra: count - 3, extraCount: 2) }
        return count <= 10
            ? LengthRun(symbol: 17, extra: count - 3, extraCount: 3)
            : LengthRun(symbol: 18, extra: count - 11, extraCount: 7)
    }
}
