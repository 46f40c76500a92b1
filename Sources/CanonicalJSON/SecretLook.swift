/// Recognises secrets by how they look, whatever their member's name, anywhere in a string:
///
/// - a JSON web token: two parts that are encoded JSON objects, a dot after each;
/// - a private key as PEM (or OpenPGP) armour;
/// - a signed address or its query: a parameter `sig`, or `se` with a date, as Azure Storage's
///   shared access signatures have them.
///
/// Each of the three holds a `J`, a `K` or a `=`; those are searched for eight bytes at a time.
enum SecretLook {
    /// The shortest text worth a look.
    private static let shortest = 5

    private static let object = Array("eyJ".utf8)
    private static let secondObject = Array(".eyJ".utf8)
    private static let privateKey = Array("PRIVATE ".utf8)
    private static let armour = [Array("KEY-----".utf8), Array("KEY BLOCK-----".utf8)]
    private static let signature = Array("sig".utf8)
    private static let expiry = Array("se".utf8)

    static func isSecret(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= shortest else { return false }
        guard range.count >= 8 else { return isSecret(text, range, among: range) }
        let last = range.upperBound &- 8
        var at = range.lowerBound
        while true {
            if holdsMark(text.word(at: at)), isSecret(text, range, among: at..<at &+ 8) {
                return true
            }
            guard at < last else { return false }
            // The last word may begin inside the one before it.
            at = min(at &+ 8, last)
        }
    }

    /// Returns whether one of the word's bytes is a `J`, a `K` or a `=`.
    @inline(__always)
    private static func holdsMark(_ word: UInt64) -> Bool {
        // `J` and `K` differ in their lowest bit only.
        let letters = StringScan.matches(word | 0x0101_0101_0101_0101, 0x4B)
        return letters | StringScan.matches(word, 0x3D) != 0
    }

    /// Returns whether one of the bytes `places` belongs to a secret.
    private static func isSecret(
        _ text: Span<UInt8>, _ range: Range<Int>, among places: Range<Int>
    ) -> Bool {
        for at in places {
            let isFound =
                switch text[at] {
                case 0x3D: isSignature(text, range, equalsSign: at)
                case 0x4A: isToken(text, range, capitalJ: at)
                case 0x4B: isPrivateKey(text, range, capitalK: at)
                default: false
                }
            if isFound { return true }
        }
        return false
    }

    /// `…eyJ….eyJ….`, where `at` is the second `J`.
    private static func isToken(_ text: Span<UInt8>, _ range: Range<Int>, capitalJ at: Int) -> Bool
    {
        guard text.holds(secondObject, at: at - 3, in: range) else { return false }
        var end = at + 1
        while end < range.upperBound, isBase64URL(text[end]) { end += 1 }
        guard end > at + 1, end < range.upperBound, text[end] == 0x2E else { return false }
        var start = at - 3
        while start > range.lowerBound, isBase64URL(text[start - 1]) { start -= 1 }
        while start < at - 3 {
            if text.holds(object, at: start, in: range) { return true }
            start += 1
        }
        return false
    }

    /// `PRIVATE KEY-----`, where `at` is the `K`.
    private static func isPrivateKey(
        _ text: Span<UInt8>, _ range: Range<Int>, capitalK at: Int
    ) -> Bool {
        text.holds(privateKey, at: at - 8, in: range)
            && (text.holds(armour[0], at: at, in: range)
                || text.holds(armour[1], at: at, in: range))
    }

    /// `sig=x` or `se=2026-`, as a parameter or at the start, where `at` is the equals sign.
    private static func isSignature(
        _ text: Span<UInt8>, _ range: Range<Int>, equalsSign at: Int
    ) -> Bool {
        if text.holds(signature, at: at - 3, in: range), isParameter(text, range, at: at - 3) {
            return at + 1 < range.upperBound && text[at + 1] != 0x26
        }
        guard text.holds(expiry, at: at - 2, in: range), isParameter(text, range, at: at - 2) else {
            return false
        }
        return at + 5 < range.upperBound && text[at + 5] == 0x2D
            && isDigit(text[at + 1]) && isDigit(text[at + 2]) && isDigit(text[at + 3])
            && isDigit(text[at + 4])
    }

    /// Returns whether a parameter's name can begin at `start`: first of all, or after `?&;`.
    private static func isParameter(
        _ text: Span<UInt8>, _ range: Range<Int>, at start: Int
    ) -> Bool {
        guard start > range.lowerBound else { return true }
        let before = text[start - 1]
        return before == 0x3F || before == 0x26 || before == 0x3B
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}

extension Span<UInt8> {
    fileprivate func holds(_ expected: [UInt8], at start: Int, in range: Range<Int>) -> Bool {
        start >= range.lowerBound && start + expected.count <= range.upperBound
            && equals(start..<start + expected.count, expected)
    }
}
