/// Writes git's delta format: how to make one object from pieces of another (`gitformat-pack`,
/// "Deltified representation").
///
/// Pieces are given in the order of the target. Neighbouring copies become one; a copy too short to
/// pay for itself becomes bytes.
struct DeltaWriter {
    private(set) var bytes: [UInt8] = []
    private var copyStart = 0
    private var copyCount = 0

    /// A copy of fewer bytes is no shorter than the bytes themselves.
    private static let shortestCopy = 6
    private static let longestCopy = 0xFF_FFFF

    /// Begins anew.
    ///
    /// - Parameters:
    ///   - baseCount: bytes of the object that is copied from.
    ///   - targetCount: bytes of the object to be made.
    mutating func begin(baseCount: Int, targetCount: Int) {
        bytes.removeAll(keepingCapacity: true)
        copyCount = 0
        appendCount(baseCount)
        appendCount(targetCount)
    }

    private mutating func appendCount(_ count: Int) {
        var rest = count
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The next bytes of the target are these of the base.
    mutating func copy(_ base: UnsafeRawBufferPointer, _ start: Int, _ count: Int) {
        if copyCount > 0, copyStart + copyCount == start {
            copyCount += count
            return
        }
        flush(base)
        copyStart = start
        copyCount = count
    }

    /// The next bytes of the target are `literal`.
    mutating func insert(_ literal: UnsafeRawBufferPointer, after base: UnsafeRawBufferPointer) {
        flush(base)
        insert(literal)
    }

    /// Completes the delta.
    mutating func finish(_ base: UnsafeRawBufferPointer) { flush(base) }

    private mutating func flush(_ base: UnsafeRawBufferPointer) {
        guard copyCount > 0 else { return }
        if copyCount < Self.shortestCopy {
            insert(UnsafeRawBufferPointer(rebasing: base[copyStart..<(copyStart + copyCount)]))
        } else {
            appendCopies()
        }
        copyCount = 0
    }

    private mutating func insert(_ literal: UnsafeRawBufferPointer) {
        var start = 0
        while start < literal.count {
            let count = min(0x7F, literal.count - start)
            bytes.append(UInt8(count))
            bytes.append(
                contentsOf: UnsafeRawBufferPointer(rebasing: literal[start..<(start + count)]))
            start += count
        }
    }

    private mutating func appendCopies() {
        while copyCount > 0 {
            let count = min(copyCount, Self.longestCopy)
            appendCopy(copyStart, count)
            copyStart += count
            copyCount -= count
        }
    }

    /// One bit of the first byte for each byte of offset and size that follows; zeros are left out.
    private mutating func appendCopy(_ start: Int, _ count: Int) {
        let place = bytes.count
        var flags: UInt8 = 0x80
        bytes.append(0)
        for part in 0..<4 {
            let byte = UInt8(truncatingIfNeeded: start >> (8 * part))
            if byte != 0 {
                bytes.append(byte)
                flags |= 1 << part
            }
        }
        for part in 0..<3 where count != 0x1_0000 {
            let byte = UInt8(truncatingIfNeeded: count >> (8 * part))
            if byte != 0 {
                bytes.append(byte)
                flags |= 0x10 << part
            }
        }
        bytes[place] = flags
    }
}
