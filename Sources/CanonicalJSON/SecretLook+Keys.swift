/// Private keys, whatever armour they wear, and other secrets that are known by how they begin.
extension SecretLook {
    private static let privateWord = Array("PRIVATE".utf8)
    private static let encodedSpace = Array("PRIVATE%20".utf8)
    private static let armour = ["KEY-----", "KEY BLOCK-----", "KEY ----"].map { Array($0.utf8) }
    private static let puttyFile = Array("PuTTY-User-Key-File-".utf8)
    private static let accessKey = Array("AKIA".utf8)
    private static let encodedArmour = Array("LS0tLS1CRUdJ".utf8)
    /// A DER sequence of more than 255 bytes, and in it the number 0 and another sequence or number.
    private static let sequence = Array("MII".utf8)
    private static let versionZero = Array("IBAA".utf8)

    static func isKey(_ text: Span<UInt8>, _ range: Range<Int>, capitalK at: Int) -> Bool {
        isPrivateKey(text, range, capitalK: at) || isAccessKey(text, range, capitalK: at)
            || isRSAKey(text, range, capitalK: at)
            || text.holds(puttyFile, at: at - 11, in: range)
    }

    /// `PRIVATE KEY-----`, where `at` is the `K`; the space may be encoded as in an address.
    private static func isPrivateKey(
        _ text: Span<UInt8>, _ range: Range<Int>, capitalK at: Int
    ) -> Bool {
        guard armour.contains(where: { text.holds($0, at: at, in: range) }) else { return false }
        return text.holds(privateWord, at: at - 8, in: range)
            || text.holds(encodedSpace, at: at - 10, in: range)
    }

    /// `AKIA` and 16 capitals or digits, where `at` is the `K`.
    private static func isAccessKey(
        _ text: Span<UInt8>, _ range: Range<Int>, capitalK at: Int
    ) -> Bool {
        guard text.holds(accessKey, at: at - 1, in: range),
            at - 1 == range.lowerBound || !isBase64URL(text[at - 2])
        else { return false }
        let end = text.runEnd(from: at + 3, in: range) { isDigit($0) || 0x41...0x5A ~= $0 }
        return end - at == 19 && (end == range.upperBound || !isBase64URL(text[end]))
    }

    /// `MIIEpAIBAAK`, an RSA key of PKCS#1, where `at` is the `K`.
    private static func isRSAKey(
        _ text: Span<UInt8>, _ range: Range<Int>, capitalK at: Int
    ) -> Bool {
        text.holds(versionZero, at: at - 4, in: range)
            && text.holds(sequence, at: at - 10, in: range)
    }

    /// PEM armour of a private key that is Base64 itself, where `at` is the `J` in `BEGI`.
    static func isArmour(
        _ text: Span<UInt8>, _ range: Range<Int>, capitalJ at: Int
    ) -> Bool {
        let start = at + 1 - encodedArmour.count
        guard text.holds(encodedArmour, at: start, in: range) else { return false }
        let line = decoded(text, start..<min(start + 80, range.upperBound))
        return line.span.firstRange(of: privateWord, in: 0..<line.count) != nil
    }

    /// The bytes that a beginning of Base64 stands for, as far as it is that.
    private static func decoded(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for at in range {
            guard let value = base64Value(text[at]) else { break }
            (bits, count) = (bits << 6 | value, count + 6)
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return bytes
    }

    private static func base64Value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x47)
        case 0x30...0x39: UInt32(byte + 4)
        case 0x2B, 0x2D: 62
        case 0x2F, 0x5F: 63
        default: nil
        }
    }

    /// How a secret without a mark begins.
    private struct Beginning {
        let text: [UInt8]
        /// What stands before it, so many bytes back.
        var leader: (text: [UInt8], distance: Int)?
        /// How many bytes follow at least, where nothing of the kind comes before.
        var tail: Int?

        init(_ text: String, after leader: (String, Int)? = nil, tail: Int? = nil) {
            self.text = Array(text.utf8)
            self.leader = leader.map { (Array($0.0.utf8), $0.1) }
            self.tail = tail
        }
    }

    private static let beginnings = [
        // In Base64: PKCS#8 of RSA, of three elliptic curves and of Ed25519; encrypted PKCS#8.
        Beginning("IBADANBgkqhkiG9w0BAQEFAAS"), Beginning("MIGHAgEAMBMGByqGSM49"),
        Beginning("MIG2AgEAMBAGByqGSM49"), Beginning("MIHuAgEAMBAGByqGSM49"),
        Beginning("MC4CAQAwBQYDK2VwBCIE"), Beginning("BgkqhkiG9w0BBQ0w"),
        // Keys of elliptic curves by themselves; OpenSSH's own form; PKCS#12.
        Beginning("MHcCAQEEI"), Beginning("MIGkAgEBBD"), Beginning("MIHcAgEBBE"),
        Beginning("b3BlbnNzaC1rZXkt"), Beginning("IBAzCC", after: ("MII", 6)),
        // Slack, with a letter for the kind of token; Google.
        Beginning("com/services/T", after: ("hooks.slack.", 12)), Beginning("xoxa-", tail: 30),
        Beginning("xoxb-", tail: 30), Beginning("xoxp-", tail: 30), Beginning("xoxr-", tail: 30),
        Beginning("xoxs-", tail: 30), Beginning("AIza", tail: 35),
    ]

    static func beginsSecret(_ text: Span<UInt8>, _ range: Range<Int>, _ at: Int) -> Bool {
        beginnings.contains { beginning in
            guard beginning.text[0] == text[at], text.holds(beginning.text, at: at, in: range)
            else {
                return false
            }
            if let leader = beginning.leader {
                return text.holds(leader.text, at: at - leader.distance, in: range)
            }
            guard let tail = beginning.tail else { return true }
            let start = at + beginning.text.count
            return (at == range.lowerBound || !isBase64URL(text[at - 1]))
                && text.runEnd(from: start, in: range, isBase64URL) - start >= tail
        }
    }

    /// Eight groups of six digits, where `at` is the first digit.
    static func isRecoveryKey(
        _ text: Span<UInt8>, _ range: Range<Int>, digit at: Int
    ) -> Bool {
        guard at + 55 <= range.upperBound, text[at + 6] == 0x2D,
            at == range.lowerBound || !isDigit(text[at - 1])
        else { return false }
        return (0..<55).allSatisfy {
            $0 % 7 == 6 ? text[at + $0] == 0x2D : isDigit(text[at + $0])
        }
    }
}
