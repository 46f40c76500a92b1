import ObjectHash

/// The name of a git object: the 20 bytes of a SHA-1.
///
/// Ordered as git orders IDs, by their bytes. 24 bytes in memory, no allocation.
package struct ObjectID: Hashable, Comparable, Sendable {
    /// The first 8 bytes, the next 8 and the last 4, each in network order.
    package let high: UInt64
    package let middle: UInt64
    package let low: UInt32

    /// No object's ID: what git writes where there is none.
    package static let zero = ObjectID(0, 0, 0)

    /// The ID of these parts.
    package init(_ high: UInt64, _ middle: UInt64, _ low: UInt32) {
        (self.high, self.middle, self.low) = (high, middle, low)
    }

    /// Reads an ID from the 20 bytes at `offset`.
    package init(_ bytes: Span<UInt8>, at offset: Int = 0) {
        func integer(_ start: Int, _ count: Int) -> UInt64 {
            var value: UInt64 = 0
            for index in start..<(start + count) {
                value = value << 8 | UInt64(bytes[offset + index])
            }
            return value
        }
        high = integer(0, 8)
        middle = integer(8, 8)
        low = UInt32(integer(16, 4))
    }

    /// Reads 40 hexadecimal digits; `nil` if they are anything else.
    package init?(hex: some StringProtocol) {
        var bytes: [UInt8] = []
        var pending: UInt8?
        guard hex.utf8.count == 40 else { return nil }
        for digit in hex.utf8 {
            guard let value = hexValue(digit) else { return nil }
            if let first = pending {
                bytes.append(first << 4 | value)
                pending = nil
            } else {
                pending = value
            }
        }
        self.init(bytes.span)
    }

    /// Returns the ID of an object of this kind with these bytes. Collision-detecting.
    package init(of kind: ObjectKind, _ bytes: Span<UInt8>) {
        self.init(objectHash(bytes, type: Int32(kind.rawValue)).span)
    }

    /// The same of an object that somebody else has made; `nil` if it is an attack on SHA-1.
    package init?(ofForeign kind: ObjectKind, _ bytes: Span<UInt8>) {
        guard let id = objectHashUnlessAttack(bytes, type: Int32(kind.rawValue)) else { return nil }
        self.init(id.span)
    }

    /// The 20 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 20 bytes to `bytes`.
    package func append(to bytes: inout [UInt8]) {
        // Safe: each buffer is one integer's bytes, copied before it is gone.
        unsafe withUnsafeBytes(of: high.bigEndian) { unsafe bytes.append(contentsOf: $0) }
        unsafe withUnsafeBytes(of: middle.bigEndian) { unsafe bytes.append(contentsOf: $0) }
        unsafe withUnsafeBytes(of: low.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// The first byte: the ID's place in the fan-out table of an index.
    package var firstByte: UInt8 { UInt8(truncatingIfNeeded: high >> 56) }

    package static func < (one: ObjectID, other: ObjectID) -> Bool {
        (one.high, one.middle, one.low) < (other.high, other.middle, other.low)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(high)  // 64 bits of a good hash are enough
    }
}

extension ObjectID: CustomStringConvertible {
    /// 40 lower-case hexadecimal digits.
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}

/// The four kinds of object, numbered as in a pack.
package enum ObjectKind: UInt8, Sendable {
    case commit = 1
    case tree = 2
    case blob = 3
    case tag = 4

    /// The kind git has this word for.
    package init?(word: String) {
        let kind = [ObjectKind.commit, .tree, .blob, .tag].first { $0.word == word }
        guard let kind else { return nil }
        self = kind
    }

    /// Git's word for the kind.
    package var word: String {
        switch self {
        case .commit: "commit"
        case .tree: "tree"
        case .blob: "blob"
        case .tag: "tag"
        }
    }
}

func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
