import CanonicalJSON
import Encodings
package import FoundationEssentials
package import GraphCatalog

/// What an access token says of itself, for people: no service lets clients rely on it.
package struct TokenClaims: Sendable, Equatable {
    /// The tenant's ID.
    package var tenant: String?
    package var applicationID: String?
    package var applicationName: String?
    /// Of the service principal, or of the person.
    package var objectID: String?
    package var issuer: String?
    package var subject: String?
    /// One of them, if there are several.
    package var audience: String?
    /// Permissions of an application; `nil` if the token names none.
    package var roles: [String]?
    /// Permissions of a signed-in person, likewise.
    package var scopes: [String]?
    package var expiry: Date?

    /// Reads a JSON web token (RFC 7519); `nil` if it is none, as a service may give any text.
    package init?(token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = bytes(ofBase64URL: parts[1]),
            let claims = try? JSONValue(parsing: bytes), claims.object != nil
        else { return nil }
        tenant = claims["tid"]?.string
        applicationID = claims["appid"]?.string ?? claims["azp"]?.string
        applicationName = claims["app_displayname"]?.string
        objectID = claims["oid"]?.string
        issuer = claims["iss"]?.string
        subject = claims["sub"]?.string
        audience = claims["aud"]?.string ?? claims["aud"]?.array?.first?.string
        roles = claims["roles"]?.array.map { $0.compactMap(\.string) }
        scopes = claims["scp"]?.string.map { $0.split(separator: " ").map(String.init) }
        expiry = (claims["exp"]?.int).map { Date(timeIntervalSince1970: Double($0)) }
    }
}

extension GraphClient {
    /// Signs in, unless that was done, and returns what the token for Graph says; `nil` if only
    /// Graph can read it.
    package func tokenClaims() async throws(GraphError) -> TokenClaims? {
        TokenClaims(token: try await access(to: .graph).tokens.current())
    }

    package func permissions() async throws(GraphError) -> Set<String>? {
        let claims = try await tokenClaims()
        return (claims?.roles ?? claims?.scopes).map { Set($0) }
    }
}
