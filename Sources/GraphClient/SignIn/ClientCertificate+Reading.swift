import CryptoExtras
import NIOSSL

/// Why a certificate cannot sign anybody in.
package enum CertificateError: Error, Hashable, Sendable {
    case empty
    /// Neither PEM nor PKCS#12.
    case unknownForm
    case noCertificate
    case noKey
    /// The key or the whole is encrypted, and no password was given.
    case needsPassword
    case wrongPassword
    /// Not ASCII, of a key in PEM. The library ends the process at one.
    case oddPassword
    /// Of another kind than RSA, or shorter than 2048 bits.
    case unusableKey
    /// No certificate is the key's.
    case otherKey
}

extension ClientCertificate {
    /// Reads a certificate and its key.
    ///
    /// - Parameters:
    ///   - bytes: PEM with the certificate, its chain if there is one, and the key in PKCS#8 or
    ///     PKCS#1; or PKCS#12.
    ///   - key: PEM with the key, if it is in a file of its own.
    package init(
        _ bytes: [UInt8], key: [UInt8]? = nil, password: String?
    ) throws(CertificateError) {
        guard !bytes.isEmpty, key?.isEmpty != true else { throw .empty }
        if String(decoding: bytes, as: UTF8.self).contains("-----BEGIN ") {
            try self.init(pem: bytes, key: key ?? bytes, password: password)
        } else {
            try self.init(pkcs12: bytes, password: password)
        }
    }

    private init(pem: [UInt8], key: [UInt8], password: String?) throws(CertificateError) {
        let certificates = (try? NIOSSLCertificate.fromPEMBytes(pem)) ?? []
        guard !certificates.isEmpty else { throw .noCertificate }
        try self.init(certificates, try Self.key(pem: key, password: password))
    }

    private init(pkcs12: [UInt8], password: String?) throws(CertificateError) {
        let shape = try PKCS12Shape(pkcs12)
        guard shape.hasKey else { throw .noKey }
        guard shape.hasCertificate else { throw .noCertificate }
        let bundle: NIOSSLPKCS12Bundle
        do {
            bundle = try NIOSSLPKCS12Bundle(buffer: pkcs12, passphrase: (password ?? "").utf8)
        } catch {
            throw password == nil ? .needsPassword : .wrongPassword
        }
        try self.init(bundle.certificateChain, bundle.privateKey)
    }

    /// - Parameter certificates: in any order.
    private init(
        _ certificates: [NIOSSLCertificate], _ key: NIOSSLPrivateKey
    ) throws(CertificateError) {
        guard let bytes = try? key.derBytes,
            let rsa = try? _RSA.Signing.PrivateKey(derRepresentation: bytes)
        else { throw .unusableKey }
        let publicKey = Array(rsa.publicKey.derRepresentation)
        let own = certificates.firstIndex { certificate in
            (try? certificate.extractPublicKey().toSPKIBytes()) == publicKey
        }
        guard let own else { throw .otherKey }
        var ordered = certificates
        ordered.insert(ordered.remove(at: own), at: 0)
        let chain = ordered.compactMap { try? $0.toDERBytes() }
        guard chain.count == ordered.count else { throw .noCertificate }
        self.init(chain: chain, expiry: Int(ordered[0].notValidAfter), key: rsa)
    }

    private static func key(
        pem: [UInt8], password: String?
    ) throws(CertificateError) -> NIOSSLPrivateKey {
        let text = String(decoding: pem, as: UTF8.self)
        guard text.contains("PRIVATE KEY-----") else { throw .noKey }
        let isEncrypted = text.contains("ENCRYPTED")
        guard !isEncrypted || password != nil else { throw .needsPassword }
        guard password?.utf8.allSatisfy({ $0 < 0x80 }) ?? true else { throw .oddPassword }
        do {
            return try NIOSSLPrivateKey(bytes: pem, format: .pem) { setPassword in
                setPassword(Array((password ?? "").utf8))
            }
        } catch {
            throw isEncrypted ? .wrongPassword : .unusableKey
        }
    }
}
