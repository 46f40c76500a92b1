import GitObjects

/// What stands in front of an entry's zlib stream (git's `gitformat-pack`).
struct EntryHeader {
    /// How the entry gives its object.
    enum Form: Equatable {
        case whole(ObjectKind)
        /// The stream is a delta; the base begins so many bytes before this entry.
        case offsetDelta(distance: Int)
        case referenceDelta(ObjectID)
    }

    let form: Form
    /// Bytes of the object or the delta, inflated.
    let count: Int
    /// Bytes of the header.
    let length: Int

    /// Reads the header at `start`; `nil` if there is none.
    init?(_ bytes: UnsafeRawBufferPointer, at start: Int = 0) {
        var position = start
        func next() -> Int? {
            guard position < bytes.count else { return nil }
            position += 1
            return Int(bytes[position - 1])
        }
        guard let first = next() else { return nil }
        var (count, shift, byte) = (first & 15, 4, first)
        while byte & 0x80 != 0 {
            guard shift < 56, let more = next() else { return nil }
            count |= (more & 0x7F) << shift
            (shift, byte) = (shift + 7, more)
        }
        switch first >> 4 & 7 {
        case 6:
            guard var more = next() else { return nil }
            var distance = more & 0x7F
            while more & 0x80 != 0 {
                guard distance < 1 << 48, let after = next() else { return nil }
                distance = (distance + 1) << 7 | after & 0x7F
                more = after
            }
            form = .offsetDelta(distance: distance)
        case 7:
            guard position + 20 <= bytes.count else { return nil }
            form = .referenceDelta(
                ObjectID(
                    bytes.bigEndian(at: position), bytes.bigEndian(at: position + 8),
                    bytes.bigEndian(at: position + 16)))
            position += 20
        case let type:
            guard let kind = ObjectKind(rawValue: UInt8(type)) else { return nil }
            form = .whole(kind)
        }
        self.count = count
        length = position - start
    }

    /// Appends a header.
    ///
    /// Four bits of the size stand in the first byte and seven in each further, the lowest first; a
    /// distance has seven in each, the highest first, with one added at each step.
    static func append(_ form: Form, count: Int, to bytes: inout [UInt8]) {
        let type: UInt8 =
            switch form {
            case .whole(let kind): kind.rawValue
            case .offsetDelta: 6
            case .referenceDelta: 7
            }
        var byte = type << 4 | UInt8(count & 15)
        var rest = count >> 4
        while rest > 0 {
            bytes.append(byte | 0x80)
            byte = UInt8(rest & 0x7F)
            rest >>= 7
        }
        bytes.append(byte)
        switch form {
        case .whole: return
        case .offsetDelta(let distance): append(distance: distance, to: &bytes)
        case .referenceDelta(let id): id.append(to: &bytes)
        }
    }

    private static func append(distance: Int, to bytes: inout [UInt8]) {
        // The bytes from the last to the first, each 8 bits higher.
        var packed = UInt64(distance & 0x7F)
        var (rest, shift) = (distance >> 7, 8)
        while rest > 0 {
            rest -= 1
            packed |= UInt64(rest & 0x7F | 0x80) << UInt64(shift)
            (rest, shift) = (rest >> 7, shift + 8)
        }
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: packed >> UInt64(shift)))
        }
    }
}
