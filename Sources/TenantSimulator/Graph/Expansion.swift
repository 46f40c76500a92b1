/// One relation that `$expand` asks for: `policy($select=id;$expand=rules)`.
struct Expansion: Sendable, Hashable {
    var name: String
    var select: [String] = []
    var expand: [Expansion] = []

    var isNested: Bool { !select.isEmpty || !expand.isEmpty }

    /// Reads the value of `$expand`: relations with a comma between, options in parentheses with a
    /// semicolon between.
    static func list(_ text: some StringProtocol) throws(GraphFailure) -> [Expansion] {
        var expansions: [Expansion] = []
        for part in try split(text, at: ",") where !part.isEmpty {
            expansions.append(try Expansion(part))
        }
        return expansions
    }

    private init(_ text: String) throws(GraphFailure) {
        guard let open = text.firstIndex(of: "(") else {
            name = text
            return
        }
        guard text.last == ")" else { throw Self.invalid(text) }
        name = text[..<open].trimmed
        for option in try Self.split(text[text.index(after: open)...].dropLast(), at: ";") {
            try take(option)
        }
    }

    private mutating func take(_ option: String) throws(GraphFailure) {
        let halves = option.split(separator: "=", maxSplits: 1).map(\.trimmed)
        guard halves.count == 2 else { throw Self.invalid(option) }
        switch halves[0].lowercased() {
        case "$select": select = halves[1].split(separator: ",").map(\.trimmed)
        case "$expand": expand = try Self.list(halves[1])
        default:
            throw GraphFailure(
                400, "Request_UnsupportedQuery",
                "The query option '\(halves[0])' is not supported in $expand.")
        }
    }

    /// Splits where no parenthesis is open.
    private static func split(
        _ text: some StringProtocol, at mark: Character
    ) throws(GraphFailure) -> [String] {
        var parts = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            guard depth >= 0 else { throw invalid(String(text)) }
            if character == mark, depth == 0 {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        guard depth == 0 else { throw invalid(String(text)) }
        return parts.map(\.trimmed)
    }

    private static func invalid(_ text: String) -> GraphFailure {
        .badRequest("Parsing OData Select and Expand failed: Syntax error in '\(text)'.")
    }
}
