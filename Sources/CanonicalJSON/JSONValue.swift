/// A value in a small JSON document: token answers, error bodies, batch envelopes, run records.
///
/// It is a place in the parsed document, which it keeps alive; nothing is decoded before it is
/// asked for. Checked as strictly as ``PageReader`` checks, but secrets are there to be read.
///
/// - Cost: 28 bytes for each name and value of the document, and a walk along the siblings for each
///   member looked up.
package struct JSONValue: Sendable {
    private let source: [UInt8]
    private let start: Int
    private let decoded: [UInt8]
    private let entries: [Tape.Entry]
    private let index: Int

    /// Parses a document whose root may be any value.
    package init(parsing document: [UInt8]) throws(JSONError) {
        var tape = Tape(CanonicalRules())
        start = try tape.readDocument(document.span)
        (source, decoded, entries, index) = (document, tape.decoded, tape.entries, 0)
    }

    private init(_ parent: JSONValue, _ index: Int) {
        (source, start, decoded) = (parent.source, parent.start, parent.decoded)
        (entries, self.index) = (parent.entries, index)
    }

    private var entry: Tape.Entry { entries[index] }

    /// Where the value is in the document, quotes and brackets included.
    package var range: Range<Int> {
        start + Int(entry.start)..<start + Int(entry.end)
    }

    /// The value as received.
    package var bytes: ArraySlice<UInt8> { source[range] }

    package var isNull: Bool {
        entry.kind == .literal && bytes.first == 0x6E
    }

    package var bool: Bool? {
        entry.kind == .literal && !isNull ? bytes.first == 0x74 : nil
    }

    /// A number's text, digit for digit.
    package var number: String? {
        entry.kind == .number ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// A number without fraction and exponent that fits.
    package var int: Int? {
        number.flatMap { Int($0) }
    }

    /// A string's text; an unpaired surrogate becomes U+FFFD.
    package var string: String? {
        entry.kind == .string ? text(of: entry) : nil
    }

    /// The elements of an array.
    package var array: [JSONValue]? {
        guard entry.kind == .array else { return nil }
        var elements: [JSONValue] = []
        var at = index + 1
        while at < Int(entry.next) {
            elements.append(JSONValue(self, at))
            at = Int(entries[at].next)
        }
        return elements
    }

    /// The members of an object in the order received.
    package var object: [(name: String, value: JSONValue)]? {
        guard entry.kind == .object else { return nil }
        return nameIndices.map { (text(of: entries[$0]), JSONValue(self, $0 + 1)) }
    }

    /// The member `name` of an object, compared byte by byte; `nil` for other values.
    package subscript(name: String) -> JSONValue? {
        guard entry.kind == .object else { return nil }
        let found = nameIndices.first { bytes(of: entries[$0]).elementsEqual(name.utf8) }
        return found.map { JSONValue(self, $0 + 1) }
    }

    private var nameIndices: [Int] {
        var indices: [Int] = []
        var at = index + 1
        while at < Int(entry.next) {
            indices.append(at)
            at = Int(entries[at + 1].next)
        }
        return indices
    }

    private func bytes(of entry: Tape.Entry) -> ArraySlice<UInt8> {
        guard !entry.traits.contains(.escaped) else { return decoded[entry.text] }
        return source[start + entry.text.lowerBound..<start + entry.text.upperBound]
    }

    private func text(of entry: Tape.Entry) -> String {
        StringEscapes.string(Array(bytes(of: entry)))
    }
}
