/// What opens a repository over HTTP. Never part of a description, an error or a log.
package enum RemoteCredential: Sendable, CustomStringConvertible {
    /// A pipeline's own token, or one of Entra's for the host.
    case bearer(String)
    /// A personal or installation token as the password, with whatever user its host wants.
    case basic(user: String, password: String)

    /// `Basic` or `Bearer`.
    package var description: String {
        switch self {
        case .bearer: "Bearer"
        case .basic: "Basic"
        }
    }
}
