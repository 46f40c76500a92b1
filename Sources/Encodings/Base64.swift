import FoundationEssentials

/// Returns `bytes` in base64, padded.
///
/// <https://www.rfc-editor.org/rfc/rfc4648#section-4>
package func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

/// Returns `bytes` in base64 for URLs, without padding.
///
/// <https://www.rfc-editor.org/rfc/rfc4648#section-5>
package func base64URL(_ bytes: [UInt8]) -> String {
    String(
        base64(bytes).compactMap { letter -> Character? in
            switch letter {
            case "+": "-"
            case "/": "_"
            case "=": nil
            default: letter
            }
        })
}

/// Decodes base64 for URLs, padded or not; `nil` if it is none.
package func bytes(ofBase64URL text: some StringProtocol) -> [UInt8]? {
    var plain = text.filter { $0 != "=" }.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    plain += Array(repeating: "=", count: (4 - plain.count % 4) % 4)
    return Data(base64Encoded: String(plain)).map { Array($0) }
}
