/// The options of one read, checked for spelling.
struct Query: Sendable {
    var select: [String] = []
    var filter: Filter?
    var expand: [Expansion] = []
    var orderBy: [Order] = []
    var top: Int?
    var wantsCount = false
    var skipToken: String?
    /// `ConsistencyLevel: eventual` was sent.
    var isEventual = false
    /// Everything but the page token as the client spelled it, for links.
    var spelling = ""

    struct Order: Sendable {
        var path: [String]
        var isDescending: Bool
    }

    init(_ text: String, headers: Headers) throws(GraphFailure) {
        isEventual = headers["ConsistencyLevel"]?.lowercased() == "eventual"
        let raw = text.split(separator: "&")
        spelling = raw.filter { !$0.lowercased().contains("skiptoken=") }.joined(separator: "&")
        var seen: Set<String> = []
        for (name, value) in formFields(text) {
            let key = (name.hasPrefix("$") ? String(name.dropFirst()) : name).lowercased()
            guard seen.insert(key).inserted else {
                throw .badRequest("Query option '\(name)' was specified more than once.")
            }
            try take(key, name: name, value: value)
        }
    }

    private mutating func take(
        _ key: String, name: String, value: String
    ) throws(GraphFailure) {
        switch key {
        case "select": select = names(value)
        case "expand": expand = try Expansion.list(value)
        case "filter": filter = try Filter(parsing: value)
        case "orderby": orderBy = try names(value).map(order)
        case "skiptoken": skipToken = value
        case "count": wantsCount = value.lowercased() == "true"
        case "top":
            guard let number = Int(value), number > 0 else {
                throw .badRequest(
                    "Invalid value '\(value)' for $top query option found. The $top query option "
                        + "requires a non-negative integer value.")
            }
            top = number
        case "search", "skip", "format", "apply", "deltatoken":
            throw .badRequest("The query option '$\(key)' is not supported here.")
        default:
            // Graph ignores options of the caller's own, but not misspelled ones of OData.
            if name.hasPrefix("$") {
                throw .badRequest("The query parameter '\(name)' is not supported.")
            }
        }
    }

    private func names(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }

    private func order(_ text: String) throws(GraphFailure) -> Order {
        let words = text.split(separator: " ")
        let direction = words.count > 1 ? words[1].lowercased() : "asc"
        guard let path = words.first, words.count <= 2, ["asc", "desc"].contains(direction) else {
            throw .badRequest("Invalid $orderby clause '\(text)'.")
        }
        return Order(
            path: path.split(separator: "/").map(String.init), isDescending: direction == "desc")
    }
}

extension StringProtocol {
    /// Without the spaces around it.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
