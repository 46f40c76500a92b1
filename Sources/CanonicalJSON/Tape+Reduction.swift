/// What is dropped from an item because of what it is. That is known only when the item has ended,
/// since its members come in any order.
extension Tape {
    /// Takes the members out of the item on the tape that it is not to have.
    ///
    /// It ended last, so its members are the last in `order`.
    mutating func reduce(_ input: Span<UInt8>) {
        guard entries[0].kind == .object else { return }
        var names: [[UInt8]] = []
        for reduction in rules.reductions where applies(reduction, input) {
            names += reduction.dropped
        }
        guard !names.isEmpty else { return }
        var (bytes, place) = (0, Int(entries[0].first))
        for member in order[place..<orderCount] {
            let name = Int(member)
            if names.contains(text(entries[name], input)) {
                // With its indentation, its line feed and its comma.
                bytes += Int(entries[name].size) + Int(entries[name + 1].size) + 4
            } else {
                order[place] = member
                place += 1
            }
        }
        orderCount = place
        entries[0].last = Int32(place)
        entries[0].size = entries[0].first == entries[0].last ? 2 : entries[0].size - Int32(bytes)
    }

    private func applies(_ reduction: CanonicalRules.Reduction, _ input: Span<UInt8>) -> Bool {
        members(of: 0).contains { name in
            entries[name + 1].kind == .string && text(entries[name], input) == reduction.member
                && text(entries[name + 1], input) == reduction.text
        }
    }
}
