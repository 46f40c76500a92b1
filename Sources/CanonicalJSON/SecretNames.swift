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
///
/// Other names are merely suspicious, by a word in them. Text under those is withheld if it looks
/// as if drawn by lot; so is any in an object under a name that can mean nothing but a secret.
struct SecretNames: Sendable {
    /// What the objects in a member are, as far as that decides about their members.
    enum Holder: UInt8, Sendable {
        case any
        case passwordCredential
        case keyCredential
        case recoveryKey
        case secretPair
        case suspect
    }

    /// What a name says about text under it.
    enum Secrecy: UInt8, Sendable {
        case open
        /// A secret if it looks random.
        case suspect
        case secret
    }

    private static let everywhere = [
        // passwordCredential, passwordProfile, basicAuthentication, pkcs12Certificate, LAPS.
        "secretText", "password", "passwordBase64", "defaultPassword", "adDomainPassword",
        "currentPassword", "newPassword", "recoveryPassword", "passphrase", "passwd", "pwd",
        // Identity providers, OpenID Connect, software OATH, temporary access passes.
        "clientSecret", "secretKey", "temporaryAccessPass", "pkcs12Value",
        // Web application firewalls and fraud protection.
        "accessToken", "clientToken", "apiToken", "serverToken", "privateKey",
        // Device management.
        "token", "productKey", "activationLockBypassCode", "azureStorageUri", "azureBlobToken",
        "preSharedKey", "sharedSecret", "tokenValue", "recoveryKey",
        // What sign-in answers hold.
        "refreshToken", "client_secret", "access_token", "refresh_token", "id_token",
        "client_assertion",
        // Keys of services, as settings of other programs have them.
        "apiKey", "api_key", "accountKey", "sharedAccessKey", "connectionString",
    ]

    /// Names of parameters, and how long their values are at least.
    private static let parameters = [
        ("sig", 1), ("sharedSecretValue", 1), ("code", 40), ("signature", 20),
        ("x-amz-signature", 20), ("x-goog-signature", 20), ("subscription-key", 16),
        ("ocp-apim-subscription-key", 16),
    ]

    /// Secrets that are never lists of claims or the like: what is in an object there is suspicious.
    private static let unambiguous: Set<String> = [
        "secrettext", "password", "clientsecret", "client_secret", "secretkey", "privatekey",
        "productkey", "presharedkey", "sharedsecret", "connectionstring", "apikey",
    ]

    private static let suspicious = [
        "secret", "passw", "passphrase", "token", "credential", "apikey", "api_key", "accesskey",
        "privatekey", "sharedkey", "signingkey", "encryptionkey", "connectionstring",
    ].map { Array($0.utf8) }

    /// What a suspicious word is part of when the text is public; an `s` may follow.
    private static let publicEndings = [
        "id", "identifier", "thumbprint", "url", "uri", "link", "endpoint", "name", "type", "kind",
        "mode", "method", "policy", "policie", "state", "statu", "level", "datetime", "version",
        "certificate", "claim",
    ].map { Array($0.utf8) }

    private static let holders: [(name: String, holder: Holder)] = [
        ("passwordCredentials", .passwordCredential), ("passwordCredential", .passwordCredential),
        ("keyCredentials", .keyCredential), ("keyCredential", .keyCredential),
        ("recoveryKeys", .recoveryKey), ("secrets", .secretPair),
    ]

    /// Names that are harmless elsewhere: the first letters of a password, the key itself, the
    /// value of a synchronization secret.
    private static let inside: [(name: String, holder: Holder)] = [
        ("hint", .passwordCredential), ("key", .keyCredential), ("key", .recoveryKey),
        ("value", .secretPair),
    ]

    private struct Entry: Sendable {
        let name: [UInt8]
        let meaning: Meaning
    }

    private enum Meaning: Sendable {
        case secret(inObjects: Holder)
        case holder(Holder)
        case secretInside(Holder)
        case parameter(Int)
    }

    /// The longest name that is known.
    static let longest = 31

    /// By the length of the names: a bit for each first letter, above it one for each last letter,
    /// so that nearly all other names are passed over fast.
    private var letters = [UInt64](repeating: 0, count: longest + 1)
    private var entries: [Entry] = []

    static let all = SecretNames()

    private init() {
        for name in Self.everywhere {
            let isPlain = Self.unambiguous.contains(name.lowercased())
            add(name, .secret(inObjects: isPlain ? .suspect : .any))
        }
        for (name, holder) in Self.holders { add(name, .holder(holder)) }
        for (name, holder) in Self.inside { add(name, .secretInside(holder)) }
        for (name, count) in Self.parameters { add(name, .parameter(count)) }
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

    /// Returns what text under this name is, and what objects under it are.
    func look(
        up name: Span<UInt8>, _ range: Range<Int>, in holder: Holder
    ) -> (secrecy: Secrecy, holder: Holder) {
        for entry in candidates(name, range) where name.equalsIgnoringCase(range, entry.name) {
            switch entry.meaning {
            case .secret(let inner): return (.secret, inner)
            case .holder(let held): return (.open, held)
            case .secretInside(let needed) where needed == holder: return (.secret, .any)
            case .secretInside, .parameter: break
            }
        }
        if holder == .suspect { return (.suspect, .suspect) }
        return (isSuspicious(name, range) ? .suspect : .open, .any)
    }

    /// Returns how long the value of a parameter must be to be a secret; `nil` if it is none.
    func shortestValue(of name: Span<UInt8>, _ range: Range<Int>) -> Int? {
        for entry in candidates(name, range) where name.equalsIgnoringCase(range, entry.name) {
            switch entry.meaning {
            case .secret: return 1
            case .parameter(let count): return count
            case .holder, .secretInside: break
            }
        }
        return nil
    }

    /// All entries, or none if no name has this length and these letters.
    private func candidates(_ name: Span<UInt8>, _ range: Range<Int>) -> [Entry] {
        guard !range.isEmpty, range.count < letters.count else { return [] }
        let bits = Self.bits(name[range.lowerBound], name[range.upperBound &- 1])
        return letters[range.count] & bits == bits ? entries : []
    }

    private func isSuspicious(_ name: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= 5, range.count <= 64, holdsSuspiciousWord(name, range) else {
            return false
        }
        let end =
            name[range.upperBound - 1] | 0x20 == 0x73 ? range.upperBound - 1 : range.upperBound
        return !Self.publicEndings.contains { ending in
            let start = end - ending.count
            return start >= range.lowerBound && name.equalsIgnoringCase(start..<end, ending)
        }
    }

    private func holdsSuspiciousWord(_ name: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.contains { at in
            let first = name[at].asciiLowercased
            return Self.suspicious.contains { word in
                word[0] == first && at + word.count <= range.upperBound
                    && name.equalsIgnoringCase(at..<at + word.count, word)
            }
        }
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
