/// The items of a page, or of a part of one, in canonical form: one value to hand over.
package struct CanonicalPage: Sendable, Equatable {
    package struct Item: Sendable, Equatable {
        /// Where the item's ID is in ``CanonicalPage/bytes``: the decoded text of its ID member, or
        /// a number as received. `nil` if that is missing, null, empty, of another type, or looks
        /// like a secret.
        ///
        /// It is UTF-8, but for an unpaired surrogate, which takes the three bytes it would have.
        package let id: Range<Int>?
        /// Where its canonical form is, a line feed at the end.
        package let bytes: Range<Int>
        /// How many secrets were withheld from it.
        package let withheld: Int
    }

    /// IDs and canonical forms, one after the other.
    package internal(set) var bytes: [UInt8] = []
    /// In the order received.
    package internal(set) var items: [Item] = []
    /// Where the collection goes on. Never empty.
    package internal(set) var nextLink: String?
    /// How many objects the whole collection has, if the page says.
    package internal(set) var count: Int?
    /// What the page holds instead of what was asked for; `nil` if it is a page, or an object.
    package internal(set) var misfit: Misfit?
    /// Whether a list inside an item is not all of it: a link to the rest, such as
    /// `members@odata.nextLink`, stands beside it.
    package internal(set) var hasCutLists = false

    package init() {}

    /// Reads a whole page.
    ///
    /// - Parameter linkName: the page's member that says where the collection goes on.
    /// - Throws: where and why `body` is not a page; see ``PageReader``.
    package init(
        _ body: [UInt8], _ form: PageReader.Form, by rules: CanonicalRules,
        linkName: String = PageReader.linkName
    ) throws(JSONError) {
        var reader = PageReader(form, by: rules, linkName: linkName)
        try reader.read(body.span)
        self = try reader.finish()
    }

    /// How many secrets were withheld from all items.
    package var withheld: Int {
        items.reduce(0) { $0 + $1.withheld }
    }

    package func id(of item: Item) -> ArraySlice<UInt8>? {
        item.id.map { bytes[$0] }
    }
}
