/// Changes objects of a recorded page in its text.
///
/// The text is what the simulator wrote: no white space between tokens. Quotes inside strings are
/// escaped, so a quoted name with a colon and a quote behind it is always a member.
struct PageEditor {
    private let page: [UInt8]
    /// Where each object of the page is, in order.
    let objects: [Range<Int>]
    private var edits: [(range: Range<Int>, text: [UInt8])] = []

    init(_ page: [UInt8]) throws {
        self.page = page
        guard let list = page.range(of: Array(#""value":["#.utf8), in: page.indices) else {
            throw Failed("A recorded page has no list of objects.")
        }
        objects = page.elements(from: list.upperBound)
    }

    /// Gives members of an object that are strings another text. Objects go in their order.
    ///
    /// - Throws: if the object has none of the members as a string.
    mutating func change(_ object: Int, _ values: [String: String]) throws {
        let found = values.compactMap { name, value in
            page.string(of: name, in: objects[object]).map { ($0, Array(value.utf8)) }
        }
        guard !found.isEmpty else { throw Failed("Object \(object) of a page has no such member.") }
        edits += found.map { (range: $0.0, text: $0.1) }
    }

    /// The page as it is now.
    func bytes() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(page.count + 64 * edits.count)
        var done = 0
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            bytes += page[done..<edit.range.lowerBound]
            bytes += edit.text
            done = edit.range.upperBound
        }
        return bytes + page[done...]
    }
}

extension [UInt8] {
    /// Where the text of the string member `name` is in an object; `nil` if it has none.
    fileprivate func string(of name: String, in object: Range<Int>) -> Range<Int>? {
        guard let start = range(of: Array("\"\(name)\":\"".utf8), in: object)?.upperBound else {
            return nil
        }
        return start..<endOfString(from: start)
    }

    /// Where `pattern` is first found.
    fileprivate func range(of pattern: [UInt8], in range: Range<Int>) -> Range<Int>? {
        withUnsafeBytes { bytes in
            var start = range.lowerBound
            while start + pattern.count <= range.upperBound {
                if bytes[start] == pattern[0],
                    bytes[start..<start + pattern.count].elementsEqual(pattern)
                {
                    return start..<start + pattern.count
                }
                start += 1
            }
            return nil
        }
    }

    /// The place of the quote that ends a string whose text begins at `start`.
    private func endOfString(from start: Int) -> Int {
        withUnsafeBufferPointer { bytes in
            var at = start
            while bytes[at] != UInt8(ascii: "\"") {
                at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
            }
            return at
        }
    }

    /// The elements, all of them objects, of an array whose first begins at `start`.
    fileprivate func elements(from start: Int) -> [Range<Int>] {
        var elements: [Range<Int>] = []
        var depth = 0
        var open = start
        var at = start
        while at < count {
            switch self[at] {
            case UInt8(ascii: "\""): at = endOfString(from: at + 1)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == 0 { open = at }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { elements.append(open..<at + 1) }
                if depth < 0 { return elements }
            default: break
            }
            at += 1
        }
        return elements
    }
}
