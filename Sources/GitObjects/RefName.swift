/// The full name of a ref, `refs/heads/main`, checked by git's rules for names (`git
/// check-ref-format`) and without bytes outside ASCII's printable ones.
package struct RefName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package var description: String { text }

    /// The chain of run records.
    package static let runs = RefName(unchecked: "refs/tenantkeep/runs")

    /// The audit events behind each commit, as git's notes.
    package static let evidence = RefName(unchecked: "refs/notes/tenantkeep-audit")

    /// `nil` if git would refuse the name.
    package init?(_ text: String) {
        guard text.hasPrefix("refs/"), text.utf8.count <= 200 else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 2, parts.allSatisfy(Self.isPart) else { return nil }
        guard !text.contains(".."), !text.contains("@{"), !text.hasSuffix(".") else { return nil }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }

    /// The branch of this short name; `nil` if git would refuse it.
    package static func branch(_ name: String) -> RefName? {
        name.hasPrefix("-") ? nil : RefName("refs/heads/\(name)")
    }

    /// The tag of this short name; `nil` if git would refuse it.
    package static func tag(_ name: String) -> RefName? {
        name.hasPrefix("-") ? nil : RefName("refs/tags/\(name)")
    }

    package static func < (one: RefName, other: RefName) -> Bool {
        one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }

    private static func isPart(_ part: Substring) -> Bool {
        let forbidden = " ~^:?*[\\"
        return !part.isEmpty && !part.hasPrefix(".") && !part.hasSuffix(".lock")
            && part.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value < 0x7F && !forbidden.unicodeScalars.contains($0)
            }
    }
}
