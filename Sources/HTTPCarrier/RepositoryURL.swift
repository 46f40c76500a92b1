package import HTTPTransport

/// Where a repository is over HTTP: its base URL, without user, query and last slash.
///
/// Plain `http` reaches only this machine.
package struct RepositoryURL: Sendable, Hashable, CustomStringConvertible {
    package let origin: Origin
    /// From the host on, percent-encoded: `/contoso/backup/_git/tenant`.
    let path: String

    package var description: String { "\(origin)\(path)" }

    /// Reads a URL as a host's portal shows it; a user name in it is left out. `nil` if it is not
    /// one of `https`, or has a query.
    package init?(_ text: String) {
        guard let split = SplitURL(Self.withoutUser(text)),
            !split.rest.contains(where: { "?#\\".contains($0) })
        else { return nil }
        var path = split.rest[...]
        while path.hasSuffix("/") { path.removeLast() }
        origin = split.origin
        self.path = path.utf8.reduce(into: "") { path, byte in
            // What a URL cannot hold. A percent sign stands for itself: it is encoded already.
            if byte <= 0x20 || byte >= 0x7F || "\"<>^`{|}".utf8.contains(byte) {
                let digits = String(byte, radix: 16, uppercase: true)
                path += "%\(digits.utf8.count < 2 ? "0" : "")\(digits)"
            } else {
                path.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
    }

    private static func withoutUser(_ text: String) -> String {
        guard let slashes = text.firstRange(of: "://") else { return text }
        let authority = text[slashes.upperBound...].prefix { !"/?#\\".contains($0) }
        guard let at = authority.lastIndex(of: "@") else { return text }
        return String(text[..<slashes.upperBound] + text[text.index(after: at)...])
    }
}
