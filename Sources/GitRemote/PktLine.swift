/// One line of git's protocol: four hexadecimal digits of length, then the bytes
/// (git's `gitprotocol-common`).
enum PktLine: Equatable {
    case data([UInt8])
    /// `0000`, the end of a section.
    case flush

    /// The longest line, its length included.
    static let longest = 65_520

    /// What `text` is on the wire.
    static func bytes(_ text: String) -> [UInt8] {
        let content = Array(text.utf8)
        precondition(content.count + 4 <= longest, "a line is longer than git allows")
        let digits = String(content.count + 4, radix: 16)
        return Array((String(repeating: "0", count: 4 - digits.count) + digits).utf8) + content
    }

    static let flushBytes = Array("0000".utf8)

    /// The length that four digits give; `nil` if they are none.
    static func length(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.count == 4 else { return nil }
        var length = 0
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            length = length << 4 | Int(value)
        }
        return length
    }

    /// The line as text without its line break; `nil` for a flush.
    var text: String? {
        guard case .data(let bytes) = self else { return nil }
        return String(
            decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...],
            as: UTF8.self)
    }
}
