/// Which member has the item's ID, and what that is.
extension Tape {
    /// Remembers the member of the root object that names the item: the one with the exact name,
    /// or else, of those whose case differs, the one that sorts first.
    @inline(__always)
    mutating func noteID(_ input: Span<UInt8>, _ entry: Entry, at index: Int) {
        guard entry.text.count == rules.idMember.count else { return }
        noteFoldedID(input, entry, at: index)
    }

    private mutating func noteFoldedID(_ input: Span<UInt8>, _ entry: Entry, at index: Int) {
        let isEscaped = entry.traits.contains(.escaped)
        let match =
            isEscaped
            ? rules.matchID(decoded.span, entry.text) : rules.matchID(input, entry.text)
        guard let isExact = match else { return }
        if let known = idName, !isExact {
            let order = compare(entries[Int(known.entry)], entry, input)
            guard !known.isExact, order > 0 else { return }
        }
        idName = (Int32(index), isExact)
    }

    /// Appends the item's ID to `bytes`; returns where it is, or `nil` if the item has none that
    /// may be seen.
    mutating func appendID(of input: Span<UInt8>, to bytes: inout [UInt8]) -> Range<Int>? {
        guard let idName else { return nil }
        let value = entries[Int(idName.entry) + 1]
        guard !value.traits.contains(.withheld) else { return nil }
        let start = bytes.count
        switch value.kind {
        case .number: bytes.append(input, Int(value.start)..<Int(value.end))
        case .string where value.traits.contains(.escaped): bytes.append(decoded.span, value.text)
        case .string: bytes.append(input, value.text)
        default: return nil
        }
        return bytes.count > start ? start..<bytes.count : nil
    }
}
