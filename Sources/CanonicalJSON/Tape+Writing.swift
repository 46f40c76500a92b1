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
        var open: [Cursor] = []
        swap(&open, &cursors)
        var withheld = 0
        // Indented less than where it came from, a value never takes more than its size.
        let size = Int(entries[index].size)
        bytes.append(addingCapacity: size + OutputSpan<UInt8>.margin) { output in
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
        // The document is a container of one value.
        var cursor = Cursor(place: 0, end: 1, isObject: false)
        var index = root
        while true {
            let entry = entries[index]
            cursor.place &+= 1
            var isFirst = entry.isContainer && entry.first != entry.last
            if isFirst {
                output.append(entry.kind == .object ? 0x7B : 0x5B)
                outer.append(cursor)
                cursor = Cursor(
                    place: Int(entry.first), end: Int(entry.last), isObject: entry.kind == .object)
            } else {
                withheld &+= write(entry, of: input, decoded, into: &output)
            }
            while writeRun(
                of: &cursor, &isFirst, input, entries, order, depth: outer.count, into: &output)
            {
                guard close(&cursor, in: &outer, into: &output) else { return withheld }
            }
            if !isFirst { output.append(0x2C) }
            breakLine(depth: outer.count, into: &output)
            index = Int(order[cursor.place])
            guard cursor.isObject else { continue }
            writeName(entries[index], of: input, decoded, into: &output)
            index &+= 1
        }
    }

    /// Ends a container and goes back to the one around it; returns whether there is one.
    private static func close(
        _ cursor: inout Cursor, in outer: inout [Cursor], into output: inout OutputSpan<UInt8>
    ) -> Bool {
        guard let next = outer.popLast() else { return false }
        breakLine(depth: outer.count, into: &output)
        output.append(cursor.isObject ? 0x7D : 0x5D)
        cursor = next
        return true
    }

    /// Writes the next children of a container as long as they are written as received, each after
    /// a comma and on a line of its own; returns whether it has no others.
    ///
    /// - Parameter isFirst: whether the next child is the container's first, which has no comma.
    @inline(never)
    private static func writeRun(
        of cursor: inout Cursor, _ isFirst: inout Bool, _ input: Span<UInt8>,
        _ entries: Span<Entry>, _ order: Span<Int32>, depth: Int,
        into output: inout OutputSpan<UInt8>
    ) -> Bool {
        guard depth <= 3 else { return cursor.place == cursor.end }
        var place = cursor.place
        // A comma, a line feed, and spaces.
        let (head, headCount): (UInt64, Int) = (0x2020_2020_2020_0A2C, 2 &+ 2 &* depth)
        while place < cursor.end {
            let index = Int(order[place])
            // An element has no name: its second piece is empty.
            let (name, value) = (entries[index], entries[cursor.isObject ? index &+ 1 : index])
            guard value.isWrittenAsReceived, !name.traits.contains(.escaped) else { break }
            let first = Piece(
                head: isFirst ? head &>> 8 : head, headCount: isFirst ? headCount &- 1 : headCount,
                start: Int(name.start), count: Int(name.end &- name.start))
            let second = Piece(
                head: 0x203A, headCount: cursor.isObject ? 2 : 0, start: Int(value.start),
                count: cursor.isObject ? Int(value.end &- value.start) : 0)
            guard output.append(first, second, of: input) else { break }
            isFirst = false
            place &+= 1
        }
        cursor.place = place
        return place == cursor.end
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

    /// Writes a line feed, and the indentation of what stands inside `depth` containers.
    private static func breakLine(depth: Int, into output: inout OutputSpan<UInt8>) {
        output.append(0x2020_2020_2020_200A, count: min(2 &* depth, 7) &+ 1)
        var left = 2 &* depth &- 7
        while left > 0 {
            output.append(0x2020_2020_2020_2020, count: min(left, 8))
            left &-= 8
        }
    }
}

extension Tape.Entry {
    @inline(__always)
    var isContainer: Bool { kind == .object || kind == .array }

    /// Whether the canonical form is the text as received; of containers, `[]` and `{}` are.
    @inline(__always)
    var isWrittenAsReceived: Bool {
        (!isContainer || end &- start == 2) && traits.isDisjoint(with: [.escaped, .withheld])
    }

    @inline(__always)
    var received: Range<Int> { Int(start)..<max(Int(start), Int(end)) }
}
