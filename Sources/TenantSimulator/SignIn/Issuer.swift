import Crypto
import CryptoExtras

/// The identity providers outside Entra that the tenant may trust: pipelines, clusters and the like.
///
/// All sign with one key, as long as this process lives.
enum Issuer {
    private static let name = "simulated-issuer"
    private static let key: _RSA.Signing.PrivateKey? = try? _RSA.Signing.PrivateKey(
        keySize: .bits2048)

    /// Returns a JWT that says `claims`.
    static func token(_ claims: JSON) -> String {
        let header: JSON = ["typ": "JWT", "alg": "RS256", "kid": JSON(name)]
        let signed = [header.bytes, claims.bytes].map(base64URL).joined(separator: ".")
        let signature = try? key?.signature(
            for: SHA256.hash(data: Array(signed.utf8)), padding: .insecurePKCS1v1_5)
        return signed + "." + base64URL(signature.map { Array($0.rawRepresentation) } ?? [])
    }

    /// Whether the key that `header` names is ours, and made `signature`.
    static func hasSigned(_ signed: [UInt8], _ signature: [UInt8], _ header: JSON) -> Bool {
        header["kid"]?.string == name && header["alg"]?.string == "RS256"
            && key?.publicKey.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: signed), padding: .insecurePKCS1v1_5) == true
    }
}

extension SimulatedTenant {
    /// Returns what `issuer` says of `subject`, signed, as a cluster writes it into a file.
    ///
    /// - Parameter life: seconds from now; negative if it is over.
    package func federatedToken(
        issuer: String, subject: String, audience: String = "api://AzureADTokenExchange",
        life: Double = 600
    ) -> String {
        Issuer.token(
            .federated(
                issuer: issuer, subject: subject, audience: audience, now: simulation.clock.now,
                life: life))
    }
}

extension JSON {
    /// The claims of an outside issuer's token.
    static func federated(
        issuer: String, subject: String, audience: String, now: Timestamp, life: Double
    ) -> JSON {
        let start = Int(now.seconds)
        return [
            "jti": JSON(newGUID()), "iss": JSON(issuer), "sub": JSON(subject),
            "aud": JSON(audience), "iat": JSON(start - 60), "nbf": JSON(start - 60),
            "exp": JSON(start + Int(life)),
        ]
    }
}
