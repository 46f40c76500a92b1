import HTTPCarrier
import ProcessCarrier

/// Where a remote is: what its address says, and how this program gets there.
enum RemotePlace: Sendable {
    case web(RepositoryURL)
    case ssh(ProcessCarrier)
    /// A folder of this machine.
    case folder(String)

    /// Reads `https://host/path`, `ssh://user@host/path`, `user@host:path`, `file:///path`, or a path
    /// that begins as one; `nil` for anything else.
    ///
    /// - Parameter environment: what says which SSH key is used.
    init?(_ text: String, _ environment: [String: String]) {
        if let url = RepositoryURL(text) {
            self = .web(url)
        } else if let path = Self.path(text) {
            self = .folder(path)
        } else if Self.isSSH(text) {
            // The file of the program that runs, whatever has become of its name.
            let carrier = ProcessCarrier(
                ssh: Self.withoutPassword(text), program: "/proc/self/exe", environment: environment
            )
            self = .ssh(carrier)
        } else {
            return nil
        }
    }

    /// The same without a password. Nobody is asked for one over SSH but for that of a key, and what
    /// is left stands in messages and among the words of a process.
    private static func withoutPassword(_ text: String) -> String {
        guard text.hasPrefix("ssh://") else { return text }
        let rest = text.dropFirst(6)
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@"),
            let colon = authority[..<at].firstIndex(of: ":")
        else { return text }
        let user = authority[..<colon]
        return "ssh://\(user.isEmpty ? "" : "\(user)@")\(rest[rest.index(after: at)...])"
    }

    /// Whether a host has no port or a number for one. Anything else is the piece of a password that
    /// a slash has cut off.
    private static func hasPort(_ host: Substring) -> Bool {
        let name = host.hasPrefix("[") ? host.drop { $0 != "]" }.dropFirst() : host
        guard let colon = name.firstIndex(of: ":") else { return true }
        return name[name.index(after: colon)...].utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func path(_ text: String) -> String? {
        if text.hasPrefix("file:///") { return String(text.dropFirst(7)) }
        return ["/", "./", "../"].contains(where: text.hasPrefix) ? text : nil
    }

    private static func isSSH(_ text: String) -> Bool {
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else {
            return false
        }
        let authority: Substring
        let path: Substring
        if text.hasPrefix("ssh://") {
            authority = text.dropFirst(6).prefix { $0 != "/" }
            path = text[authority.endIndex...].dropFirst()
        } else {
            guard !text.contains("://") else { return false }
            authority = text.prefix { $0 != ":" && $0 != "/" }
            guard text[authority.endIndex...].hasPrefix(":") else { return false }
            path = text[authority.endIndex...].dropFirst()
        }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if text.hasPrefix("ssh://"), !hasPort(host) { return false }
        // What begins with a dash would be an option to somebody.
        return !host.isEmpty && !authority.hasPrefix("-") && !host.hasPrefix("-")
            && !path.isEmpty && !path.hasPrefix("-")
    }
}
