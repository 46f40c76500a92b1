/// Checks numbers and literals against the grammar of RFC 8259.
enum NumberScan {
    /// Returns the end of the number that begins at `start`.
    ///
    /// - Parameter isWhole: whether a number may end where the input does; if not, that is
    ///   `truncated`, since more digits could follow.
    @inline(__always)
    static func end(
        _ input: Span<UInt8>, from start: Int, isWhole: Bool
    ) throws(JSONError) -> Int {
        var at = input[start] == 0x2D ? start &+ 1 : start
        if at < input.count, input[at] == 0x30 {
            at &+= 1
        } else {
            at = try digits(input, from: at, of: start)
        }
        if at < input.count, input[at] == 0x2E {
            at = try digits(input, from: at &+ 1, of: start)
        }
        if at < input.count, input[at] | 0x20 == 0x65 {
            at &+= 1
            if at < input.count, input[at] == 0x2B || input[at] == 0x2D { at &+= 1 }
            at = try digits(input, from: at, of: start)
        }
        guard at < input.count else {
            if isWhole { return at }
            throw JSONError(.truncated, at: at)
        }
        if isPartOfNumber(input[at]) { throw JSONError(.invalidNumber, at: start) }
        return at
    }

    /// Returns the end of one or more digits.
    @inline(__always)
    private static func digits(
        _ input: Span<UInt8>, from first: Int, of start: Int
    ) throws(JSONError) -> Int {
        var at = first
        while at < input.count, 0x30...0x39 ~= input[at] { at &+= 1 }
        guard at > first else {
            throw at < input.count
                ? JSONError(.invalidNumber, at: start) : JSONError(.truncated, at: at)
        }
        return at
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true
        default: false
        }
    }

    /// Returns the end of the `true`, `false` or `null` that begins at `start`.
    static func literalEnd(_ input: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
        // The first byte of the word is the lowest of the number.
        let (word, count): (UInt64, Int) =
            switch input[start] {
            case 0x74: (0x6575_7274, 4)
            case 0x66: (0x65_736C_6166, 5)
            default: (0x6C6C_756E, 4)
            }
        for offset in 0..<count {
            guard start + offset < input.count else {
                throw JSONError(.truncated, at: input.count)
            }
            guard input[start + offset] == UInt8(truncatingIfNeeded: word >> (8 * offset)) else {
                throw JSONError(.invalidLiteral, at: start)
            }
        }
        return start + count
    }
}
