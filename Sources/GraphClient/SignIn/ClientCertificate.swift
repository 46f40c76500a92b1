import Crypto
import CryptoExtras
import Encodings
import FoundationEssentials

/// A certificate with its key, which signs what an application says of itself.
///
/// <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>
package struct ClientCertificate: Sendable {
    /// How assertions are signed, and the certificate named in them.
    package enum Algorithm: String, Sendable, CaseIterable {
        /// RSASSA-PSS, with the certificate's SHA-256 as `x5t#S256`.
        case ps256 = "PS256"
        /// RSASSA-PKCS1-v1_5, with its SHA-1 as `x5t`, for authorities that know nothing newer.
        case rs256 = "RS256"
    }

    /// In DER, the application's own first.
    let chain: [[UInt8]]
    /// Seconds since 1970.
    let expiry: Int
    private let key: _RSA.Signing.PrivateKey
    package var algorithm = Algorithm.ps256
    /// Whether assertions carry the chain, for applications that trust an issuer and a name.
    package var sendsChain = false

    init(chain: [[UInt8]], expiry: Int, key: _RSA.Signing.PrivateKey) {
        self.chain = chain
        self.expiry = expiry
        self.key = key
    }

    /// As Entra shows it: upper-case hexadecimal SHA-1.
    package var thumbprint: String {
        Insecure.SHA1.hash(data: chain[0]).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Returns a signed statement that whoever holds it is the application `clientID`.
    ///
    /// - Parameters:
    ///   - audience: the address that it is sent to, to the letter.
    ///   - now: seconds since 1970; it is good for ten minutes from then.
    /// - Returns: `nil` if the key cannot sign.
    func assertion(clientID: String, audience: String, id: String, now: Int) -> String? {
        let claims =
            #"{"aud":\#(quoted(audience)),"exp":\#(now + 600),"iat":\#(now),"#
            + #""iss":\#(quoted(clientID)),"jti":\#(quoted(id)),"nbf":\#(now),"#
            + #""sub":\#(quoted(clientID))}"#
        let signed = "\(base64URL(Array(header.utf8))).\(base64URL(Array(claims.utf8)))"
        let padding: _RSA.Signing.Padding = algorithm == .ps256 ? .PSS : .insecurePKCS1v1_5
        let digest = SHA256.hash(data: Array(signed.utf8))
        guard let signature = try? key.signature(for: digest, padding: padding) else { return nil }
        return "\(signed).\(base64URL(Array(signature.rawRepresentation)))"
    }

    private var header: String {
        let name =
            switch algorithm {
            case .ps256: #""x5t#S256":"\#(base64URL(Array(SHA256.hash(data: chain[0]))))""#
            case .rs256: #""x5t":"\#(base64URL(Array(Insecure.SHA1.hash(data: chain[0]))))""#
            }
        let certificates = chain.map { "\"\(base64($0))\"" }
        let x5c = sendsChain ? #","x5c":[\#(certificates.joined(separator: ","))]"# : ""
        return #"{"alg":"\#(algorithm.rawValue)","typ":"JWT",\#(name)\#(x5c)}"#
    }
}
