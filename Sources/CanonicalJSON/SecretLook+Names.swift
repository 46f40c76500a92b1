import Encodings

/// Names inside a text, and the secrets that follow them: parameters, assignments, members of JSON.
extension SecretLook {
    /// `sig=x`, `se=2026-`, `Password=x;` or `$secret = 'x'`, where `at` is the equals sign.
    static func isParameter(_ text: Span<UInt8>, _ range: Range<Int>, sign at: Int) -> Bool {
        isAssignment(text, range, sign: at..<at + 1)
    }

    /// `sig%3Dx`, where `at` is the percent sign.
    static func isEncodedParameter(
        _ text: Span<UInt8>, _ range: Range<Int>, percentSign at: Int
    ) -> Bool {
        guard at + 2 < range.upperBound, text[at + 1] == 0x33, text[at + 2] | 0x20 == 0x64 else {
            return false
        }
        return isAssignment(text, range, sign: at..<at + 3)
    }

    private static func isAssignment(
        _ text: Span<UInt8>, _ range: Range<Int>, sign: Range<Int>
    ) -> Bool {
        var end = sign.lowerBound
        while end > range.lowerBound, text[end - 1] == 0x20 { end -= 1 }
        guard var name = name(text, range, endingAt: end) else { return false }
        // `%26sig`: what is before the name is encoded.
        let isEncoded = name.lowerBound > range.lowerBound && text[name.lowerBound - 1] == 0x25
        if isEncoded, name.count > 2 { name = name.lowerBound + 2..<name.upperBound }
        let isExpiry = text.equalsIgnoringCase(name, expiry)
        guard let shortest = isExpiry ? 5 : SecretNames.all.shortestValue(of: text, name) else {
            return false
        }
        let isParameter =
            isEncoded || name.lowerBound == range.lowerBound
            || beginsName(text[name.lowerBound - 1])
        var start = sign.upperBound
        while start < range.upperBound, text[start] == 0x20 || text[start] == 0x5C { start += 1 }
        let isQuoted = start < range.upperBound && isQuote(text[start])
        guard isQuoted || end == sign.lowerBound && start == sign.upperBound else { return false }
        if isQuoted { start += 1 }
        let value = start..<text.runEnd(from: start, in: range) { !endsValue($0) }
        if isExpiry { return isParameter && isDate(text, value) }
        return value.count >= (isParameter || isQuoted ? shortest : max(shortest, 8))
            && !isStandIn(text[start])
    }

    private static let expiry = Array("se".utf8)

    /// `"password":"x"` in JSON that a text holds, quotes escaped once more or not, where `at` is
    /// the colon.
    static func isMember(_ text: Span<UInt8>, _ range: Range<Int>, colon at: Int) -> Bool {
        var end = at
        while end > range.lowerBound, text[end - 1] == 0x20 { end -= 1 }
        guard end > range.lowerBound, isQuote(text[end - 1]) else { return false }
        end -= 1
        while end > range.lowerBound, text[end - 1] == 0x5C { end -= 1 }
        guard let name = name(text, range, endingAt: end), name.lowerBound > range.lowerBound,
            isQuote(text[name.lowerBound - 1])
        else { return false }
        var start = at + 1
        while start < range.upperBound, text[start] == 0x20 || text[start] == 0x5C { start += 1 }
        guard start < range.upperBound, isQuote(text[start]) else { return false }
        let value = start + 1..<text.runEnd(from: start + 1, in: range) { !endsText($0) }
        switch SecretNames.all.look(up: text, name, in: .any).secrecy {
        case .secret: return !value.isEmpty
        case .suspect: return isRandom(text, value)
        case .open: return false
        }
    }

    private static func name(
        _ text: Span<UInt8>, _ range: Range<Int>, endingAt end: Int
    ) -> Range<Int>? {
        var start = end
        while start > range.lowerBound, isBase64URL(text[start - 1]) {
            start -= 1
            guard end - start <= SecretNames.longest else { return nil }
        }
        return start < end ? start..<end : nil
    }

    /// `2026-`
    private static func isDate(_ text: Span<UInt8>, _ value: Range<Int>) -> Bool {
        value.count >= 5 && value.prefix(4).allSatisfy { isDigit(text[$0]) }
            && text[value.lowerBound + 4] == 0x2D
    }

    /// `?`, `&`, `;` or `#`: what follows is a parameter's name.
    private static func beginsName(_ byte: UInt8) -> Bool {
        byte == 0x3F || byte == 0x26 || byte == 0x3B || byte == 0x23
    }

    /// `{`, `<` or `*`: no secret is here, but where one would be.
    private static func isStandIn(_ byte: UInt8) -> Bool {
        byte == 0x7B || byte == 0x3C || byte == 0x2A
    }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 }

    /// Nothing of a value in JSON can follow.
    private static func endsText(_ byte: UInt8) -> Bool { isQuote(byte) || byte == 0x5C }

    private static func endsValue(_ byte: UInt8) -> Bool {
        isQuote(byte) || byte <= 0x20 || byte == 0x26 || byte == 0x3B || byte == 0x3C
    }
}

extension SecretLook {
    /// Returns whether a text looks as if drawn by lot: at least 16 letters and digits mixed, ten of
    /// them different, no GUID, no address, no date, no words.
    ///
    /// That is little, and means something only of a text whose name is suspicious.
    static func isRandom(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= 16 else { return false }
        var seen = [Bool](repeating: false, count: 256)
        var (digits, letters, others) = (0, 0, 0)
        for at in range {
            let byte = text[at]
            seen[Int(byte)] = true
            switch byte {
            case 0x30...0x39: digits += 1
            case 0x41...0x5A, 0x61...0x7A: letters += 1
            case ...0x20, 0x80...: return false
            case 0x3A where at + 1 < range.upperBound && text[at + 1] == 0x2F: return false
            default: others += 1
            }
        }
        let different = seen.count { $0 }
        return digits > 0 && letters > 2 && others < letters + digits && different >= 10
            && !isGUID(text.extracting(range))
    }
}

/// Returns `text`, which came from somewhere else, if it may be shown; the placeholder if it looks
/// like a secret.
package func withoutSecrets(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let isSecret = SecretLook.isSecretOrHoldsMember(bytes.span, 0..<bytes.count)
    return isSecret ? "[secret withheld]" : text
}
