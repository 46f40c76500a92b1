import CDeflate

/// Compresses many small buffers that are alike, in zlib's format.
///
/// A call of libdeflate clears its tables and makes a code for every buffer, which for a delta of
/// some hundred bytes is most of its price. Here the tables are small, and one code is made of the
/// first buffers and told at the start of each later one, so that a buffer is read and written in
/// one pass.
///
/// Measured on the deltas of 100,000 users (950 bytes): less than a third of libdeflate's time at level
/// 1, and 12 % more bytes.
///
/// - Determinism: what a buffer becomes depends on the buffers since ``reset()``.
package struct DeltaDeflate: ~Copyable {
    /// Larger buffers are for libdeflate.
    package static let largest = 1 << 15

    /// Where four bytes of each hash were last seen.
    private let places: UnsafeMutableBufferPointer<UInt16>
    private let output: UnsafeMutablePointer<UInt8>
    /// How often each symbol came: 286 for bytes and lengths, 30 for distances.
    private let counts: UnsafeMutableBufferPointer<Int>
    private var buffers = 0
    private var own: PackedCode?
    private let fixed = PackedCode(.fixed)
    /// By length, up to 258.
    private let lengths: UnsafeMutableBufferPointer<LengthSymbol>

    private static let hashBits: UInt32 = 10
    /// A code of our own costs 70 bytes to tell.
    private static let smallestForOwnCode = 320

    package init() {
        places = .allocate(capacity: 1 << Int(Self.hashBits))
        output = .allocate(capacity: Self.largest * 2 + 1_024)
        counts = .allocate(capacity: 286 + 30)
        counts.initialize(repeating: 0)
        lengths = .allocate(capacity: 259)
        _ = lengths.initialize(from: LengthSymbol.all)
    }

    deinit {
        places.deallocate()
        output.deallocate()
        counts.deallocate()
        lengths.deallocate()
    }

    /// Forgets what has been learned from earlier buffers.
    package mutating func reset() {
        counts.initialize(repeating: 0)
        buffers = 0
        own = nil
    }

    /// Appends the zlib stream of `bytes` to `stream`.
    package mutating func compress(_ bytes: UnsafeRawBufferPointer, into stream: inout [UInt8]) {
        precondition(bytes.count <= Self.largest)
        var code = fixed
        if let own, bytes.count >= Self.smallestForOwnCode { code = own }
        var writer = BitWriter(output)
        writer.begin(code.header)
        write(bytes, code, &writer)
        writer.finish(checksum: libdeflate_adler32(1, bytes.baseAddress, bytes.count))
        stream.append(contentsOf: UnsafeBufferPointer(start: output, count: writer.count))
        learn()
    }

    /// Makes a code of what was counted: soon, for a page may be short, and again when it is known
    /// better.
    private mutating func learn() {
        guard buffers < Self.lesson else { return }
        buffers += 1
        guard buffers == 8 || buffers == Self.lesson else { return }
        counts[256] = buffers
        own = PackedCode(
            BlockCode(
                literalCounts: Array(counts[..<286]), distanceCounts: Array(counts[286...])))
    }

    private static let patience = 8

    /// Buffers that are counted.
    private static let lesson = 64

    /// Writes bytes and repetitions, found greedily.
    ///
    /// Everything it works with is a local variable, so that the compiler keeps it in registers.
    private func write(
        _ bytes: UnsafeRawBufferPointer, _ code: PackedCode, _ output: inout BitWriter
    ) {
        let (counts, places, lengths, symbols) = (counts, places, lengths, code.symbols)
        let isCounted = buffers < Self.lesson
        places.initialize(repeating: .max)
        var writer = output
        var (at, misses) = (0, 0)
        while at &+ 4 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
            let slot = Int((word &* 0x9E37_79B1) &>> (32 &- Self.hashBits))
            let place = Int(places[slot])
            places[slot] = UInt16(truncatingIfNeeded: at)
            if place < at, bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self) == word {
                writer.flush()
                let count = matchLength(bytes, place, at)
                let length = lengths[count]
                let distance = DistanceSymbol(at &- place)
                writer.append(symbols[Int(length.symbol)])
                writer.append(count &- Int(length.base), Int(length.extra))
                writer.append(symbols[286 &+ distance.symbol])
                writer.append(distance.rest, distance.extra)
                if isCounted {
                    counts[Int(length.symbol)] &+= 1
                    counts[286 &+ distance.symbol] &+= 1
                }
                at &+= count
                misses = 0
                writer.flush()
            } else {
                // The low byte is the first: this is the order of x86 and ARM.
                let byte = Int(UInt8(truncatingIfNeeded: UInt32(littleEndian: word)))
                writer.append(symbols[byte])
                if isCounted { counts[byte] &+= 1 }
                at &+= 1
                misses &+= 1
                if writer.isHalfFull { writer.flush() }
                // Where nothing has been found for a while, every other byte is looked at.
                if misses >= Self.patience, at &+ 4 <= bytes.count {
                    let byte = Int(UInt8(truncatingIfNeeded: UInt32(littleEndian: word) &>> 8))
                    writer.append(symbols[byte])
                    if isCounted { counts[byte] &+= 1 }
                    at &+= 1
                    if writer.isHalfFull { writer.flush() }
                }
            }
        }
        while at < bytes.count {
            writer.flush()
            writer.append(symbols[Int(bytes[at])])
            if isCounted { counts[Int(bytes[at])] &+= 1 }
            at &+= 1
        }
        writer.flush()
        writer.append(symbols[256])
        output = writer
    }

    private func matchLength(_ bytes: UnsafeRawBufferPointer, _ one: Int, _ other: Int) -> Int {
        let limit = min(258, bytes.count - other)
        var length = 4
        while length + 8 <= limit {
            let left = bytes.loadUnaligned(fromByteOffset: one + length, as: UInt64.self)
            let right = bytes.loadUnaligned(fromByteOffset: other + length, as: UInt64.self)
            if left != right {
                return length + (left.littleEndian ^ right.littleEndian).trailingZeroBitCount / 8
            }
            length += 8
        }
        while length < limit, bytes[one + length] == bytes[other + length] { length += 1 }
        return length
    }
}

/// A code with each symbol's bits and length in one number: the bits above, the length in the lowest
/// four. 286 symbols of bytes and lengths, then those of distances.
private final class PackedCode {
    let header: BitString
    let symbols: UnsafeMutableBufferPointer<UInt32>

    init(_ code: BlockCode) {
        header = code.header
        symbols = .allocate(capacity: 286 + 30)
        let packed = Self.packed(code.literals)[..<286] + Self.packed(code.distances)
        _ = symbols.initialize(from: packed)
    }

    deinit {
        symbols.deallocate()
    }

    private static func packed(_ code: HuffmanCode) -> [UInt32] {
        zip(code.codes, code.lengths).map { UInt32($0) << 4 | UInt32($1) }
    }
}

/// Packs bits into memory.
private struct BitWriter {
    private let output: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var bits: UInt64 = 0
    private var bitCount: UInt64 = 0

    init(_ output: UnsafeMutablePointer<UInt8>) {
        self.output = output
    }

    mutating func begin(_ header: BitString) {
        for byte in header.bytes {
            output[count] = byte
            count += 1
        }
        bits = header.rest
        bitCount = UInt64(header.restCount)
    }

    @inline(__always)
    mutating func append(_ packed: UInt32) {
        bits |= UInt64(packed &>> 4) &<< bitCount
        bitCount &+= UInt64(packed & 15)
    }

    @inline(__always)
    mutating func append(_ value: Int, _ width: Int) {
        bits |= UInt64(truncatingIfNeeded: value) &<< bitCount
        bitCount &+= UInt64(truncatingIfNeeded: width)
    }

    /// Whether a byte's code still fits, and hardly more.
    @inline(__always)
    var isHalfFull: Bool { bitCount >= 32 }

    /// Leaves at most seven bits, so that a whole match fits.
    @inline(__always)
    mutating func flush() {
        UnsafeMutableRawPointer(output + count).storeBytes(of: bits.littleEndian, as: UInt64.self)
        count &+= Int(bitCount &>> 3)
        bits &>>= bitCount & ~7
        bitCount &= 7
    }

    mutating func finish(checksum: UInt32) {
        flush()
        if bitCount > 0 {
            output[count] = UInt8(truncatingIfNeeded: bits)
            count += 1
        }
        for shift: UInt32 in [24, 16, 8, 0] {
            output[count] = UInt8(truncatingIfNeeded: checksum >> shift)
            count += 1
        }
    }
}

// MARK: Symbols of matches (RFC 1951, 3.2.5)

/// A match length as deflate writes it: a symbol, and so many bits of what is beyond a base.
private struct LengthSymbol {
    let symbol: UInt16
    let base: UInt16
    let extra: UInt16

    /// By length, up to 258.
    static let all: [LengthSymbol] = {
        var all = [LengthSymbol](
            repeating: LengthSymbol(symbol: 0, base: 0, extra: 0), count: 259)
        var length = 3
        for symbol in 257..<285 {
            let extra = symbol < 265 ? 0 : (symbol - 261) / 4
            let base = length
            while length < base + 1 << extra, length < 259 {
                all[length] = LengthSymbol(
                    symbol: UInt16(symbol), base: UInt16(base), extra: UInt16(extra))
                length += 1
            }
        }
        all[258] = LengthSymbol(symbol: 285, base: 258, extra: 0)
        return all
    }()
}

/// A match distance in the same way. The two highest bits of what is below it decide.
private struct DistanceSymbol {
    let symbol: Int
    let rest: Int
    let extra: Int

    @inline(__always)
    init(_ distance: Int) {
        let below = distance &- 1
        if below < 4 {
            (symbol, rest, extra) = (below, 0, 0)
            return
        }
        extra = 62 &- below.leadingZeroBitCount
        symbol = 2 &* extra &+ (below &>> extra)
        rest = below & ((1 &<< extra) &- 1)
    }
}
