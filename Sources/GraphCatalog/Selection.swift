import Encodings

/// What one backup reads: the types that some words choose, with their children.
///
/// A word is a group of types (`Config`), a type (`users`) or a child (`groups/members`), in any
/// case of letters; one that means both a group and a type chooses both. A type that is named
/// brings all its children, a group those that belong to it. A chosen child brings the objects it
/// stands below. An excluded word takes away all it means, children included.
package struct Selection: Sendable {
    /// The group of all types.
    package static let everything = "All"

    /// In the order of the catalog.
    package let resources: [SelectedResource]

    /// - Parameters:
    ///   - types: none means `Config`.
    ///   - cloudOnly: leaves out users and groups that are synchronised from on-premises.
    package init(
        types: [String] = [], excluding: [String] = [], cloudOnly: Bool = false,
        from catalog: [GraphResource] = GraphResource.all
    ) throws(UnknownWord) {
        let known = Self.words(of: catalog)
        for word in types + excluding {
            guard known.contains(where: { $0.lowercased() == word.lowercased() }) else {
                throw UnknownWord(word, among: known)
            }
        }
        let chosen = Set((types.isEmpty ? ["Config"] : types).map { $0.lowercased() })
        let excluded = Set(excluding.map { $0.lowercased() })
        resources = catalog.compactMap {
            SelectedResource($0, chosenBy: chosen, excluding: excluded, cloudOnly: cloudOnly)
        }
    }

    /// Every word there is, in byte order: groups, types and children.
    package static func words(of catalog: [GraphResource] = GraphResource.all) -> [String] {
        let resources = catalog.flatMap(\.family)
        let names = resources.map(\.name)
        // `Users` and `users` are one word; the type's own spelling stands for both.
        let taken = Set(names.map { $0.lowercased() })
        let groups = Set(resources.flatMap(\.groups)).filter { !taken.contains($0.lowercased()) }
        return (names + groups).sorted()
    }
}

/// One type that a backup reads, how much of it, and which of its children.
package struct SelectedResource: Sendable {
    package let resource: GraphResource
    /// The smaller read that is enough for what was chosen.
    package let filter: Narrowing?
    package let children: [SelectedResource]
    /// Whether a word chose it that does not mean all there is.
    package let isNamed: Bool

    package init(
        _ resource: GraphResource, filter: Narrowing? = nil, children: [SelectedResource] = [],
        isNamed: Bool = true
    ) {
        self.resource = resource
        self.filter = filter
        self.children = children
        self.isNamed = isNamed
    }

    /// Returns `nil` if no word chooses the type, or one excludes it. All words are lower case.
    fileprivate init?(
        _ resource: GraphResource, chosenBy words: Set<String>, excluding: Set<String>,
        cloudOnly: Bool, withParent isWithParent: Bool = false
    ) {
        let groups = resource.groups.filter { words.contains($0.lowercased()) }
        let isNamed = isWithParent || words.contains(resource.name.lowercased())
        let isBelowNamed = resource.family.dropFirst().contains {
            words.contains($0.name.lowercased())
        }
        let isAboveChosen = resource.family.dropFirst().contains {
            $0.groups.contains { words.contains($0.lowercased()) }
        }
        guard isNamed || isBelowNamed || isAboveChosen || !groups.isEmpty else { return nil }
        guard !resource.words.contains(where: { excluding.contains($0.lowercased()) }) else {
            return nil
        }
        self.resource = resource
        filter = Narrowing.enough(
            of: resource.narrowings, for: isNamed || isBelowNamed ? nil : groups,
            cloudOnly: cloudOnly)
        self.isNamed = isNamed || isBelowNamed || groups.contains { $0 != Selection.everything }
        children = resource.children.compactMap {
            Self(
                $0, chosenBy: words, excluding: excluding, cloudOnly: cloudOnly,
                withParent: isNamed)
        }
    }
}

/// A word that chooses nothing.
package struct UnknownWord: Error, Sendable {
    package let word: String
    /// The known word with the fewest letters to change.
    package let nearest: String

    fileprivate init(_ word: String, among known: [String]) {
        self.word = word
        nearest = Encodings.nearest(to: word, among: known)
    }
}

extension GraphResource {
    /// This type and everything below it.
    package var family: [GraphResource] { [self] + children.flatMap(\.family) }

    /// The words that mean this type.
    fileprivate var words: [String] { [name] + groups }
}
