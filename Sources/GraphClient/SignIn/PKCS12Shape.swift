import SwiftASN1

/// What a PKCS#12 file holds, as far as that can be seen without its password (RFC 7292).
///
/// Keys are encrypted each by itself, in plain sight; certificates are usually encrypted all
/// together. The library that opens such files ends the process at one that lacks either.
struct PKCS12Shape {
    private(set) var hasKey = false
    /// Or something encrypted, which may well be one.
    private(set) var hasCertificate = false

    init(_ bytes: [UInt8]) throws(CertificateError) {
        guard let file = try? BER.parse(bytes), let parts = Self.children(of: file),
            parts.count >= 2, let safe = Self.content(of: parts[1], typed: Self.data),
            let infos = Self.children(inside: safe)
        else { throw .unknownForm }
        for info in infos { read(info) }
    }

    private static let data: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 7, 1]
    private static let encryptedData: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 7, 6]

    private mutating func read(_ info: ASN1Node) {
        if Self.content(of: info, typed: Self.encryptedData) != nil {
            hasCertificate = true
        } else if let safe = Self.content(of: info, typed: Self.data),
            let bags = Self.children(inside: safe)
        {
            for bag in bags { note(bag) }
        }
    }

    private mutating func note(_ bag: ASN1Node) {
        guard let first = Self.children(of: bag)?.first,
            let type = try? ASN1ObjectIdentifier(berEncoded: first)
        else { return }
        switch type {
        case Self.bag(1), Self.bag(2): hasKey = true
        case Self.bag(3): hasCertificate = true
        default: break
        }
    }

    private static func bag(_ number: UInt) -> ASN1ObjectIdentifier {
        [1, 2, 840, 113_549, 1, 12, 10, 1, number]
    }

    private static func children(of node: ASN1Node) -> [ASN1Node]? {
        guard case .constructed(let children) = node.content else { return nil }
        return Array(children)
    }

    /// The content of a `ContentInfo` of this type.
    private static func content(
        of info: ASN1Node, typed type: ASN1ObjectIdentifier
    ) -> ASN1Node? {
        guard let parts = children(of: info), parts.count == 2,
            (try? ASN1ObjectIdentifier(berEncoded: parts[0])) == type
        else { return nil }
        return children(of: parts[1])?.first
    }

    /// The elements of the sequence that is encoded in an octet string.
    private static func children(inside node: ASN1Node) -> [ASN1Node]? {
        guard let string = try? ASN1OctetString(berEncoded: node),
            let sequence = try? BER.parse(string.bytes)
        else { return nil }
        return children(of: sequence)
    }
}
