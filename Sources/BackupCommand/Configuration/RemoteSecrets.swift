import HTTPCarrier
import HTTPTransport

/// What opens the remote, from the environment or from files that it names.
///
/// A pipeline's own token goes to the pipeline's own host only.
struct RemoteSecrets: Sendable {
    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    /// Names of the variables that are this program's own.
    static let variables = [
        token, "\(token)_FILE", user, password, "\(password)_FILE",
    ]

    private static let token = "TENANTKEEP_REMOTE_TOKEN"
    private static let user = "TENANTKEEP_REMOTE_USER"
    private static let password = "TENANTKEEP_REMOTE_PASSWORD"

    /// The credential for a repository; `nil` if the environment has none.
    ///
    /// Files are read at each call: whoever writes them may renew them.
    func credential(for url: RepositoryURL) throws(CommandFailure) -> RemoteCredential? {
        if let token = try secret(Self.token) {
            try refuseQuotes(token, of: Self.token)
            return .bearer(token)
        }
        if let password = try secret(Self.password) {
            return .basic(user: try text(Self.user) ?? "", password: password)
        }
        return try jobToken(for: url)
    }

    private func jobToken(for url: RepositoryURL) throws(CommandFailure) -> RemoteCredential? {
        if isAzure(url), let token = try text("SYSTEM_ACCESSTOKEN") {
            try refuseQuotes(token, of: "SYSTEM_ACCESSTOKEN")
            return .bearer(token)
        }
        if isGitHub(url), let token = try text("GITHUB_TOKEN") {
            try refuseQuotes(token, of: "GITHUB_TOKEN")
            return .basic(user: "x-access-token", password: token)
        }
        return nil
    }

    /// Whether the host is the one that runs this pipeline, of Azure DevOps.
    private func isAzure(_ url: RepositoryURL) -> Bool {
        AzureDevOps.isHost(of: url)
            || ["SYSTEM_COLLECTIONURI", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"].contains {
                origin(named: $0) == url.origin
            }
    }

    private func isGitHub(_ url: RepositoryURL) -> Bool {
        let server = environment["GITHUB_SERVER_URL"] ?? ""
        return (SplitURL(server.isEmpty ? "https://github.com" : server)?.origin) == url.origin
    }

    private func origin(named variable: String) -> Origin? {
        environment[variable].flatMap { SplitURL($0)?.origin }
    }

    // MARK: Texts

    private func text(_ variable: String) throws(CommandFailure) -> String? {
        // What `echo`, files and forms leave around it is no part of it, as in a file.
        guard let text = environment[variable]?.trimmingSpaces, !text.isEmpty else { return nil }
        try refuseMacro(String(text), in: variable)
        try refuseControls(text, of: variable)
        return String(text)
    }

    /// No header can hold them, and no token has them.
    private func refuseControls(
        _ text: Substring, of variable: String
    ) throws(CommandFailure) {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return }
        throw .wrong(.variable(variable), "it holds a line break or another control character")
    }

    private func secret(_ variable: String) throws(CommandFailure) -> String? {
        if let text = try text(variable) { return text }
        guard let path = try text("\(variable)_FILE") else { return nil }
        let bytes: [UInt8]
        do throws(FileFailure) { bytes = try readSmallFile(path, limit: 1 << 14) } catch {
            throw .wrong(.variable("\(variable)_FILE"), "\(path): \(error.reason)")
        }
        // Editors and `echo` end a file with a newline; no token does.
        let text = String(decoding: bytes, as: UTF8.self).trimmingSpaces
        guard !text.isEmpty else {
            throw .wrong(.variable("\(variable)_FILE"), "\(path) is empty")
        }
        try refuseControls(text, of: "\(variable)_FILE")
        return String(text)
    }
}

/// The hosts of Azure DevOps, which take tokens of Entra.
enum AzureDevOps {
    /// What such a token is for.
    static let resource = "499b84ac-1321-427f-aa17-267ca6975798"

    static func isHost(of url: RepositoryURL) -> Bool {
        url.origin.host == "dev.azure.com" || url.origin.host.hasSuffix(".visualstudio.com")
    }
}
