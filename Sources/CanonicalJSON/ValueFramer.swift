/// Finds where a JSON value ends, over as many chunks as it takes, without checking it.
///
/// It counts brackets outside strings, so a valid value ends where it says, and a reader of the
/// bytes up to there finds what is wrong with one that is not valid.
struct ValueFramer {
    private enum Kind { case unknown, bracketed, string, scalar }

    private var kind = Kind.unknown
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// Returns the offset after the value's last byte, or `nil` if it goes on after `input`.
    mutating func end(_ input: Span<UInt8>, from start: Int) -> Int? {
        var at = start
        if kind == .unknown {
            guard at < input.count else { return nil }
            at = begin(with: input[at], at: at)
        }
        return kind == .scalar
            ? scalarEnd(input, from: at) : bracketedEnd(input, from: at)
    }

    /// Returns where to go on: bracketed values count their own first bracket.
    private mutating func begin(with byte: UInt8, at start: Int) -> Int {
        switch byte {
        case 0x7B, 0x5B: kind = .bracketed
        case 0x22: (kind, isInString) = (.string, true)
        default: kind = .scalar
        }
        return kind == .bracketed ? start : start + 1
    }

    private func scalarEnd(_ input: Span<UInt8>, from start: Int) -> Int? {
        for at in start..<input.count {
            switch input[at] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E: continue
            default: return at
            }
        }
        return nil
    }

    private mutating func bracketedEnd(_ input: Span<UInt8>, from start: Int) -> Int? {
        var at = start
        while at < input.count {
            if isInString {
                at = skipText(input, from: at)
                if !isInString, kind == .string { return at }
                continue
            }
            switch input[at] {
            case 0x22: isInString = true
            case 0x7B, 0x5B: depth &+= 1
            case 0x7D, 0x5D:
                depth &-= 1
                if depth == 0 { return at &+ 1 }
            default: break
            }
            at &+= 1
        }
        return nil
    }

    /// Goes on inside a string; returns the offset after its quote, or the input's end.
    private mutating func skipText(_ input: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at < input.count {
            if isEscaped {
                isEscaped = false
                at &+= 1
                continue
            }
            at = StringScan.quoteOrBackslash(input, from: at)
            guard at < input.count else { return at }
            at &+= 1
            if input[at &- 1] == 0x22 {
                isInString = false
                return at
            }
            isEscaped = true
        }
        return at
    }
}
