/// Returns the canonical form of one JSON document, whose root may be any value.
///
/// - Throws: where and why `document` is not JSON, or that it is larger than 64 MiB.
package func canonicalized(
    _ document: [UInt8], by rules: CanonicalRules = CanonicalRules()
) throws(JSONError) -> [UInt8] {
    var tape = Tape(rules)
    let start = try tape.readDocument(document.span)
    var canonical: [UInt8] = []
    tape.append(0, of: document.span.extracting(start..<document.count), to: &canonical)
    canonical.append(0x0A)
    return canonical
}

extension Tape {
    /// Reads a whole document, which white space and a byte order mark may surround; returns where
    /// its value begins. Positions in errors are those of `document`.
    mutating func readDocument(_ document: Span<UInt8>) throws(JSONError) -> Int {
        let hasMark = document.count >= 3 && document.equals(0..<3, [0xEF, 0xBB, 0xBF])
        let start = Self.skipSpace(document, hasMark ? 3 : 0)
        let end: Int
        do {
            isWhole = true
            end = try read(document.extracting(start..<document.count))
        } catch {
            throw error.rebased(by: start)
        }
        let rest = Self.skipSpace(document, start + end)
        guard rest == document.count else { throw JSONError(.trailingBytes, at: rest) }
        return start
    }
}
