/// How a text of flags is written: its names in the order of their bytes.
extension Tape {
    /// Puts the names in a text with commas between into order. A text that is in order stays as it
    /// was received.
    mutating func sortFlags(of entry: inout Entry, _ input: Span<UInt8>) {
        let received = text(entry, input)
        let sorted = Self.sortedFlags(received)
        guard sorted != received else { return }
        let base = decoded.count
        decoded += sorted
        entry.traits.insert(.escaped)
        entry.first = Int32(truncatingIfNeeded: base)
        entry.last = Int32(truncatingIfNeeded: decoded.count)
        let count = StringEscapes.canonicalCount(decoded.span, base..<decoded.count)
        entry.size = Int32(truncatingIfNeeded: count + 2)
    }

    /// Graph writes a comma between names, in some members with a space behind it. Names are kept as
    /// often as they are there.
    private static func sortedFlags(_ text: [UInt8]) -> [UInt8] {
        guard let comma = text.firstIndex(of: 0x2C) else { return text }
        let names = text.split(separator: 0x2C, omittingEmptySubsequences: false).map(trimmed)
        let sorted = names.sorted { $0.lexicographicallyPrecedes($1) }
        // What was in order stays, however it was spaced.
        guard sorted != names else { return text }
        let isSpaced = text[(comma + 1)...].first == 0x20
        return Array(sorted.joined(separator: isSpaced ? [0x2C, 0x20] : [0x2C]))
    }

    private static func trimmed(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let first = name.firstIndex(where: { $0 != 0x20 }),
            let last = name.lastIndex(where: { $0 != 0x20 })
        else { return [] }
        return name[first...last]
    }
}
