/// The way that nearly all of a document goes.
extension Tape {
    /// How many entries a run of members may take before the tape is looked after.
    private static let run = 64

    /// Reads the next members of an object as long as their names are foreseen and their values are
    /// plain strings, literals or empty arrays, without white space; returns where they end.
    ///
    /// Nothing is refused here: whatever is out of the ordinary is left to be read by itself.
    mutating func readRoutine(_ input: Span<UInt8>, _ start: Int) -> Int {
        let room = min(Self.run, Limits.values - entries.count)
        var (at, shape) = (start, innermost.shape)
        var isFirst = entries.count == innermost.entry &+ 1
        guard room >= 2, depth < Limits.depth, shapes.foresees(after: shape),
            isFirst || start < input.count && input[start] == 0x2C
        else { return start }
        // Taken out of the tape, they can grow while other parts of it are read.
        var entries: [Entry] = []
        swap(&entries, &self.entries)
        let first = entries.count
        entries.append(addingCapacity: room) { output in
            while output.freeCapacity >= 2 {
                guard isFirst || at < input.count && input[at] == 0x2C else { break }
                let name = isFirst ? at : at &+ 1
                let end = readMember(input, name, &shape, at: first &+ output.count, &output)
                guard end > name else { break }
                (at, isFirst) = (end, false)
            }
        }
        swap(&entries, &self.entries)
        innermost.shape = shape
        return at
    }

    /// Reads a member, of which the name will be at `index` on the tape; returns where it ends, or
    /// zero if it is out of the ordinary.
    @inline(__always)
    private func readMember(
        _ input: Span<UInt8>, _ start: Int, _ shape: inout Int32, at index: Int,
        _ output: inout OutputSpan<Entry>
    ) -> Int {
        let next = shapes.foreseen(after: shape, input, at: start)
        guard next >= 0, case let known = shapes[next], !known.setting.isDoubtful,
            !known.mayNameID || depth > 1
        else { return 0 }
        let colon = start &+ Int(known.byteCount)
        guard colon &+ 9 <= input.count, input[colon] == 0x3A else { return 0 }
        let (end, kind) = plainValue(input, colon &+ 1)
        guard end > colon else { return 0 }
        var name = Entry(.name, start, colon, at: index)
        name.size &+= 2
        if known.isDropped { name.traits = .dropped }
        output.append(name)
        var value = Entry(kind, colon &+ 1, end, at: index &+ 1)
        value.first = Int32(truncatingIfNeeded: orderCount)
        value.last = value.first
        output.append(value)
        shape = next
        return end
    }

    /// Returns the end and the kind of a plain value; an end of zero if it is none.
    @inline(__always)
    private func plainValue(_ input: Span<UInt8>, _ start: Int) -> (end: Int, kind: Entry.Kind) {
        let word = input.word(at: start)
        switch UInt8(truncatingIfNeeded: word) {
        case 0x22:
            let (end, isSuspicious) = StringScan.plainEnd(input, from: start &+ 1)
            guard !isSuspicious, end < input.count, input[end] == 0x22 else { break }
            return (end &+ 1, .string)
        case 0x5B where UInt16(truncatingIfNeeded: word) == 0x5D5B:
            return (start &+ 2, .array)
        case 0x6E where UInt32(truncatingIfNeeded: word) == 0x6C6C_756E,
            0x74 where UInt32(truncatingIfNeeded: word) == 0x6575_7274:
            return (start &+ 4, .literal)
        case 0x66 where word & 0xFF_FFFF_FFFF == 0x65_736C_6166:
            return (start &+ 5, .literal)
        default: break
        }
        return (0, .string)
    }
}
