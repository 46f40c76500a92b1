/// The only unsafe code of this module: three shims that check their bounds themselves, because the
/// standard library has no safe way to load a word from a span, to copy a span's bytes, or to
/// append several bytes at once.
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
    /// The longest range that is copied in blocks.
    private static var blockLimit: Int { 96 }

    /// Appends the bytes of `range` of `source`. Traps if they are not there or do not fit.
    ///
    /// Short ranges go in blocks of 32 bytes, which saves the call of a function that would have to
    /// find out how long they are.
    @inline(__always)
    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        let (first, added, room) = (range.lowerBound, range.count, freeCapacity)
        precondition(first >= 0 && range.upperBound <= source.count)
        precondition(added <= room)
        let inBlocks =
            added <= Self.blockLimit && room >= added &+ 31 && source.count &- first >= added &+ 31
        // Safe: the range was just checked against both sides, a span and an output span never
        // overlap (the latter is exclusive), and exactly the bytes copied are declared initialised.
        // Blocks go up to 31 bytes beyond the range; that these are there was checked too, and in
        // the output they are written before anything reads them.
        unsafe source.withUnsafeBufferPointer { from in
            unsafe withUnsafeMutableBufferPointer { to, count in
                guard let start = from.baseAddress, let end = to.baseAddress else {
                    return
                }
                if inBlocks {
                    let from = unsafe UnsafeRawPointer(start + first)
                    let to = unsafe UnsafeMutableRawPointer(end + count)
                    var at = 0
                    while at < added {
                        unsafe to.storeBytes(
                            of: from.loadUnaligned(fromByteOffset: at, as: SIMD32<UInt8>.self),
                            toByteOffset: at, as: SIMD32<UInt8>.self)
                        at &+= 32
                    }
                } else {
                    unsafe (end + count).initialize(from: start + first, count: added)
                }
                count &+= added
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
