import GitObjects

extension String {
    /// The text as a line of output: one line, with nothing in it that steers a terminal.
    ///
    /// - Parameter pipeline: also breaks up what an agent would run as a command: Azure Pipelines
    ///   looks for `##vso[` anywhere in a line and for `##[` at its beginning, GitHub Actions for
    ///   `::` at its beginning and `##[` anywhere.
    func asLine(pipeline: Bool) -> String {
        let line = printable
        return pipeline ? line.parting("#", with: " ").parting(":", with: " ") : line
    }

    /// A JSON document with the same meaning that is safe to print: what a person cannot see is
    /// written `\u202e`, and no agent finds a command in it.
    var safeJSON: String {
        var text = ""
        var last: Unicode.Scalar?
        for scalar in unicodeScalars {
            let isCommand = (scalar == "#" || scalar == ":") && scalar == last
            let isHidden = scalar.value >= 0x7F && String(scalar).printable != String(scalar)
            if isCommand || isHidden {
                text += scalar.jsonEscape
            } else {
                text.unicodeScalars.append(scalar)
            }
            last = scalar
        }
        return text
    }

    /// Puts `gap` between two `mark`s that follow each other.
    private func parting(_ mark: Unicode.Scalar, with gap: Unicode.Scalar) -> String {
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar == mark, text.last == mark { text.append(gap) }
            text.append(scalar)
        }
        return String(text)
    }
}

extension Unicode.Scalar {
    /// `\u202e`; two of them outside the basic plane.
    fileprivate var jsonEscape: String {
        String(self).utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}
