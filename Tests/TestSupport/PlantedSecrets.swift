/// The secrets planted in `Fixtures/Tenants/contoso`: none may be found in a repository, in output or
/// in a log.
package enum PlantedSecrets {
    /// Withheld because of the names of their members.
    package static let byName = [
        "api-connector-basic", "api-connector-pkcs12-password", "api-connector-pkcs12-value",
        "application-hint", "application-secret-text", "application-symmetric-key",
        "fraud-arkose-private-key", "fraud-human-server-token", "identity-provider-google",
        "identity-provider-oidc", "service-principal-hint", "service-principal-key",
        "service-principal-secret-text", "synchronization-base-address",
        "synchronization-secret-token", "waf-akamai-access-token", "waf-akamai-client-secret",
        "waf-akamai-client-token", "waf-cloudflare-api-token",
    ].map { "PLANTED-SECRET-\($0)" }

    /// Withheld because of how the text around them looks; each is the part that is secret, which in
    /// base64 begins with `PLANTED-SECRET-`.
    package static let byLook = [
        "UExBTlRFRC1TRUNSRVQtcGVt",  // a private key in an access package's description
        "UExBTlRFRC1TRUNSRVQtYXBw",  // a private key in an application's description
        "UExBTlRFRC1TRUNSRVQtcnNh",  // a private key in a script inside an open extension
        "UExBTlRFRC1TRUNSRVQtand0",  // a JSON web token in a policy's description
        "UExBTlRFRC1TRUNSRVQtbmFtZQ",  // a token in a connected organization's display name
        "UExBTlRFRC1TRUNSRVQtc3A",  // a bearer token in a service principal's notes
        "UExBTlRFRC1TRUNSRVQtc2Fz",  // a signed address in an application's notes
        "UExBTlRFRC1TRUNSRVQtbG9naW4",  // a signed address to sign in at
        "UExBTlRFRC1TRUNSRVQtbG9naWM",  // the signed address of a logic app's trigger
    ]

    package static let all = byName + byLook
}
