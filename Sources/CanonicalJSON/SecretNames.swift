/// The members that hold secrets by their name, at every depth, however their letters are cased.
///
/// The list is made from Graph's v1.0 and beta schemas: every property there whose name or
/// description says that it is a password, a key, a token or a signed address, less those that
/// hold public or masked values under a name of their own. Whole names are compared, so
/// `passwordPolicies` and `customKeyIdentifier` are not on it.
///
/// Only text is withheld: a string or number that is the member's value, or that stands in an
/// array there. Objects stay, with their own members looked at, because names mean other things
/// elsewhere: an application's `optionalClaims.accessToken` lists claims.
struct SecretNames: Sendable {
    /// What the objects in a member are, as far as that decides about their members.
    enum Holder: UInt8, Sendable {
        case any
        case passwordCredential
        case keyCredential
        case secretPair
    }

    private static let everywhere = [
        // passwordCredential, passwordProfile, basicAuthentication, pkcs12Certificate, LAPS.
        "secretText", "password", "passwordBase64", "defaultPassword", "adDomainPassword",
        "currentPassword", "newPassword",
        // Identity providers, OpenID Connect, software OATH, temporary access passes.
        "clientSecret", "secretKey", "temporaryAccessPass", "pkcs12Value",
        // Web application firewalls and fraud protection.
        "accessToken", "clientToken", "apiToken", "serverToken", "privateKey",
        // Device management.
        "token", "productKey", "activationLockBypassCode", "azureStorageUri", "azureBlobToken",
        "preSharedKey", "sharedSecret",
        // What sign-in answers hold.
        "refreshToken", "client_secret", "access_token", "refresh_token",
    ]

    private static let holders: [(name: String, holder: Holder)] = [
        ("passwordCredentials", .passwordCredential), ("passwordCredential", .passwordCredential),
        ("keyCredentials", .keyCredential), ("keyCredential", .keyCredential),
        ("secrets", .secretPair),
    ]

    /// Names that are harmless elsewhere: the first letters of a password, the key itself, the
    /// value of a synchronization secret.
    private static let inside: [(name: String, holder: Holder)] = [
        ("hint", .passwordCredential), ("key", .keyCredential), ("value", .secretPair),
    ]

    private struct Entry: Sendable {
        let name: [UInt8]
        let meaning: Meaning
    }

    private enum Meaning: Sendable {
        case secret
        case holder(Holder)
        case secretInside(Holder)
    }

    /// By the length of the names: a bit for each first letter, above it one for each last letter,
    /// so that nearly all other names are passed over fast.
    private var letters = [UInt64](repeating: 0, count: 32)
    private var entries: [Entry] = []

    static let all = SecretNames()

    private init() {
        for name in Self.everywhere { add(name, .secret) }
        for (name, holder) in Self.holders { add(name, .holder(holder)) }
        for (name, holder) in Self.inside { add(name, .secretInside(holder)) }
    }

    private mutating func add(_ name: String, _ meaning: Meaning) {
        let lowered = name.utf8.map(\.asciiLowercased)
        letters[lowered.count] |= Self.bits(lowered[0], lowered[lowered.count - 1])
        entries.append(Entry(name: lowered, meaning: meaning))
    }

    @inline(__always)
    private static func bits(_ first: UInt8, _ last: UInt8) -> UInt64 {
        1 &<< UInt64(first & 0x1F) | 1 &<< UInt64(0x20 | last & 0x1F)
    }

    /// Returns whether text under this name is a secret, and what objects under it are.
    @inline(__always)
    func look(
        up name: Span<UInt8>, _ range: Range<Int>, in holder: Holder
    ) -> (isSecret: Bool, holder: Holder) {
        let count = range.count
        guard count > 0, count < letters.count else { return (false, .any) }
        let bits = Self.bits(name[range.lowerBound], name[range.upperBound &- 1])
        guard letters[count] & bits == bits else { return (false, .any) }
        return search(name, range, in: holder)
    }

    private func search(
        _ name: Span<UInt8>, _ range: Range<Int>, in holder: Holder
    ) -> (isSecret: Bool, holder: Holder) {
        for entry in entries where name.equalsIgnoringCase(range, entry.name) {
            switch entry.meaning {
            case .secret: return (true, .any)
            case .holder(let held): return (false, held)
            case .secretInside(let needed): return (needed == holder, .any)
            }
        }
        return (false, .any)
    }
}

extension UInt8 {
    var asciiLowercased: UInt8 {
        0x41...0x5A ~= self ? self | 0x20 : self
    }
}

extension Span<UInt8> {
    /// Returns whether the bytes of `range` are `lowered` but for the case of ASCII letters.
    func equalsIgnoringCase(_ range: Range<Int>, _ lowered: [UInt8]) -> Bool {
        guard range.count == lowered.count else { return false }
        for (offset, byte) in lowered.enumerated()
        where self[range.lowerBound + offset].asciiLowercased != byte {
            return false
        }
        return true
    }

    func equals(_ range: Range<Int>, _ expected: [UInt8]) -> Bool {
        guard range.count == expected.count else { return false }
        for (offset, byte) in expected.enumerated() where self[range.lowerBound + offset] != byte {
            return false
        }
        return true
    }
}
