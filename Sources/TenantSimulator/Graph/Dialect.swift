/// How the headers of a request change what it is shown.
///
/// - Members of enumerations that came later are hidden as `unknownFutureValue` unless `Prefer:
///   include-unknown-enum-members` is sent.
/// - Texts follow `Accept-Language`. A member `de:displayName` of a fixture, at any depth, is what
///   `displayName` says to those who ask for German, or for no language at all.
///
/// <https://learn.microsoft.com/graph/best-practices-concept>
struct Dialect: Sendable {
    private let showsNewMembers: Bool
    private let isGerman: Bool

    init(_ headers: Headers) {
        let preferences = headers["Prefer"]?.lowercased().split(separator: ",") ?? []
        showsNewMembers = preferences.contains { $0.trimmed == "include-unknown-enum-members" }
        isGerman = headers["Accept-Language"]?.lowercased().hasPrefix("de") ?? true
    }

    /// Enumerations by the members that hold them, and what came to them later.
    private static let later: [String: Set<String>] = [
        "includePlatforms": ["linux"], "excludePlatforms": ["linux"],
        "builtInControls": ["riskRemediation"],
    ]

    private static let german = Array("de:".utf8)

    /// Returns `object` as the request sees it.
    func apply(to object: JSON) -> JSON {
        switch object {
        case .object(let members): return .object(localized(members).map(shown))
        case .array(let elements): return .array(elements.map(apply))
        default: return object
        }
    }

    private func localized(_ members: [JSON.Member]) -> [JSON.Member] {
        let other = members.filter { $0.name.decoded.starts(with: Self.german) }
        guard !other.isEmpty else { return members }
        var texts: [[UInt8]: JSON] = [:]
        if isGerman {
            for text in other { texts[Array(text.name.decoded.dropFirst(3))] = text.value }
        }
        return members.filter { !$0.name.decoded.starts(with: Self.german) }.map {
            JSON.Member($0.name, texts[$0.name.decoded] ?? $0.value)
        }
    }

    private func shown(_ member: JSON.Member) -> JSON.Member {
        guard !showsNewMembers, let later = Self.later[member.name.string] else {
            return JSON.Member(member.name, apply(to: member.value))
        }
        let values = (member.value.elements ?? []).map { value in
            later.contains(value.string ?? "") ? "unknownFutureValue" : value
        }
        return JSON.Member(
            member.name, member.value.elements == nil ? member.value : .array(values))
    }
}
