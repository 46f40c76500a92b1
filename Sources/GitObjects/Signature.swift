/// Who wrote a commit or tag, and when.
///
/// A display name is somebody's free text; a line break in it would become a header of the commit.
/// A signature therefore cleans what it is given and can always be written: control characters are
/// shown as text, `<` and `>` left out, and what is left of nothing is `unknown`. Times before 1970,
/// which git refuses, become 0: Graph says `0001-01-01` for never.
package struct Signature: Hashable, Sendable {
    package let name: String
    package let email: String
    /// Seconds since 1970, UTC.
    package let time: Int64

    package init(name: String, email: String, time: Int64) {
        self.name = Self.clean(name)
        self.email = Self.clean(email)
        self.time = max(0, time)
    }

    /// The bytes of a header's value: `Adele Vance <adele@contoso.com> 1793498400 +0000`.
    package var line: String { "\(name) <\(email)> \(time) +0000" }

    private static func clean(_ text: String) -> String {
        // Git leaves out the same characters and trims the same ones (`strbuf_addstr_without_crud`).
        let crud: (Unicode.Scalar) -> Bool = {
            $0.value <= 0x20 || ".,:;<>\"\\'".unicodeScalars.contains($0)
        }
        var scalars = text.printable.unicodeScalars.filter { $0 != "<" && $0 != ">" }[...]
        while let first = scalars.first, crud(first) { scalars.removeFirst() }
        while let last = scalars.last, crud(last) { scalars.removeLast() }
        return scalars.isEmpty ? "unknown" : String(String.UnicodeScalarView(scalars))
    }

    /// Reads a header's value as git writes it; anyone's commit may be read, so what is missing is
    /// empty or 0.
    ///
    /// Byte for byte, for a name or address may begin with an accent, which to a `String` belongs
    /// to the character before it.
    init(line: String) {
        let bytes = Array(line.utf8)
        let open = bytes.lastIndex(of: UInt8(ascii: "<")) ?? bytes.endIndex
        let close = bytes[open...].firstIndex(of: UInt8(ascii: ">")) ?? bytes.endIndex
        name = trimmed(bytes[..<open])
        email = String(decoding: bytes[open..<close].dropFirst(), as: UTF8.self)
        let rest = String(decoding: bytes[close...].dropFirst(), as: UTF8.self)
        time = rest.split(separator: " ").first.flatMap { Int64($0) } ?? 0
    }
}

/// The text without the spaces around it.
private func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") }
    let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? bytes.startIndex
    return String(decoding: bytes[..<end].drop(while: isSpace), as: UTF8.self)
}
