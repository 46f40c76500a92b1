/// How many objects a collection says it has.
extension Tape {
    /// Graph's name of the member, and Azure's.
    static let countNames = [Array("@odata.count".utf8), Array("count".utf8)]

    /// Returns the number that is the document: `60`, `"60"`, or `{"type": "Total", "value": 60}` as
    /// Azure has it. `nil` if it is none.
    func count(_ input: Span<UInt8>) -> Int? {
        guard entries[0].kind == .object else { return number(entries[0], input) }
        var at = 1
        while at < entries.count {
            if text(entries[at], input).elementsEqual("value".utf8) {
                return number(entries[at + 1], input)
            }
            at = Int(entries[at + 1].next)
        }
        return nil
    }

    private func number(_ entry: Entry, _ input: Span<UInt8>) -> Int? {
        switch entry.kind {
        case .number:
            var digits: [UInt8] = []
            digits.append(input, entry.received)
            return Int(StringEscapes.string(digits))
        case .string: return Int(string(entry, input))
        default: return nil
        }
    }
}
