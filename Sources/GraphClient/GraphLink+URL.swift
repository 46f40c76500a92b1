import Encodings
package import GraphCatalog
import HTTPTransport

extension GraphLink {
    /// Returns the URL that the link asks for, or `nil` if it does not lead to `origin`.
    ///
    /// A link is the server's own text and is used byte for byte, but for what Graph is known to
    /// get wrong: letters that no URL may contain are percent-encoded, and an internal `/v2/` in
    /// place of the version is set right.
    ///
    /// - Parameter root: the start of the service's paths, such as `/v1.0`.
    func url(at origin: Origin, root: String) -> String? {
        guard let url = SplitURL(text), url.origin == origin, url.rest.hasPrefix("/") else {
            return nil
        }
        var rest = url.rest
        var start = ""
        if rest.hasPrefix("/v2/") {
            start = root
            rest = rest.dropFirst(3)
        }
        return "\(origin)\(start)\(repaired(Array(rest.utf8)))"
    }
}

/// Returns `bytes` with what may not stand in a URL's path or query percent-encoded. A `#` is
/// taken for a letter that should have been encoded: a link to a page has no fragment.
private func repaired(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
        let isLegal =
            byte == UInt8(ascii: "%")
            ? isEscape(bytes.dropFirst(index + 1).prefix(2)) : isURLByte(byte)
        if isLegal {
            result.append(byte)
        } else {
            result.append(contentsOf: percentEncoded([byte]).utf8)
        }
    }
    return String(decoding: result, as: UTF8.self)
}

private func isEscape(_ digits: ArraySlice<UInt8>) -> Bool {
    digits.count == 2 && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
}

/// Unreserved and reserved characters of RFC 3986 §2 that may stand in a path or a query.
private func isURLByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default:
        "-._~!$&'()*+,;=:@/?".utf8.contains(byte)
    }
}

extension GraphRequest {
    /// The start of the service's paths: `/v1.0`, nothing at Azure.
    var root: String {
        switch service {
        case .graph: "/\(version.rawValue)"
        case .azure: ""
        }
    }

    /// The path below the version and the query, as they stand in a URL: `/users?$top=999`.
    var reference: String {
        let terms = query.map { "\(queryText($0.name))=\(queryText($0.value))" }
        return "/\(path)\(terms.isEmpty ? "" : "?")\(terms.joined(separator: "&"))"
    }

    /// What Graph charges: the base cost with the modifiers that the query brings, at least 1.
    ///
    /// <https://learn.microsoft.com/graph/throttling-limits#resource-unit-cost>
    package var charge: Int {
        var units = cost
        for parameter in query {
            switch parameter.name {
            case "$select": units -= 1
            case "$expand": units += 1
            case "$top" where (Int(parameter.value) ?? 20) < 20: units -= 1
            default: break
            }
        }
        return max(units, 1)
    }
}

/// Returns `text` as a name or value of a query, with the characters OData likes left readable.
private func queryText(_ text: String) -> String {
    text.utf8.map { byte in
        "$,:/()'*".utf8.contains(byte)
            ? String(Unicode.Scalar(byte)) : percentEncoded([byte])
    }.joined()
}
