/// The page of a small list whose elements are looked into one by one.
package struct ListedValues: Sendable {
    package let elements: [JSONValue]
    /// Where the list goes on. Never empty.
    package let link: String?

    /// - Parameter linkName: the member that says where the list goes on; `nil` if that is known
    ///   otherwise.
    /// - Throws: where and why `body` is no page of a list.
    package init(_ body: [UInt8], linkName: String?) throws(JSONError) {
        let root = try JSONValue(parsing: body)
        guard let value = root["value"] else { throw JSONError(.valueMissing, at: body.count) }
        guard let elements = value.array else {
            throw JSONError(.valueNotArray, at: value.range.lowerBound)
        }
        self.elements = elements
        guard let member = linkName.flatMap({ root[$0] ?? root["@\($0)"] }), !member.isNull else {
            link = nil
            return
        }
        guard let text = member.string else {
            throw JSONError(.linkNotString, at: member.range.lowerBound)
        }
        link = text.isEmpty ? nil : text
    }
}
