/// A `$filter`, as far as Graph's directory understands it.
///
/// `eq ne ge le gt lt in and or not`, parentheses, `startswith`, `endswith`, paths with `/`, and
/// `any` over a collection. Member names compare without case, as Graph's do.
indirect enum Filter: Sendable, Equatable {
    case and(Filter, Filter)
    case or(Filter, Filter)
    case not(Filter)
    case compare(path: [String], Operator, Literal)
    case oneOf(path: [String], [Literal])
    case startsWith(path: [String], String)
    case endsWith(path: [String], String)
    case any(path: [String], variable: String, Filter)

    enum Operator: String, Sendable {
        case eq, ne, ge, le, gt, lt
    }

    enum Literal: Sendable, Equatable {
        case null
        case bool(Bool)
        case text(String)
        /// A number, date or GUID: whatever stands there without quotes.
        case bare(String)
    }

    init(parsing text: String) throws(GraphFailure) {
        var parser = try FilterParser(text)
        self = try parser.whole()
    }

    /// Whether the directory answers it only as an advanced query.
    var isAdvanced: Bool {
        switch self {
        case .and(let left, let right), .or(let left, let right):
            left.isAdvanced || right.isAdvanced
        case .not, .endsWith: true
        case .compare(_, let comparison, _): comparison == .ne
        case .oneOf, .startsWith: false
        case .any(_, _, let condition): condition.isAdvanced
        }
    }

    /// The paths it asks about, those inside `any` below the path of the collection.
    var paths: [[String]] {
        switch self {
        case .and(let left, let right), .or(let left, let right): left.paths + right.paths
        case .not(let condition): condition.paths
        case .compare(let path, _, _), .oneOf(let path, _): [path]
        case .startsWith(let path, _), .endsWith(let path, _): [path]
        case .any(let path, let variable, let condition):
            condition.paths.map { inner in
                inner.first == variable ? path + inner.dropFirst() : inner
            }
        }
    }
}

extension Filter {
    /// The paths, in lower case, that every match must equal something at.
    var equalities: Set<String> {
        switch self {
        case .and(let left, let right): left.equalities.union(right.equalities)
        case .compare(let path, .eq, _): [path.joined(separator: "/").lowercased()]
        default: []
        }
    }

    /// Whether `object` is what the filter asks for.
    func matches(_ object: JSON) -> Bool {
        switch self {
        case .and(let left, let right): left.matches(object) && right.matches(object)
        case .or(let left, let right): left.matches(object) || right.matches(object)
        case .not(let condition): !condition.matches(object)
        case .compare(let path, let comparison, let literal):
            literal.compare(object.found(path), comparison)
        case .oneOf(let path, let literals):
            literals.contains { $0.compare(object.found(path), .eq) }
        case .startsWith(let path, let start):
            object.found(path)?.string?.lowercased().hasPrefix(start.lowercased()) ?? false
        case .endsWith(let path, let end):
            object.found(path)?.string?.lowercased().hasSuffix(end.lowercased()) ?? false
        case .any(let path, let variable, let condition):
            (object.found(path)?.elements ?? []).contains { element in
                condition.matches(.object([JSON.Member(JSONText(variable), element)]))
            }
        }
    }
}

extension JSON {
    /// Returns the value at a path whose names compare without case and without a fixture's prefix.
    func found(_ path: [String]) -> JSON? {
        var value: JSON? = self
        for name in path {
            let wanted = name.lowercased()
            value =
                value?.members?.first { member in
                    let name = member.name.string
                    return (Projection.unprefixed(name) ?? name).lowercased() == wanted
                }?.value
        }
        return value
    }
}

extension Filter.Literal {
    func compare(_ value: JSON?, _ comparison: Filter.Operator) -> Bool {
        switch comparison {
        case .eq: equals(value)
        case .ne: !equals(value)
        case .ge: order(value).map { $0 >= 0 } ?? false
        case .le: order(value).map { $0 <= 0 } ?? false
        case .gt: order(value).map { $0 > 0 } ?? false
        case .lt: order(value).map { $0 < 0 } ?? false
        }
    }

    private func equals(_ value: JSON?) -> Bool {
        switch (self, value) {
        case (.null, nil), (.null, .null): true
        case (.bool(let wanted), .bool(let found)): wanted == found
        // GUIDs, dates and names compare without case in the directory.
        case (.text(let wanted), .string(let found)):
            found.decoded == Array(wanted.utf8)
                || found.string.lowercased().utf8.elementsEqual(wanted.lowercased().utf8)
        default: order(value) == 0
        }
    }

    /// Below zero if `value` is less than this literal; `nil` if they do not compare.
    private func order(_ value: JSON?) -> Int? {
        guard let value else { return nil }
        switch (self, value) {
        case (.bare(let wanted), .number(let found)):
            guard let wanted = Double(wanted), let found = Double(found) else { return nil }
            return found < wanted ? -1 : found > wanted ? 1 : 0
        case (.bare(let wanted), .string(let found)):
            if let wanted = Timestamp(wanted), let found = Timestamp(found.string) {
                return found < wanted ? -1 : found > wanted ? 1 : 0
            }
            return found.string.lowercased() == wanted.lowercased() ? 0 : nil
        default: return nil
        }
    }
}
