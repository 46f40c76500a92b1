/// Finds the ends of strings and checks what is in them, eight or sixteen bytes at a time.
enum StringScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Has the high bit of the first byte set that equals `byte`; bits above that one mean nothing.
    @inline(__always)
    static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let zeroed = word ^ (ones &* UInt64(byte))
        return (zeroed &- ones) & ~zeroed & highs
    }

    /// Has the high bit of each byte set that is a quote, a backslash, a control character or not
    /// ASCII.
    ///
    /// Comparisons of bytes would not become instructions for whole blocks; arithmetic does.
    @inline(__always)
    private static func stops(_ block: SIMD16<UInt8>) -> SIMD2<UInt64> {
        let quotes = (block ^ SIMD16(repeating: 0x22)) &- SIMD16(repeating: 1)
        let backslashes = (block ^ SIMD16(repeating: 0x5C)) &- SIMD16(repeating: 1)
        let controls = block &- SIMD16(repeating: 0x20)
        return ((quotes | backslashes | controls | block) & SIMD16(repeating: 0x80)).words
    }

    /// Has the high bit of each byte set that is a `J`, a `K`, a `=`, a `_` or a `~`, one of which is
    /// in every short text that ``SecretLook`` finds, or not ASCII, or a rare byte besides.
    @inline(__always)
    private static func marks(_ block: SIMD16<UInt8>) -> SIMD16<UInt8> {
        // `J` and `K` differ in their lowest bit only, `_` and `~` in two bits.
        let letters =
            ((block | SIMD16(repeating: 1)) ^ SIMD16(repeating: 0x4B)) &- SIMD16(repeating: 1)
        let equalsSigns = (block ^ SIMD16(repeating: 0x3D)) &- SIMD16(repeating: 1)
        let others = (block | SIMD16(repeating: 0x21)) &+ SIMD16(repeating: 1)
        return letters | equalsSigns | others
    }

    /// Returns the offset of the first byte from `start` on that is not plain ASCII text, or the
    /// span's end, and whether the text before may be a secret by its looks.
    ///
    /// It is a function of its own so that its loop has the processor's registers for itself.
    @inline(never)
    static func plainEnd(
        _ input: Span<UInt8>, from start: Int
    ) -> (end: Int, isSuspicious: Bool) {
        var at = start
        var seen = SIMD16<UInt8>(repeating: 0)
        while at &+ 16 <= input.count {
            let block = input.block(at: at)
            let (stops, marks) = (stops(block), marks(block))
            guard stops[0] | stops[1] == 0 else {
                let words = (marks & SIMD16(repeating: 0x80)).words
                let isFirst = stops[0] != 0
                let before =
                    isFirst ? words[0] & below(stops[0]) : words[0] | words[1] & below(stops[1])
                let earlier = (seen & SIMD16(repeating: 0x80)).words
                let end =
                    isFirst
                    ? at &+ stops[0].trailingZeroBitCount &>> 3
                    : at &+ 8 &+ stops[1].trailingZeroBitCount &>> 3
                let isSuspicious = before | earlier[0] | earlier[1] != 0
                return (end, isSuspicious || end &- start >= SecretLook.long)
            }
            seen |= marks
            at &+= 16
        }
        return (shortPlainEnd(input, from: at), true)
    }

    /// Has all bits set below the lowest that is set in `bits`.
    @inline(__always)
    private static func below(_ bits: UInt64) -> UInt64 {
        (bits &- 1) & ~bits
    }

    private static func shortPlainEnd(_ input: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at < input.count {
            let byte = input[at]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { return at }
            at &+= 1
        }
        return at
    }

    /// Returns the offset of the first quote or backslash from `start` on, or the span's end.
    @inline(__always)
    static func quoteOrBackslash(_ input: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at &+ 8 <= input.count {
            let word = input.word(at: at)
            let found = matches(word, 0x22) | matches(word, 0x5C)
            if found != 0 { return at &+ found.trailingZeroBitCount >> 3 }
            at &+= 8
        }
        while at < input.count, input[at] != 0x22, input[at] != 0x5C { at &+= 1 }
        return at
    }

    /// Returns the end of the UTF-8 sequence that begins with the non-ASCII byte at `start`.
    ///
    /// Well-formed is what table 3-7 of the Unicode standard lists. The error's position is that
    /// of the sequence's first byte.
    static func sequenceEnd(
        _ input: Span<UInt8>, from start: Int
    ) throws(JSONError) -> Int {
        let lead = input[start]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw JSONError(.invalidUTF8, at: start)
        }
        for offset in 1..<length {
            guard start + offset < input.count else {
                throw JSONError(.truncated, at: input.count)
            }
            let allowed = offset == 1 ? second : 0x80...0xBF
            guard allowed.contains(input[start + offset]) else {
                throw JSONError(.invalidUTF8, at: start)
            }
        }
        return start + length
    }
}
