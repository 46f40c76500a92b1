/// The only unsafe code of this module: a few shims that check their bounds themselves, because the
/// standard library has no safe way to load several bytes from a span at once, to append several,
/// or to copy a span's bytes.
///
/// They buy a factor of two over the same code byte by byte.
extension Span<UInt8> {
    /// Returns the eight bytes from `offset` on; the first of them is the lowest of the word.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= count &- 8)
        // Safe: all eight bytes were just checked to be inside the span, and an unaligned load has
        // no demands on their address.
        let word = unsafe bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset, as: UInt64.self)
        return UInt64(littleEndian: word)
    }
}

extension Span<UInt8> {
    /// Returns the sixteen bytes from `offset` on.
    @inline(__always)
    func block(at offset: Int) -> SIMD16<UInt8> {
        precondition(offset >= 0 && offset <= count &- 16)
        // Safe: as above, for sixteen bytes.
        return unsafe bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self)
    }
}

extension SIMD16<UInt8> {
    /// The same bytes as two words; the first byte is the lowest of the first word.
    @inline(__always)
    var words: SIMD2<UInt64> {
        // Safe: both types are sixteen bytes, of which any are valid.
        let words = unsafe unsafeBitCast(self, to: SIMD2<UInt64>.self)
        return SIMD2(UInt64(littleEndian: words[0]), UInt64(littleEndian: words[1]))
    }
}

extension OutputSpan<UInt8> {
    /// The room that ``append(_:_:of:)`` needs.
    static var margin: Int { 304 }

    /// Appends the bytes of `range` of `source`. Traps if they are not there or do not fit.
    @inline(__always)
    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= source.count)
        precondition(range.count <= freeCapacity)
        // Safe: the range was just checked against both sides, a span and an output span never
        // overlap (the latter is exclusive), and exactly the bytes copied are declared initialised.
        unsafe source.withUnsafeBufferPointer { from in
            unsafe withUnsafeMutableBufferPointer { to, count in
                guard let start = from.baseAddress, let end = to.baseAddress else {
                    return
                }
                unsafe (end + count).initialize(
                    from: start + range.lowerBound, count: range.count)
                count &+= range.count
            }
        }
    }

    /// Appends the lowest `added` bytes of `word`, the lowest first. Traps if there is no room for
    /// all eight.
    @inline(__always)
    mutating func append(_ word: UInt64, count added: Int) {
        precondition(added >= 0 && added <= 8 && freeCapacity >= 8)
        // Safe: room for eight bytes was just checked, and of those written no more than `added`
        // are declared initialised.
        unsafe withUnsafeMutableBufferPointer { to, count in
            guard let end = to.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(end + count).storeBytes(
                of: word.littleEndian, as: UInt64.self)
            count &+= added
        }
    }
}

/// A word of which the lowest bytes are written, the lowest first, and a piece of a span after it.
struct Piece {
    let head: UInt64
    let headCount: Int
    let start: Int
    let count: Int
}

extension OutputSpan<UInt8> {
    /// Appends two pieces of `source` one after the other, if they are short and neither span ends
    /// soon; returns whether it did.
    ///
    /// Bytes go in blocks of 32, which saves the call of a function that would have to find out how
    /// many they are, and all is checked at once.
    @inline(__always)
    mutating func append(_ first: Piece, _ second: Piece, of source: Span<UInt8>) -> Bool {
        let last = source.count &- 160
        guard freeCapacity >= Self.margin, first.start >= 0, first.start <= last,
            second.start >= 0, second.start <= last,
            UInt(bitPattern: first.count) | UInt(bitPattern: second.count) < 128,
            UInt(bitPattern: first.headCount) <= 8, UInt(bitPattern: second.headCount) <= 8
        else { return false }
        // Safe: as above. Two heads and two pieces take at most 8 + 127 + 8 + 127 bytes, and the
        // last block ends at 8 + 127 + 8 + 128 at most; that there is room for 304 was checked, as
        // was that either piece has 160 bytes of the source after its start, of which at most 128
        // are read. What is written beyond the pieces is not declared initialised.
        unsafe source.withUnsafeBytes { from in
            unsafe withUnsafeMutableBufferPointer { to, count in
                guard let start = from.baseAddress, let base = to.baseAddress else { return }
                var end = unsafe UnsafeMutableRawPointer(base + count)
                unsafe Self.copy(first, start, &end)
                unsafe Self.copy(second, start, &end)
                count &+= first.headCount &+ first.count &+ second.headCount &+ second.count
            }
        }
        return true
    }

    @unsafe @inline(__always)
    private static func copy(
        _ piece: Piece, _ source: UnsafeRawPointer, _ end: inout UnsafeMutableRawPointer
    ) {
        unsafe end.storeBytes(of: piece.head.littleEndian, as: UInt64.self)
        unsafe end += piece.headCount
        var at = 0
        repeat {
            unsafe end.storeBytes(
                of: source.loadUnaligned(
                    fromByteOffset: piece.start &+ at, as: SIMD32<UInt8>.self),
                toByteOffset: at, as: SIMD32<UInt8>.self)
            at &+= 32
        } while at < piece.count
        unsafe end += piece.count
    }
}
