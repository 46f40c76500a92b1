package import AsyncHTTPClient
package import NIOSSL

/// How this machine reaches others: its proxy and the certificates it trusts.
///
/// - `HTTPS_PROXY` or `https_proxy` names the proxy, `http://[user:password@]host[:port]`.
/// - `NO_PROXY` or `no_proxy` lists hosts that need none: names, which mean what is below them too,
///   addresses, with a port or without, or `*`. This machine never needs one.
/// - `SSL_CERT_FILE` holds certificates in PEM that are trusted beside the system's own.
///
/// TLS is 1.2 or newer, and nothing turns the check of certificates off.
package struct Network: Sendable {
    package let proxy: HTTPClient.Configuration.Proxy?
    private let direct: [String]
    package let tls: TLSConfiguration

    package init(environment: [String: String]) throws(NetworkError) {
        func value(_ name: String) -> String? {
            [name.lowercased(), name].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        proxy = try value("HTTPS_PROXY").map { text throws(NetworkError) in try Self.proxy(text) }
        direct = (value("NO_PROXY") ?? "").lowercased().split { $0 == "," || $0.isWhitespace }
            .map(String.init)
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let path = environment["SSL_CERT_FILE"], !path.isEmpty {
            tls.additionalTrustRoots = [.certificates(try Self.certificates(at: path))]
        }
        self.tls = tls
    }

    /// Whether requests to `origin` go through the proxy.
    package func usesProxy(for origin: Origin) -> Bool {
        guard proxy != nil, !origin.isLoopback else { return false }
        return !direct.contains { entry in
            let name =
                entry.hasSuffix(":\(origin.port)")
                ? entry.dropLast("\(origin.port)".count + 1) : entry[...]
            let bare = name.drop { $0 == "*" || $0 == "." }
            return entry == "*" || origin.host == bare
                || !bare.isEmpty && origin.host.hasSuffix(".\(bare)")
        }
    }

    private static func certificates(
        at path: String
    ) throws(NetworkError) -> [NIOSSLCertificate] {
        do {
            return try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw NetworkError(
                "Could not read certificates from \(path), which SSL_CERT_FILE names",
                hint: "The file must hold at least one certificate in PEM.")
        }
    }

    private static func proxy(
        _ text: String
    ) throws(NetworkError) -> HTTPClient.Configuration.Proxy {
        let address = text.hasPrefix("http://") ? String(text.dropFirst(7)) : text
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let place = (parts.last ?? "").prefix { $0 != "/" }
        // An https origin of the same spelling has the same host, and port 443 if none is written.
        guard !address.contains("://"), parts.count <= 2, let origin = Origin("https://\(place)")
        else {
            throw NetworkError(
                "HTTPS_PROXY does not name a proxy",
                hint: "Write it as http://host:port, with user:password@ before the host if needed."
            )
        }
        let port = place.hasSuffix(":\(origin.port)") ? origin.port : 80
        let login = parts.count == 2 ? percentDecoded(parts[0]) : nil
        return .server(
            host: origin.host, port: port,
            authorization: login.map { login in
                let halves = login.split(separator: ":", maxSplits: 1)
                return .basic(
                    username: String(halves.first ?? ""),
                    password: halves.count == 2 ? String(halves[1]) : "")
            })
    }
}

/// Why the environment's words about the network cannot be used, for a person.
package struct NetworkError: Error, Sendable {
    /// A full sentence without its stop.
    package let reason: String
    /// What to do, a full sentence.
    package let hint: String?

    init(_ reason: String, hint: String? = nil) {
        self.reason = reason
        self.hint = hint
    }
}

/// Returns `text` with each `%XX` as the byte it means.
private func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), let code = UInt8(String(Substring(rest.prefix(2))), radix: 16)
        {
            bytes.append(code)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
