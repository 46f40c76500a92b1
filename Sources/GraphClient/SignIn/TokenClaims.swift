import CanonicalJSON
import FoundationEssentials

/// What a token says of itself, for messages and diagnosis. Nobody has checked it.
package struct TokenClaims: Sendable, Hashable {
    /// In lower case.
    package let tenantID: String?
    package let appID: String?
    package let appName: String?
    package let objectID: String?
    package let issuer: String?
    package let subject: String?
    /// One of them, if there are several.
    package let audience: String?
    /// Application permissions.
    package let roles: [String]
    /// Permissions of a person who signed in.
    package let scopes: [String]
    /// Seconds since 1970.
    package let expiry: Int?

    /// `nil` if the token is not a JWT (RFC 7519).
    package init?(_ token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = bytes(ofBase64URL: parts[1]),
            let claims = try? JSONValue(parsing: payload), claims.object != nil
        else { return nil }
        func text(_ name: String) -> String? { claims[name]?.string }
        tenantID = text("tid")?.lowercased()
        appID = text("appid") ?? text("azp")
        appName = text("app_displayname")
        objectID = text("oid")
        issuer = text("iss")
        subject = text("sub")
        audience = text("aud") ?? claims["aud"]?.array?.first?.string
        roles = claims["roles"]?.array?.compactMap(\.string) ?? []
        scopes = text("scp")?.split(separator: " ").map(String.init) ?? []
        expiry = (claims["exp"]?.number).flatMap(Double.init).flatMap {
            (0...1e11).contains($0) ? Int($0) : nil
        }
    }
}

/// `2026-11-01T02:00:00Z`
func dateTime(_ seconds: Int) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
}
