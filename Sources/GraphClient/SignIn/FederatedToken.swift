import HTTPTransport

/// Where a token of an outside issuer comes from. It is fetched anew for every sign-in, for it is
/// good for minutes only.
///
/// <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>
package enum FederatedToken: Sendable {
    /// The token itself.
    case literal(String)
    /// A file that somebody else keeps fresh, as Kubernetes does.
    case file(String)
    /// A job of Azure Pipelines.
    case azurePipelines(JobIdentity)
    /// A job of GitHub Actions.
    case gitHubActions(JobIdentity)

    /// Reads the token in a file, blanks around it left out; `nil` if there is none.
    package static func text(in bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, isToken(words[0]),
            words[0].split(separator: ".", omittingEmptySubsequences: false).count == 3
        else { return nil }
        return String(words[0])
    }
}

extension FederatedToken: CustomStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .literal: "a federated token"
        case .file(let path): "the federated token in \(path)"
        case .azurePipelines: "a federated token of this pipeline"
        case .gitHubActions: "a federated token of this workflow"
        }
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where a job asks for a statement of who it is, and what shows that it is the job.
package struct JobIdentity: Sendable {
    let endpoint: SplitURL
    let token: String
    /// ID of the service connection; Azure Pipelines only.
    let connection: String

    /// - Returns: `nil` if the address is none, or the token is none that a header can carry.
    package init?(at address: String, token: String, connection: String = "") {
        guard let endpoint = SplitURL(address), isToken(token) else { return nil }
        self.endpoint = endpoint
        self.token = token
        self.connection = connection
    }
}

extension JobIdentity: CustomStringConvertible, CustomReflectable {
    package var description: String { "a job's identity" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Whether `text` is visible ASCII all through, as tokens are.
package func isToken(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
}

/// Whether `text` begins and ends with the same quotation mark.
package func isQuoted(_ text: some StringProtocol) -> Bool {
    guard text.count > 1, let first = text.first else { return false }
    return first == text.last && "\"'`".contains(first)
}
