/// Returns what a delta makes of its base; `nil` if it is no delta of it, or makes more than `limit`
/// bytes.
///
/// No room is made for what it announces before its pieces are known to add up to it.
func applied(_ delta: [UInt8], to base: [UInt8], limit: Int = .max) -> [UInt8]? {
    var reader = DeltaReader(delta)
    guard reader.count() == base.count, let count = reader.count(), count <= limit,
        reader.makes(count)
    else { return nil }
    var target: [UInt8] = []
    target.reserveCapacity(count)
    while let piece = reader.next() {
        switch piece {
        case .copy(let range):
            guard range.upperBound <= base.count else { return nil }
            target.append(contentsOf: base[range])
        case .insert(let range):
            target.append(contentsOf: delta[range])
        case .malformed:
            return nil
        }
    }
    return target
}

private struct DeltaReader {
    enum Piece {
        /// Bytes of the base.
        case copy(Range<Int>)
        /// Bytes of the delta.
        case insert(Range<Int>)
        case malformed
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func byte() -> Int? {
        guard position < bytes.count else { return nil }
        position += 1
        return Int(bytes[position - 1])
    }

    mutating func count() -> Int? {
        var count = 0
        var shift = 0
        while let byte = byte(), shift < 56 {
            count |= (byte & 0x7F) << shift
            if byte & 0x80 == 0 { return count }
            shift += 7
        }
        return nil
    }

    /// Whether the pieces that follow make so many bytes.
    func makes(_ count: Int) -> Bool {
        var (rest, reader) = (count, self)
        while let piece = reader.next() {
            switch piece {
            case .copy(let range), .insert(let range): rest -= range.count
            case .malformed: return false
            }
            guard rest >= 0 else { return false }
        }
        return rest == 0
    }

    /// `nil` after the last piece.
    mutating func next() -> Piece? {
        guard let flags = byte() else { return nil }
        if flags & 0x80 != 0 { return copy(flags) }
        guard flags > 0, position + flags <= bytes.count else { return .malformed }
        position += flags
        return .insert((position - flags)..<position)
    }

    private mutating func copy(_ flags: Int) -> Piece {
        var values = [0, 0]
        for (value, parts) in [0..<4, 4..<7].enumerated() {
            for part in parts where flags & 1 << part != 0 {
                guard let byte = byte() else { return .malformed }
                values[value] |= byte << (8 * (part - parts.lowerBound))
            }
        }
        let count = values[1] == 0 ? 0x1_0000 : values[1]
        return .copy(values[0]..<(values[0] + count))
    }
}
