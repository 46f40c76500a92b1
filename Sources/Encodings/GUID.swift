/// Whether `text` is 8-4-4-4-12 hexadecimal digits, in any case of letters.
package func isGUID(_ text: some Collection<UInt8>) -> Bool {
    text.count == 36 && zip(0..., text).allSatisfy { isGUIDByte($1, at: $0) }
}

/// Whether `text` is 8-4-4-4-12 hexadecimal digits, in any case of letters.
package func isGUID(_ text: Span<UInt8>) -> Bool {
    text.count == 36 && text.indices.allSatisfy { isGUIDByte(text[$0], at: $0) }
}

private func isGUIDByte(_ byte: UInt8, at place: Int) -> Bool {
    switch place {
    case 8, 13, 18, 23: byte == UInt8(ascii: "-")
    default:
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
