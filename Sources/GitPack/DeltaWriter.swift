/// Writes git's delta format: how to make one object from pieces of another (`gitformat-pack`,
/// "Deltified representation").
///
/// Pieces are given in the order of the target. Neighbouring copies become one; a copy too short to
/// pay for itself becomes bytes.
package struct DeltaWriter {
    package private(set) var bytes: [UInt8] = []
    private var copyStart = 0
    private var copyCount = 0

    /// A copy of fewer bytes is no shorter than the bytes themselves.
    private static let shortestCopy = 6
    private static let longestCopy = 0xFF_FFFF

    package init() {}

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
        var flags: UInt8 = 0x80
        // The first byte and the others behind it, the lowest first.
        var (packed, length): (UInt64, UInt64) = (0, 1)
        func add(_ value: Int, _ part: Int, _ flag: UInt8) {
            let byte = UInt64(truncatingIfNeeded: value &>> (8 &* part)) & 0xFF
            guard byte != 0 else { return }
            packed |= byte &<< (8 &* length)
            length &+= 1
            flags |= flag &<< UInt8(part)
        }
        for part in 0..<4 { add(start, part, 1) }
        for part in 0..<3 where count != 0x1_0000 { add(count, part, 0x10) }
        packed |= UInt64(flags)
        withUnsafeBytes(of: packed.littleEndian) {
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<Int(length)]))
        }
    }
}
