/// Returns a page with some texts of its items cut to what stands behind their last slash, in lower
/// case: the same ID, however it was spelled.
///
/// - Parameters:
///   - paths: of the members, as for ``CanonicalRules``, but not through arrays.
///   - form: what kind of document `page` is.
/// - Returns: `page` itself if it is not proper JSON: whoever reads it on says why.
package func cutToLastParts(
    _ page: [UInt8], at paths: [String], _ form: PageReader.Form
) -> [UInt8] {
    guard !paths.isEmpty, let root = try? JSONValue(parsing: page) else { return page }
    let items: [JSONValue] =
        switch form {
        case .collection: root["value"]?.array ?? []
        case .object: [root]
        }
    var cuts: [(range: Range<Int>, text: String)] = []
    for item in items {
        for path in paths {
            var value: JSONValue? = item
            for name in path.split(separator: ".") { value = value?[String(name)] }
            if let value, let text = value.string.flatMap(lastPart) {
                cuts.append((value.range, text))
            }
        }
    }
    return replaced(cuts.sorted { $0.range.lowerBound < $1.range.lowerBound }, in: page)
}

private func replaced(_ cuts: [(range: Range<Int>, text: String)], in page: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(page.count)
    var at = 0
    for cut in cuts where cut.range.lowerBound >= at {
        result += page[at..<cut.range.lowerBound] + "\"\(cut.text)\"".utf8
        at = cut.range.upperBound
    }
    return result + page[at...]
}

/// `nil` if it is not made of letters, digits, `-`, `.` and `_` alone, as IDs are.
private func lastPart(of text: String) -> String? {
    guard let part = text.split(separator: "/").last?.lowercased() else { return nil }
    let isID = part.utf8.allSatisfy { byte in
        let character = Character(Unicode.Scalar(byte))
        return character.isASCII && (character.isLetter || character.isNumber)
            || "-._".utf8.contains(byte)
    }
    return isID ? part : nil
}
