/// Writes what is on the tape in canonical form.
extension Tape {
    /// An object or array of which some children are written already.
    struct Cursor {
        var place: Int
        let end: Int
        let isObject: Bool
    }

    /// Appends the value at `index` as if it stood alone, without a line feed at its end.
    ///
    /// - Returns: how many secrets were withheld.
    @discardableResult
    mutating func append(
        _ index: Int, of input: Span<UInt8>, to bytes: inout [UInt8]
    ) -> Int {
        var withheld = 0
        // Indented less than where it came from, a value never takes more than its size.
        bytes.append(addingCapacity: Int(entries[index].size)) { output in
            withheld = write(index, of: input, into: &output)
        }
        return withheld
    }

    @inline(__always)
    private mutating func write(
        _ root: Int, of input: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) -> Int {
        cursors.removeAll(keepingCapacity: true)
        var withheld = begin(root, of: input, into: &output)
        while let cursor = cursors.last {
            guard cursor.place < cursor.end else {
                cursors.removeLast()
                output.appendLine(indentedBy: 2 &* cursors.count)
                output.append(cursor.isObject ? 0x7D : 0x5D)
                if !cursors.isEmpty, isMore { output.append(0x2C) }
                continue
            }
            cursors[cursors.count &- 1].place &+= 1
            output.appendLine(indentedBy: 2 &* cursors.count)
            var child = Int(order[cursor.place])
            if cursor.isObject {
                writeName(entries[child], of: input, into: &output)
                child &+= 1
            }
            let depth = cursors.count
            withheld &+= begin(child, of: input, into: &output)
            if cursors.count == depth, isMore { output.append(0x2C) }
        }
        return withheld
    }

    /// Whether the innermost container has children left.
    @inline(__always)
    private var isMore: Bool {
        let cursor = cursors[cursors.count &- 1]
        return cursor.place < cursor.end
    }

    /// Writes a value that is complete with that, or opens it; returns how many secrets it hid.
    @inline(__always)
    private mutating func begin(
        _ index: Int, of input: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) -> Int {
        let entry = entries[index]
        switch entry.kind {
        case .object, .array:
            let isObject = entry.kind == .object
            output.append(isObject ? 0x7B : 0x5B)
            if entry.first == entry.last {
                output.append(isObject ? 0x7D : 0x5D)
            } else {
                cursors.append(
                    Cursor(place: Int(entry.first), end: Int(entry.last), isObject: isObject))
            }
        case _ where entry.traits.contains(.withheld):
            let placeholder = Self.placeholder
            output.append(placeholder.span, 0..<placeholder.count)
            return 1
        case _ where entry.traits.contains(.escaped):
            writeEscaped(entry, into: &output)
        default:
            output.append(input, Int(entry.start)..<Int(entry.end))
        }
        return 0
    }

    @inline(__always)
    private func writeName(
        _ entry: Entry, of input: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) {
        if entry.traits.contains(.escaped) {
            writeEscaped(entry, into: &output)
        } else {
            output.append(input, Int(entry.start)..<Int(entry.end))
        }
        output.append(0x3A)
        output.append(0x20)
    }

    private func writeEscaped(_ entry: Entry, into output: inout OutputSpan<UInt8>) {
        output.append(0x22)
        StringEscapes.write(decoded.span, entry.text, into: &output)
        output.append(0x22)
    }
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
            let order = MemberSorter.compare(entries[Int(known.entry)], entry, input, decoded)
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
