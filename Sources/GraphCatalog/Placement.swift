/// Where the files of a type's objects stand below its folder.
package enum Placement: Sendable {
    /// `<id>/<id>.json`: each object has a folder of its own, with its children in it.
    case folder
    /// Each object is a file at the first of these places that fits it; `<id>.json` if none does.
    case files([FileTemplate])

    /// `<id>.json`, straight below the type's folder.
    package static let flat = Placement.files([])
}

/// A path made of members of an object: `Subscriptions/{properties.scope:2}/{name}`.
///
/// A member is named by its path in the object, an element of an array by its number from 0, and
/// stands for its text or number:
/// - `{a.b}` as it is; a slash in it is no separator.
/// - `{a.b&}` with `&` for each slash.
/// - `{a.b:2}` the second of the parts between its slashes, `{a.b:-1}` the last.
///
/// `{parent}`, likewise, is the object of a walked list that was asked for this one. What stands at a
/// place of its parent's is another object for each parent.
///
/// `.json` comes behind the last component by itself. A member that is dropped as volatile is not
/// there to be named.
package struct FileTemplate: Sendable {
    private let components: [[Part]]
    private let condition: (member: String, form: PathForm)?

    private enum Part: Sendable {
        case text(String)
        case member(String, Take)
    }

    private enum Take: Sendable {
        case whole
        case joined
        /// Counted from 1, or from -1 backwards.
        case part(Int)
    }

    /// - Parameters:
    ///   - member: what decides whether the template fits; `nil` if it always may.
    ///   - form: what that member looks like, part by part between slashes: a word in any case of
    ///     letters, `*` for any one part, at the end `**` for one or more.
    package init(_ path: String, where member: String? = nil, is form: String = "**") {
        components = path.split(separator: "/").map(Self.parts)
        condition = member.map { ($0, PathForm(form)) }
    }

    private static func parts(of component: Substring) -> [Part] {
        var parts: [Part] = []
        var rest = component
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            parts.append(part(named: rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        return rest.isEmpty ? parts : parts + [.text(String(rest))]
    }

    private static func part(named text: Substring) -> Part {
        if text.hasSuffix("&") { return .member(String(text.dropLast()), .joined) }
        let halves = text.split(separator: ":")
        guard halves.count == 2, let number = Int(halves[1]) else {
            return .member(String(text), .whole)
        }
        return .member(String(halves[0]), .part(number))
    }

    /// Returns the components of an object's path, or `nil` if the template does not fit it.
    ///
    /// - Parameter member: the text of the object's member at a path; `nil` if it has none.
    package func path(of member: (String) -> String?) -> [String]? {
        if let condition {
            guard let text = member(condition.member), condition.form.fits(text) else {
                return nil
            }
        }
        var path: [String] = []
        for parts in components {
            var component = ""
            for part in parts {
                guard let text = text(of: part, member) else { return nil }
                component += text
            }
            path.append(component)
        }
        return path.isEmpty ? nil : path
    }

    private func text(of part: Part, _ member: (String) -> String?) -> String? {
        switch part {
        case .text(let text): return text
        case .member(let name, let take):
            guard let text = member(name), !text.isEmpty else { return nil }
            return Self.take(take, of: text)
        }
    }

    private static func take(_ take: Take, of text: String) -> String? {
        switch take {
        case .whole: return text
        case .joined: return text.replacing("/", with: "&")
        case .part(let number):
            let parts = text.split(separator: "/")
            let index = number > 0 ? number - 1 : parts.count + number
            return parts.indices.contains(index) ? String(parts[index]) : nil
        }
    }

    /// Whether the path depends on which parent an object was read for.
    package var namesParent: Bool {
        components.joined().contains {
            if case .member(Self.parent, _) = $0 { true } else { false }
        }
    }

    /// The name that stands for the parent's ID.
    package static let parent = "parent"

    // MARK: Which paths it can give

    /// Components in a path.
    package var depth: Int { components.count }

    /// Whether a path of this template can have this component, `.json` not counted.
    package func mayHave(_ name: some Collection<UInt8>, at index: Int) -> Bool {
        guard components.indices.contains(index) else { return false }
        guard components[index].count == 1, case .text(let text) = components[index][0] else {
            return true
        }
        return name.elementsEqual(text.utf8)
    }
}

/// What a path looks like, part by part between slashes: a word in any case of letters, `*` for any
/// one part, at the end `**` for one or more.
package struct PathForm: Sendable {
    private let parts: [String]

    package init(_ text: String) {
        parts = text.split(separator: "/").map { $0.lowercased() }
    }

    package func fits(_ text: String) -> Bool {
        let found = text.split(separator: "/").map { $0.lowercased() }
        let isOpen = parts.last == "**"
        let fixed = isOpen ? parts.dropLast() : parts[...]
        guard isOpen ? found.count > fixed.count : found.count == fixed.count else { return false }
        return zip(fixed, found).allSatisfy { $0 == "*" || $0 == $1 }
    }
}
