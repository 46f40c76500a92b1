/// Who wrote a commit or tag, and when.
///
/// A display name is somebody's free text; a line break in it would become a header of the commit.
/// A signature therefore cleans what it is given and can always be written: control characters are
/// shown as text, `<` and `>` left out, and what is left of nothing is `unknown`.
package struct Signature: Hashable, Sendable {
    package let name: String
    package let email: String
    /// Seconds since 1970, UTC.
    package let time: Int64

    package init(name: String, email: String, time: Int64) {
        self.name = Self.clean(name)
        self.email = Self.clean(email)
        self.time = time
    }

    /// The bytes of a header's value: `Adele Vance <adele@contoso.com> 1793498400 +0000`.
    var line: String { "\(name) <\(email)> \(time) +0000" }

    private static func clean(_ text: String) -> String {
        // Git leaves out the same characters and trims the same ones (`strbuf_addstr_without_crud`).
        let crud: (Unicode.Scalar) -> Bool = { $0.value <= 0x20 || ".,:;<>\"\\'".unicodeScalars.contains($0) }
        var scalars = text.printable.unicodeScalars.filter { $0 != "<" && $0 != ">" }[...]
        while let first = scalars.first, crud(first) { scalars.removeFirst() }
        while let last = scalars.last, crud(last) { scalars.removeLast() }
        return scalars.isEmpty ? "unknown" : String(String.UnicodeScalarView(scalars))
    }

    /// Reads a header's value as git writes it; anyone's commit may be read, so what is missing is
    /// empty or 0.
    init(line: Substring) {
        let open = line.lastIndex(of: "<") ?? line.endIndex
        let close = line[open...].firstIndex(of: ">") ?? line.endIndex
        name = String(line[..<open]).trimmed
        email = open < close ? String(line[line.index(after: open)..<close]) : ""
        let rest = close < line.endIndex ? line[line.index(after: close)...] : ""
        time = rest.split(separator: " ").first.flatMap { Int64($0) } ?? 0
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
