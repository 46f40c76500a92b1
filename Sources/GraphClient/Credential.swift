/// What proves to Entra that a sign-in is the application's own.
///
/// Prints as its kind, never as its secret.
package enum Credential: Sendable {
    /// A client secret of the application registration `clientID`.
    case secret(clientID: String, secret: String)

    package var clientID: String {
        switch self {
        case .secret(let clientID, _): clientID
        }
    }

    /// The fields of the token request that this kind of credential brings.
    var formFields: [(name: String, value: String)] {
        switch self {
        case .secret(let clientID, let secret):
            [("client_id", clientID), ("client_secret", secret)]
        }
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .secret(let clientID, _): "a client secret of \(clientID)"
        }
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
