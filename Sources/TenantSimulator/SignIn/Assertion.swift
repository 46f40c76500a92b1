import Crypto
import CryptoExtras
import FoundationEssentials
import SwiftASN1
import X509

/// A signed statement that stands in for a client secret (RFC 7523): the application's own, by its
/// certificate, or another issuer's about it (workload identity federation).
///
/// Takes every form the vendor's libraries send: RS256 with `x5t` and PS256 with `x5t#S256`, with
/// or without padding anywhere, dates with fractions, `nbf` or `iat` missing, the same `jti` again.
enum Assertion {
    static let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    static func check(
        _ text: String, type: String?, app: AppRegistration, audiences: [String], now: Timestamp
    ) throws(SignIn.Failure) {
        guard type == Self.type else {
            throw failure("invalid_request", 900_144, "client_assertion_type is not \(Self.type).")
        }
        let parts = text.trimmed.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3,
            let header = decodeBase64(String(parts[0])).flatMap({ try? JSON(parsing: $0) }),
            let claims = decodeBase64(String(parts[1])).flatMap({ try? JSON(parsing: $0) }),
            let signature = decodeBase64(String(parts[2]))
        else { throw failure("invalid_client", 50_027, "JWT token is invalid or malformed.") }
        try checkTimes(claims, now: now)
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        let isOwn = claims["iss"]?.string == app.clientID
        guard isOwn else {
            try checkFederation(claims, app)
            guard Issuer.hasSigned(signed, signature, header) else {
                throw failure(
                    "invalid_client", 700_027,
                    "Client assertion contains an invalid signature. [Reason - The key was not "
                        + "found.]")
            }
            return
        }
        guard claims["sub"]?.string == app.clientID, let audience = claims["aud"]?.string,
            audiences.contains(audience)
        else {
            throw failure(
                "invalid_client", 700_023,
                "Client assertion audience claim does not match Realm issuer.")
        }
        try checkSignature(signature, of: signed, header: header, app, now: now)
    }

    private static func checkTimes(_ claims: JSON, now: Timestamp) throws(SignIn.Failure) {
        let moment = now.seconds
        let skew = 300.0
        let start = claims["nbf"]?.double ?? claims["iat"]?.double ?? moment
        guard let end = claims["exp"]?.double, moment < end + skew, start - skew <= moment else {
            throw failure(
                "invalid_client", 700_024, "Client assertion is not within its valid time range.")
        }
    }

    private static func checkFederation(
        _ claims: JSON, _ app: AppRegistration
    ) throws(SignIn.Failure) {
        let issuer = claims["iss"]?.string ?? ""
        let subject = claims["sub"]?.string ?? ""
        let audiences =
            claims["aud"]?.elements?.compactMap(\.string)
            ?? [claims["aud"]?.string].compactMap { $0 }
        let issued = app.federatedCredentials.filter { $0.issuer == issuer }
        guard !issued.isEmpty else {
            throw failure(
                "invalid_client", 700_211,
                "No matching federated identity record found for presented assertion issuer "
                    + "'\(issuer)'.")
        }
        let named = issued.filter { $0.subject == subject }
        guard !named.isEmpty else {
            throw failure(
                "invalid_client", 700_213,
                "No matching federated identity record found for presented assertion subject "
                    + "'\(subject)'.")
        }
        guard named.contains(where: { audiences.contains($0.audience) }) else {
            throw failure(
                "invalid_client", 700_212,
                "No matching federated identity record found for presented assertion audience "
                    + "'\(audiences.joined(separator: " "))'.")
        }
    }

    private static func checkSignature(
        _ signature: [UInt8], of signed: [UInt8], header: JSON, _ app: AppRegistration,
        now: Timestamp
    ) throws(SignIn.Failure) {
        let certificates = app.certificates.compactMap { try? Certificate(pemEncoded: $0) }
        let thumbprint = header["x5t#S256"]?.string ?? header["x5t"]?.string ?? ""
        let algorithm = header["alg"]?.string
        for certificate in certificates {
            guard decodeBase64(thumbprint) == self.thumbprint(certificate, header),
                let key = _RSA.Signing.PublicKey(certificate.publicKey)
            else { continue }
            let padding: _RSA.Signing.Padding =
                algorithm == "PS256" ? .PSS : .insecurePKCS1v1_5
            guard algorithm == "PS256" || algorithm == "RS256",
                key.isValidSignature(
                    _RSA.Signing.RSASignature(rawRepresentation: signature),
                    for: SHA256.hash(data: signed), padding: padding)
            else {
                throw failure(
                    "invalid_client", 700_027,
                    "Client assertion failed signature validation.")
            }
            guard now.seconds < certificate.notValidAfter.timeIntervalSince1970 else {
                throw failure(
                    "invalid_client", 700_027,
                    "Client assertion contains an invalid signature. [Reason - The key used is "
                        + "expired.]")
            }
            return
        }
        throw failure(
            "invalid_client", 700_027,
            "The certificate with identifier used to sign the client assertion is not registered "
                + "on application.")
    }

    private static func thumbprint(_ certificate: Certificate, _ header: JSON) -> [UInt8]? {
        var serializer = DER.Serializer()
        guard (try? serializer.serialize(certificate)) != nil else { return nil }
        let bytes = serializer.serializedBytes
        return header["x5t#S256"] != nil
            ? Array(SHA256.hash(data: bytes)) : Array(Insecure.SHA1.hash(data: bytes))
    }

    private static func failure(
        _ error: String, _ number: Int, _ text: String
    ) -> SignIn.Failure {
        SignIn.Failure(status: 401, error: error, number: number, text: text)
    }
}
