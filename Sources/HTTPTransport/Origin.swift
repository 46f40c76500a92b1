/// Scheme, host and port of a server: the only thing that decides where a token may go (RFC 6454).
///
/// There is no origin of plain `http` but on this machine, so a token cannot travel in the clear.
package struct Origin: Sendable, Hashable, CustomStringConvertible {
    package let scheme: String
    /// Lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int

    /// Reads `https://host`, with a port or without; `nil` for anything else but one last slash.
    package init?(_ text: String) {
        guard let url = SplitURL(text), url.rest.isEmpty || url.rest == "/" else { return nil }
        self = url.origin
    }

    /// - Parameters:
    ///   - authority: `host` or `host:port`; a user name in it is refused.
    ///   - isPlatform: whether plain `http` may go to the network of this machine's own platform.
    fileprivate init?(scheme: String, authority: Substring, isPlatform: Bool) {
        var name = authority
        var port = scheme == "https" ? 443 : 80
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0
            else { return nil }
            port = Int(number)
            name = authority[..<colon]
        }
        guard let host = Self.host(name) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
        guard
            scheme == "https" || scheme == "http" && (isLoopback || isPlatform && isOnPremises)
        else { return nil }
    }

    private static func host(_ name: Substring) -> String? {
        let isAddress = name.hasPrefix("[") && name.hasSuffix("]")
        let host = (isAddress ? name.dropFirst().dropLast() : name).lowercased()
        let isClean = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): isAddress
            default: false
            }
        }
        return isClean && !host.isEmpty ? host : nil
    }

    /// As a URL starts, without the port where it goes without saying.
    package var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        let isStandard = port == (scheme == "https" ? 443 : 80)
        return isStandard ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(port)"
    }

    /// Whether the server is an address of a link or a private network (RFC 3927, RFC 1918).
    private var isOnPremises: Bool {
        let bytes = host.split(separator: ".", omittingEmptySubsequences: false)
            .compactMap { UInt8($0) }
        guard bytes.count == 4, bytes.map({ "\($0)" }).joined(separator: ".") == host else {
            return false
        }
        switch (bytes[0], bytes[1]) {
        case (169, 254), (10, _), (192, 168), (172, 16...31): return true
        default: return false
        }
    }

    /// Whether the server is this machine.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let bytes = host.split(separator: ".", omittingEmptySubsequences: false)
        return bytes.count == 4 && bytes[0] == "127" && bytes.allSatisfy { UInt8($0) != nil }
    }
}

/// A URL cut behind its origin, with no letter of the rest touched.
package struct SplitURL: Sendable {
    package let origin: Origin
    /// From the slash, question mark or hash behind the host; may be empty.
    package let rest: Substring

    /// `nil` if the text is not a URL of a scheme and host that ``Origin`` allows.
    ///
    /// - Parameter ofPlatform: whether it is where this machine's platform vouches for programs,
    ///   which speaks plain `http` on addresses of its own.
    package init?(_ text: String, ofPlatform isPlatform: Bool = false) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let behind = text[text.index(after: colon)...]
        guard behind.hasPrefix("//") else { return nil }
        let authority = behind.dropFirst(2).prefix { !"/?#\\".contains($0) }
        let scheme = text[..<colon].lowercased()
        guard let origin = Origin(scheme: scheme, authority: authority, isPlatform: isPlatform)
        else { return nil }
        self.origin = origin
        rest = text[authority.endIndex...]
    }
}
