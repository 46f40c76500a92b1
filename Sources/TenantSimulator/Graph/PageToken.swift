/// Where a collection goes on: what the link to its next page carries.
///
/// Nothing is kept on the server for it, so a link works until it dies of age.
struct PageToken: Sendable {
    /// The position in the collection where the page begins.
    var offset: Int
    /// The number of the page, from 1 for the first behind the beginning.
    var page: Int
    var issued: Timestamp
    /// An empty page has gone before it.
    var followsEmptyPage = false

    private var digits: String {
        func hexadecimal(_ number: Int, _ width: Int) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return hexadecimal(Int(issued.ticks / 10_000), 12) + hexadecimal(offset, 10)
            + hexadecimal(page, 6) + hexadecimal(followsEmptyPage ? 0xE : 0, 4)
    }

    /// `<32 hex>_<n>` for audit logs, a longer opaque text for the directory.
    func text(for bucket: ResourceType.Bucket) -> String {
        bucket == .audit ? "\(digits)_\(page)" : "RFNwdAIAAQAAAB\(digits)"
    }

    init(offset: Int, page: Int, issued: Timestamp, followsEmptyPage: Bool = false) {
        self.offset = offset
        self.page = page
        self.issued = issued
        self.followsEmptyPage = followsEmptyPage
    }

    init?(_ text: String) {
        var digits = text[...]
        if digits.hasPrefix("RFNwdAIAAQAAAB") { digits = digits.dropFirst(14) }
        digits = digits.prefix { $0 != "_" }
        guard digits.count == 32, let issued = Int64(digits.prefix(12), radix: 16),
            let offset = Int(digits.dropFirst(12).prefix(10), radix: 16),
            let page = Int(digits.dropFirst(22).prefix(6), radix: 16)
        else { return nil }
        self.init(
            offset: offset, page: page, issued: Timestamp(ticks: issued * 10_000),
            followsEmptyPage: digits.hasSuffix("000e"))
    }
}
