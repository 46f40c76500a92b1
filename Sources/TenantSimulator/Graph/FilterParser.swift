/// Reads a `$filter` by recursive descent; `or` binds loosest, `not` tightest.
struct FilterParser {
    private var tokens: ArraySlice<Token>

    enum Token: Equatable {
        case word(String)
        case text(String)
        case mark(Character)
    }

    init(_ text: String) throws(GraphFailure) {
        tokens = try Self.tokens(of: text)[...]
    }

    mutating func whole() throws(GraphFailure) -> Filter {
        let filter = try alternatives()
        guard tokens.isEmpty else { throw Self.invalid }
        return filter
    }

    private static let invalid = GraphFailure.badRequest("Invalid filter clause.")

    private static func tokens(of text: String) throws(GraphFailure) -> [Token] {
        var tokens: [Token] = []
        var rest = text[...]
        while let character = rest.first {
            if character.isWhitespace {
                rest = rest.dropFirst()
            } else if character == "'" {
                tokens.append(.text(try quoted(&rest)))
            } else if "(),".contains(character) {
                tokens.append(.mark(character))
                rest = rest.dropFirst()
            } else {
                let word = rest.prefix { !$0.isWhitespace && !"(),'".contains($0) }
                tokens.append(.word(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }

    /// Takes a literal in single quotes; two of them inside mean one.
    private static func quoted(_ rest: inout Substring) throws(GraphFailure) -> String {
        var value = ""
        rest = rest.dropFirst()
        while let character = rest.first {
            rest = rest.dropFirst()
            if character != "'" {
                value.append(character)
            } else if rest.first == "'" {
                value.append("'")
                rest = rest.dropFirst()
            } else {
                return value
            }
        }
        throw invalid
    }

    private mutating func take(_ token: Token) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func expect(_ token: Token) throws(GraphFailure) {
        guard take(token) else { throw Self.invalid }
    }

    private mutating func word() throws(GraphFailure) -> String {
        guard case .word(let word)? = tokens.popFirst() else { throw Self.invalid }
        return word
    }

    private mutating func alternatives() throws(GraphFailure) -> Filter {
        var filter = try conjunction()
        while take(.word("or")) { filter = .or(filter, try conjunction()) }
        return filter
    }

    private mutating func conjunction() throws(GraphFailure) -> Filter {
        var filter = try condition()
        while take(.word("and")) { filter = .and(filter, try condition()) }
        return filter
    }

    private mutating func condition() throws(GraphFailure) -> Filter {
        if take(.word("not")) { return .not(try condition()) }
        if take(.mark("(")) {
            let filter = try alternatives()
            try expect(.mark(")"))
            return filter
        }
        let name = try word()
        if take(.mark("(")) { return try call(name) }
        let path = path(name)
        let comparison = try word()
        if comparison == "in" { return .oneOf(path: path, try list()) }
        guard let comparison = Filter.Operator(rawValue: comparison) else { throw Self.invalid }
        return .compare(path: path, comparison, try literal())
    }

    private func path(_ text: some StringProtocol) -> [String] {
        String(text).split(separator: "/").map(String.init)
    }

    private mutating func call(_ name: String) throws(GraphFailure) -> Filter {
        let lower = name.lowercased()
        if lower.hasSuffix("/any") { return try any(over: path(name.dropLast(4))) }
        guard lower == "startswith" || lower == "endswith" else { throw Self.invalid }
        let path = path(try word())
        try expect(.mark(","))
        guard case .text(let text) = try literal() else { throw Self.invalid }
        try expect(.mark(")"))
        return lower == "startswith" ? .startsWith(path: path, text) : .endsWith(path: path, text)
    }

    /// `c:c eq 'x'`, where the first word is `c:c` or, with a space, `c:`.
    private mutating func any(over path: [String]) throws(GraphFailure) -> Filter {
        let binding = try word()
        let halves: [Substring] = binding.split(
            separator: Character(":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[0].isEmpty else { throw Self.invalid }
        if !halves[1].isEmpty { tokens = [.word(String(halves[1]))] + tokens }
        let filter = try alternatives()
        try expect(.mark(")"))
        return .any(path: path, variable: String(halves[0]), filter)
    }

    private mutating func list() throws(GraphFailure) -> [Filter.Literal] {
        try expect(.mark("("))
        var literals = [try literal()]
        while take(.mark(",")) { literals.append(try literal()) }
        try expect(.mark(")"))
        guard literals.count <= 15 else {
            throw GraphFailure(
                400, "Request_UnsupportedQuery",
                "Too many child clauses specified in search filter expression containing 'OR' "
                    + "operators: \(literals.count). Max allowed: 15.")
        }
        return literals
    }

    private mutating func literal() throws(GraphFailure) -> Filter.Literal {
        switch tokens.popFirst() {
        case .text(let text)?: return .text(text)
        case .word("null")?: return .null
        case .word("true")?: return .bool(true)
        case .word("false")?: return .bool(false)
        case .word(let word)?: return .bare(word)
        default: throw Self.invalid
        }
    }
}
