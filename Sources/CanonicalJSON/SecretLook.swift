/// Recognises secrets by how they look, whatever their member's name, anywhere in a string:
///
/// - a JSON web token, signed or encrypted;
/// - a private key: in PEM, OpenPGP, SSH or PuTTY armour, or its bare bytes in Base64, PKCS#12 too;
/// - a parameter of a signed address, connection string, form or script: `sig=`, `AccountKey=`,
///   `client_secret=`, `$password = "…"`; `se` with a date, as shared access signatures have it;
/// - a member of JSON within the string, by its name;
/// - what services mark their secrets with: Entra's client secrets, keys of Azure's accounts,
///   tokens of GitHub, Stripe, npm, Slack and Google, access keys of AWS, recovery keys of BitLocker.
///
/// - Cost: nearly all of them hold a `J`, a `K`, a `=`, a `_` or a `~`, which are searched for eight
///   bytes at a time; the others are looked for in long texts only.
enum SecretLook {
    /// The shortest text worth a look.
    private static let shortest = 5
    /// From here on a text is looked at, marked or not.
    static let long = 55

    static func isSecret(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= shortest else { return false }
        return holdsMarkedSecret(text, range)
            || range.count >= long && holdsUnmarkedSecret(text, range)
    }

    /// The same for a text that may hold quotes, and so JSON.
    static func isSecretOrHoldsMember(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        isSecret(text, range)
            || range.contains { text[$0] == 0x3A && isMember(text, range, colon: $0) }
    }

    private static func holdsMarkedSecret(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
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

    /// Returns whether one of the word's bytes is a mark. See ``StringScan``, which does the same
    /// for blocks.
    @inline(__always)
    private static func holdsMark(_ word: UInt64) -> Bool {
        // `J` and `K` differ in their lowest bit only, `_` and `~` in two bits.
        let letters = StringScan.matches(word | 0x0101_0101_0101_0101, 0x4B)
        let others = StringScan.matches(word | 0x2121_2121_2121_2121, 0x7F)
        return letters | others | StringScan.matches(word, 0x3D) != 0
    }

    /// Returns whether one of the bytes `places` belongs to a secret.
    private static func isSecret(
        _ text: Span<UInt8>, _ range: Range<Int>, among places: Range<Int>
    ) -> Bool {
        for at in places {
            let isFound =
                switch text[at] {
                case 0x3D: isParameter(text, range, sign: at) || isAzureKey(text, range, sign: at)
                case 0x4A: isToken(text, range, capitalJ: at) || isArmour(text, range, capitalJ: at)
                case 0x4B: isKey(text, range, capitalK: at)
                case 0x5F: isServiceToken(text, range, underscore: at)
                case 0x7E: isClientSecret(text, range, tilde: at)
                default: false
                }
            if isFound { return true }
        }
        return false
    }

    /// Returns whether one of those secrets is there that may have no mark. But for parameters in an
    /// address inside another, they are long runs of letters, digits and what Base64 has besides.
    private static func holdsUnmarkedSecret(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if holdsEncodedParameter(text, range) { return true }
        // A run covers one of these places at least.
        var at = range.lowerBound + shortestRun - 1
        while at < range.upperBound {
            let end = text.runEnd(from: at, in: range, isBase64)
            var start = at
            while end > at, start > range.lowerBound, isBase64(text[start - 1]) { start -= 1 }
            if end - start >= shortestRun,
                (start..<end).contains(where: { isUnmarked(text, range, $0) })
            {
                return true
            }
            at = max(end, at) + shortestRun
        }
        return false
    }

    /// Google's keys are the shortest.
    private static let shortestRun = 39

    private static func isUnmarked(_ text: Span<UInt8>, _ range: Range<Int>, _ at: Int) -> Bool {
        isDigit(text[at])
            ? isRecoveryKey(text, range, digit: at)
            : beginsSecret(text, range, at)
    }

    private static func holdsEncodedParameter(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var start = range.lowerBound
        while let at = text.first(0x25, in: start..<range.upperBound) {
            if isEncodedParameter(text, range, percentSign: at) { return true }
            start = at + 1
        }
        return false
    }
}

// MARK: - Bytes

extension SecretLook {
    static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

    static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    static func isBase64(_ byte: UInt8) -> Bool {
        isBase64URL(byte) || byte == 0x2B || byte == 0x2F
    }
}

extension Span<UInt8> {
    func holds(_ expected: [UInt8], at start: Int, in range: Range<Int>) -> Bool {
        start >= range.lowerBound && start + expected.count <= range.upperBound
            && equals(start..<start + expected.count, expected)
    }

    /// Returns where the bytes end that are alike, from `start` on.
    func runEnd(
        from start: Int, in range: Range<Int>, _ isAlike: (UInt8) -> Bool
    ) -> Int {
        var end = start
        while end < range.upperBound, isAlike(self[end]) { end += 1 }
        return end
    }

    func firstRange(of expected: [UInt8], in range: Range<Int>) -> Range<Int>? {
        range.first { holds(expected, at: $0, in: range) }.map { $0..<$0 + expected.count }
    }
}
