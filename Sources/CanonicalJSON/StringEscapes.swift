/// Decodes the escapes of JSON strings, and writes them the canonical way.
///
/// Decoded text is WTF-8: UTF-8 in which an unpaired surrogate takes the three bytes that its code
/// point would have. So every JSON string has exactly one decoded form, and those sort.
enum StringEscapes {
    /// Decodes the escape whose backslash is at `start`; returns the offset after it.
    ///
    /// A high surrogate takes the escaped low one after it along.
    static func decode(
        _ input: Span<UInt8>, at start: Int, into text: inout [UInt8]
    ) throws(JSONError) -> Int {
        guard start + 1 < input.count else { throw JSONError(.truncated, at: input.count) }
        switch input[start + 1] {
        case 0x22: text.append(0x22)
        case 0x5C: text.append(0x5C)
        case 0x2F: text.append(0x2F)
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0C)
        case 0x6E: text.append(0x0A)
        case 0x72: text.append(0x0D)
        case 0x74: text.append(0x09)
        case 0x75: return try decodeUnicode(input, at: start, into: &text)
        default: throw JSONError(.invalidEscape, at: start)
        }
        return start + 2
    }

    private static func decodeUnicode(
        _ input: Span<UInt8>, at start: Int, into text: inout [UInt8]
    ) throws(JSONError) -> Int {
        let unit = try hexadecimal(input, escape: start)
        guard 0xD800...0xDBFF ~= unit, isUnicodeEscape(input, at: start + 6) else {
            append(unit, to: &text)
            return start + 6
        }
        let low = try hexadecimal(input, escape: start + 6)
        guard 0xDC00...0xDFFF ~= low else {
            append(unit, to: &text)
            return start + 6
        }
        append(0x1_0000 + (unit - 0xD800) << 10 + (low - 0xDC00), to: &text)
        return start + 12
    }

    private static func isUnicodeEscape(_ input: Span<UInt8>, at start: Int) -> Bool {
        start + 1 < input.count && input[start] == 0x5C && input[start + 1] == 0x75
    }

    /// Returns the value of the four digits of the escape that begins at `start`.
    private static func hexadecimal(
        _ input: Span<UInt8>, escape start: Int
    ) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for at in start + 2..<start + 6 {
            guard at < input.count else { throw JSONError(.truncated, at: input.count) }
            switch input[at] {
            case let byte where 0x30...0x39 ~= byte: value = value << 4 | UInt32(byte - 0x30)
            case let byte where 0x41...0x46 ~= byte: value = value << 4 | UInt32(byte - 0x37)
            case let byte where 0x61...0x66 ~= byte: value = value << 4 | UInt32(byte - 0x57)
            default: throw JSONError(.invalidEscape, at: start)
            }
        }
        return value
    }

    /// Appends a code point as WTF-8.
    private static func append(_ point: UInt32, to text: inout [UInt8]) {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(point >> shift & 0x3F) }
        switch point {
        case ..<0x80:
            text.append(UInt8(point))
        case ..<0x800:
            text += [0xC0 | UInt8(point >> 6), continuation(0)]
        case ..<0x1_0000:
            text += [0xE0 | UInt8(point >> 12), continuation(6), continuation(0)]
        default:
            text += [
                0xF0 | UInt8(point >> 18), continuation(12), continuation(6), continuation(0),
            ]
        }
    }
}

// MARK: - The canonical spelling

extension StringEscapes {
    /// Returns how many bytes ``write(_:_:into:)`` writes, without quotes.
    static func canonicalCount(_ text: Span<UInt8>, _ range: Range<Int>) -> Int {
        var count = 0
        var at = range.lowerBound
        while at < range.upperBound {
            if isSurrogate(text, at: at) {
                count += 6
                at += 3
            } else {
                count += escapedCount(text[at])
                at += 1
            }
        }
        return count
    }

    /// Writes decoded text with only `"`, `\`, control characters and unpaired surrogates escaped.
    static func write(
        _ text: Span<UInt8>, _ range: Range<Int>, into output: inout OutputSpan<UInt8>
    ) {
        var at = range.lowerBound
        while at < range.upperBound {
            if isSurrogate(text, at: at) {
                let unit = 0xD000 | UInt32(text[at + 1] & 0x3F) << 6 | UInt32(text[at + 2] & 0x3F)
                writeUnicode(unit, into: &output)
                at += 3
            } else {
                write(text[at], into: &output)
                at += 1
            }
        }
    }

    /// Only a surrogate has these first two bytes; `text` is whole, so its third is there too.
    fileprivate static func isSurrogate(_ text: Span<UInt8>, at: Int) -> Bool {
        text[at] == 0xED && text[at + 1] >= 0xA0
    }

    private static func escapedCount(_ byte: UInt8) -> Int {
        switch byte {
        case 0x22, 0x5C, 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        case ..<0x20: 6
        default: 1
        }
    }

    private static func write(_ byte: UInt8, into output: inout OutputSpan<UInt8>) {
        switch byte {
        case 0x22, 0x5C: writePair(byte, into: &output)
        case 0x08: writePair(0x62, into: &output)
        case 0x09: writePair(0x74, into: &output)
        case 0x0A: writePair(0x6E, into: &output)
        case 0x0C: writePair(0x66, into: &output)
        case 0x0D: writePair(0x72, into: &output)
        case ..<0x20: writeUnicode(UInt32(byte), into: &output)
        default: output.append(byte)
        }
    }

    private static func writePair(_ letter: UInt8, into output: inout OutputSpan<UInt8>) {
        output.append(0x5C)
        output.append(letter)
    }

    private static func writeUnicode(_ unit: UInt32, into output: inout OutputSpan<UInt8>) {
        writePair(0x75, into: &output)
        for shift: UInt32 in [12, 8, 4, 0] {
            let digit = UInt8(unit >> shift & 0xF)
            output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}

extension StringEscapes {
    /// Returns decoded text as a string; an unpaired surrogate becomes one U+FFFD.
    static func string(_ text: [UInt8]) -> String {
        var valid: [UInt8] = []
        valid.reserveCapacity(text.count)
        var at = 0
        while at < text.count {
            if isSurrogate(text.span, at: at) {
                valid += [0xEF, 0xBF, 0xBD]
                at += 3
            } else {
                valid.append(text[at])
                at += 1
            }
        }
        return String(decoding: valid, as: UTF8.self)
    }
}
