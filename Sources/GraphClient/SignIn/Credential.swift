/// What gets a program its tokens.
///
/// Prints as its kind, never as its secret.
package enum Credential: Sendable {
    /// A client secret of the application registration `clientID`.
    case secret(clientID: String, secret: String)
    /// A certificate that the application knows, with its key.
    case certificate(clientID: String, ClientCertificate)
    /// What another issuer says, whom the application trusts.
    case federated(clientID: String, FederatedToken)
    /// The identity that Azure gives the machine, or whatever runs the program.
    case managedIdentity(ManagedIdentity)
    /// Tokens that somebody fetched already.
    case tokens(ReadyTokens)

    /// Whether it belongs to a tenant of its own, which the configuration need not name.
    var bringsItsTenant: Bool {
        switch self {
        case .secret, .certificate, .federated: false
        case .managedIdentity, .tokens: true
        }
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .secret(let clientID, _): "a client secret of \(clientID)"
        case .certificate(let clientID, _): "a certificate of \(clientID)"
        case .federated(let clientID, let token): "\(token), as \(clientID)"
        case .managedIdentity(let identity): "\(identity)"
        case .tokens: "a ready access token"
        }
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
