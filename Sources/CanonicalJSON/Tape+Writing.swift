/// Writes what is on the tape in canonical form.
extension Tape {
    /// An object or array of which some children are written already.
    struct Cursor {
        var place: Int
        let end: Int
        let isObject: Bool
    }

    /// What may be written beyond the end of a value, and is not part of it.
    private static let slack = 8

    /// Appends the value at `index` as if it stood alone, without a line feed at its end.
    ///
    /// - Returns: how many secrets were withheld.
    @discardableResult
    mutating func append(
        _ index: Int, of input: Span<UInt8>, to bytes: inout [UInt8]
    ) -> Int {
        var open: [Cursor] = []
        swap(&open, &cursors)
        var withheld = 0
        // Indented less than where it came from, a value never takes more than its size.
        bytes.append(addingCapacity: Int(entries[index].size) + Self.slack) { output in
            withheld = Self.write(
                index, of: input, decoded.span, entries.span, order.span, &open, into: &output)
        }
        swap(&open, &cursors)
        return withheld
    }

    @inline(__always)
    private static func write(
        _ root: Int, of input: Span<UInt8>, _ decoded: Span<UInt8>, _ entries: Span<Entry>,
        _ order: Span<Int32>, _ outer: inout [Cursor], into output: inout OutputSpan<UInt8>
    ) -> Int {
        var withheld = 0
        var cursor = Cursor(place: 0, end: 0, isObject: false)
        var index = root
        while true {
            let entry = entries[index]
            let opens = entry.isContainer && entry.first != entry.last
            if opens {
                output.append(entry.kind == .object ? 0x7B : 0x5B)
                outer.append(cursor)
                cursor = Cursor(
                    place: Int(entry.first), end: Int(entry.last), isObject: entry.kind == .object)
            } else {
                withheld &+= write(entry, of: input, decoded, into: &output)
                while cursor.place == cursor.end {
                    guard let next = outer.popLast() else { return withheld }
                    breakLine(indentedBy: 2 &* outer.count, into: &output)
                    output.append(cursor.isObject ? 0x7D : 0x5D)
                    cursor = next
                }
                output.append(0x2C)
            }
            breakLine(indentedBy: 2 &* outer.count, into: &output)
            index = Int(order[cursor.place])
            cursor.place &+= 1
            guard cursor.isObject else { continue }
            writeName(entries[index], of: input, decoded, into: &output)
            index &+= 1
        }
    }

    /// Writes a value that has no children; returns how many secrets it hid.
    @inline(__always)
    private static func write(
        _ entry: Entry, of input: Span<UInt8>, _ decoded: Span<UInt8>,
        into output: inout OutputSpan<UInt8>
    ) -> Int {
        guard !entry.isWrittenAsReceived else {
            output.append(input, entry.received)
            return 0
        }
        return writeUnusual(entry, decoded, into: &output)
    }

    private static func writeUnusual(
        _ entry: Entry, _ decoded: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) -> Int {
        if entry.isContainer {
            output.append(entry.kind == .object ? 0x7B : 0x5B)
            output.append(entry.kind == .object ? 0x7D : 0x5D)
        } else if entry.traits.contains(.withheld) {
            let placeholder = Self.placeholder
            output.append(placeholder.span, 0..<placeholder.count)
            return 1
        } else {
            writeEscaped(entry, decoded, into: &output)
        }
        return 0
    }

    @inline(__always)
    private static func writeName(
        _ entry: Entry, of input: Span<UInt8>, _ decoded: Span<UInt8>,
        into output: inout OutputSpan<UInt8>
    ) {
        if entry.traits.contains(.escaped) {
            writeEscaped(entry, decoded, into: &output)
        } else {
            output.append(input, entry.received)
        }
        output.append(0x203A, count: 2)
    }

    private static func writeEscaped(
        _ entry: Entry, _ decoded: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) {
        output.append(0x22)
        StringEscapes.write(decoded, entry.text, into: &output)
        output.append(0x22)
    }

    /// Writes a line feed and `spaces` spaces.
    @inline(__always)
    private static func breakLine(
        indentedBy spaces: Int, into output: inout OutputSpan<UInt8>
    ) {
        output.append(0x2020_2020_2020_200A, count: min(spaces, 7) &+ 1)
        var left = spaces &- 7
        while left > 0 {
            output.append(0x2020_2020_2020_2020, count: min(left, 8))
            left &-= 8
        }
    }
}

extension Tape.Entry {
    @inline(__always)
    var isContainer: Bool { kind == .object || kind == .array }

    /// Whether the canonical form is the text as received.
    @inline(__always)
    var isWrittenAsReceived: Bool {
        !isContainer && traits.isDisjoint(with: [.escaped, .withheld])
    }

    @inline(__always)
    var received: Range<Int> { Int(start)..<max(Int(start), Int(end)) }
}

// MARK: - The ID

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
