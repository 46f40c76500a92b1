import Crypto
import FoundationEssentials
import NIOSSL
import SwiftASN1
import X509

/// A certificate for `localhost` and 127.0.0.1, signed by an authority made for this run.
///
/// The authority is what a client is told to trust. Both last 30 days.
struct ServerCertificate: Sendable {
    let authorityPEM: String
    private let leafPEM: String
    private let keyPEM: String

    init() throws {
        let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let leafKey = P256.Signing.PrivateKey()
        let issuer = try DistinguishedName { CommonName("Tenantkeep simulator") }
        let authority = try Self.certificate(
            for: authorityKey.publicKey, subject: issuer, issuer: issuer, signedBy: authorityKey,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: authorityKey.publicKey)
            })
        let leafPublicKey = Certificate.PublicKey(leafKey.publicKey)
        let leaf = try Self.certificate(
            for: leafPublicKey, subject: DistinguishedName { CommonName("localhost") },
            issuer: issuer, signedBy: authorityKey,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([
                    .dnsName("localhost"),
                    .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                ])
                SubjectKeyIdentifier(hash: leafPublicKey)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: authorityKey.publicKey).keyIdentifier)
            })
        authorityPEM = try authority.serializeAsPEM().pemString
        leafPEM = try leaf.serializeAsPEM().pemString
        keyPEM = leafKey.pemRepresentation
    }

    private static func certificate(
        for key: Certificate.PublicKey, subject: DistinguishedName, issuer: DistinguishedName,
        signedBy signer: Certificate.PrivateKey, extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key,
            notValidBefore: Date().addingTimeInterval(-3600),
            notValidAfter: Date().addingTimeInterval(30 * 86_400), issuer: issuer,
            subject: subject, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: signer)
    }

    func configuration() throws -> TLSConfiguration {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(leafPEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem)
        return .makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
    }
}
