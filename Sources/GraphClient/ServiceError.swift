import CanonicalJSON

/// What the body of an error says, in any of the forms that Graph's services give it.
///
/// `{"error": {"code", "message", "innerError": {"code", …}}}` is the rule. The root may be
/// `odata.error`, the message an object, the code empty, the body HTML or nothing at all.
struct ServiceError {
    /// From the outermost to the most specific, without empty ones; only letters, digits and `._-`.
    /// One that looks like a secret is withheld.
    private(set) var codes: [String] = []
    private(set) var message = ""

    init(_ body: [UInt8]) {
        guard let root = try? JSONValue(parsing: body) else { return }
        var error = root["error"] ?? root["odata.error"]
        message = error?["message"]?.string ?? error?["message"]?["value"]?.string ?? ""
        // A hostile body could nest further; nobody would learn from it.
        for _ in 0..<8 {
            guard let level = error else { break }
            if let code = level["code"]?.string, let clean = Self.clean(code) {
                codes.append(clean)
            }
            error = level["innerError"] ?? level["innererror"]
        }
    }

    private static func clean(_ code: String) -> String? {
        let isCode = code.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber)
                || "._-".utf8.contains(byte)
        }
        guard isCode, !code.isEmpty, code.utf8.count <= 80 else { return nil }
        return withoutSecrets(code)
    }
}
