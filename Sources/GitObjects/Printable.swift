extension String {
    /// The text on one line, with nothing in it that could steer a terminal or disguise what
    /// stands there: control, bidirectional and other invisible characters are shown as `\u202e`.
    ///
    /// For everything that comes from a tenant, a server or an archive, wherever a person reads
    /// it: on the terminal, in a commit's text, in an author's name.
    package var printable: String {
        guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            guard scalar.isUnprintable else {
                text.unicodeScalars.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            text +=
                scalar.value > 0xFFFF
                ? "\\u{\(digits)}"
                : "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Controls, line and paragraph separators, and format characters (bidirectional marks, zero
    /// width joiners, tags), Unicode's categories Cc, Cf, Zl and Zp.
    fileprivate var isUnprintable: Bool {
        guard value > 0x7E else { return value < 0x20 }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
