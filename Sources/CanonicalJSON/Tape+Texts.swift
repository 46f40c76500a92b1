/// The texts of names and strings, and their paths, which errors tell.
extension Tape {
    /// Returns the path of the member whose name is at `index`, inside all open containers.
    func path(to index: Int, _ input: Span<UInt8>) -> String {
        var path = ""
        let open = outer.dropFirst() + [innermost]
        for (outer, inner) in zip(open, open.dropFirst()) {
            path += step(from: outer, to: Int(inner.entry), input, isFirst: path.isEmpty)
        }
        return path + (path.isEmpty ? "" : ".") + string(entries[index], input)
    }

    private func step(
        from outer: Container, to child: Int, _ input: Span<UInt8>, isFirst: Bool
    ) -> String {
        if outer.isObject { return (isFirst ? "" : ".") + string(entries[child - 1], input) }
        var position = 0
        var at = Int(outer.entry) + 1
        while at < child {
            position += 1
            at = Int(entries[at].next)
        }
        return "[\(position)]"
    }

    /// Returns a name's or a string's text; unpaired surrogates are replaced.
    func string(_ entry: Entry, _ input: Span<UInt8>) -> String {
        StringEscapes.string(text(entry, input))
    }

    /// Returns a name's or a string's decoded text.
    func text(_ entry: Entry, _ input: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        if entry.traits.contains(.escaped) {
            bytes.append(decoded.span, entry.text)
        } else {
            bytes.append(input, entry.text)
        }
        return bytes
    }
}
