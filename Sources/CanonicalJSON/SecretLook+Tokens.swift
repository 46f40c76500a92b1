/// Tokens, and what services mark their secrets with.
extension SecretLook {
    private static let object = Array("eyJ".utf8)
    private static let secondObject = Array(".eyJ".utf8)

    /// `…eyJ….eyJ….`, where `at` is the second `J`; or `eyJ….….…`, where it is the first.
    static func isToken(_ text: Span<UInt8>, _ range: Range<Int>, capitalJ at: Int) -> Bool {
        guard text.holds(object, at: at - 2, in: range) else { return false }
        let end = text.runEnd(from: at + 1, in: range, isBase64URL)
        guard end < range.upperBound, text[end] == 0x2E else { return false }
        if end > at + 1, text.holds(secondObject, at: at - 3, in: range) {
            var start = at - 3
            while start > range.lowerBound, isBase64URL(text[start - 1]) { start -= 1 }
            while start < at - 3 {
                if text.holds(object, at: start, in: range) { return true }
                start += 1
            }
        }
        let second = text.runEnd(from: end + 1, in: range, isBase64URL)
        guard end - at > 12, second - end > 12, second < range.upperBound, text[second] == 0x2E
        else { return false }
        return text.runEnd(from: second + 1, in: range, isBase64URL) - second > 12
    }

    private static let serviceTokens: [(beginning: [UInt8], count: Int)] =
        [
            ("ghp_", 36), ("gho_", 36), ("ghu_", 36), ("ghs_", 36), ("ghr_", 36),
            ("github_pat_", 22), ("sk_live_", 16), ("rk_live_", 16), ("sk_test_", 16),
            ("rk_test_", 16), ("npm_", 36),
        ].map { (Array($0.0.utf8), $0.1) }

    /// `ghp_` and at least so many letters and digits, where `at` is the underscore.
    static func isServiceToken(
        _ text: Span<UInt8>, _ range: Range<Int>, underscore at: Int
    ) -> Bool {
        serviceTokens.contains { token in
            let start = at + 1 - token.beginning.count
            return text.holds(token.beginning, at: start, in: range)
                && (start == range.lowerBound || !isBase64URL(text[start - 1]))
                && text.runEnd(from: at + 1, in: range, isBase64URL) - at > token.count
        }
    }

    /// `abc8Q~` and at least 31 more, where `at` is the tilde.
    static func isClientSecret(
        _ text: Span<UInt8>, _ range: Range<Int>, tilde at: Int
    ) -> Bool {
        func isPart(_ byte: UInt8) -> Bool { isBase64URL(byte) || byte == 0x7E || byte == 0x2E }
        guard at - 5 >= range.lowerBound, text[at - 1] == 0x51, isDigit(text[at - 2]),
            (at - 5..<at - 2).allSatisfy({ isPart(text[$0]) })
        else { return false }
        return text.runEnd(from: at + 1, in: range, isPart) - at > 31
    }

    private static let azureMarks = [
        "+ASt", "ACDb", "AzFu", "+ASb", "+AEh", "AIoT", "APIM", "+ABa",
    ]
    .map { Array($0.utf8) }

    /// A key of an account in Azure, where `at` is the first equals sign at its end.
    static func isAzureKey(
        _ text: Span<UInt8>, _ range: Range<Int>, sign at: Int
    ) -> Bool {
        guard at - 43 >= range.lowerBound, text[at - 10] == 0x2B || text[at - 10] == 0x41,
            azureMarks.contains(where: { text.holds($0, at: at - 10, in: range) })
        else { return false }
        return (at - 43..<at).allSatisfy { isBase64(text[$0]) || isBase64URL(text[$0]) }
    }
}
