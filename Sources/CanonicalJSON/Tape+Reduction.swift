/// What is dropped from an item because of what it is. That is known only when the item has ended,
/// since its members come in any order.
extension Tape {
    /// Takes members of the item at `index`, which are in `order` from `base` on, out of it again;
    /// returns how many bytes they would have taken.
    ///
    /// It is a function of its own so that closing an object of other types stays small.
    @inline(never)
    mutating func reduce(_ index: Int, from base: Int, _ input: Span<UInt8>) -> Int {
        guard entries[index].kind == .object else { return 0 }
        var names: [[UInt8]] = []
        for reduction in rules.reductions where applies(reduction, to: index, input) {
            names += reduction.dropped
        }
        guard !names.isEmpty else { return 0 }
        var (bytes, place) = (0, base)
        for member in order[base..<orderCount] {
            let name = Int(member)
            if names.contains(text(entries[name], input)) {
                bytes += Int(entries[name].size) + Int(entries[name + 1].size)
            } else {
                order[place] = member
                place += 1
            }
        }
        orderCount = place
        return bytes
    }

    private func applies(
        _ reduction: CanonicalRules.Reduction, to index: Int, _ input: Span<UInt8>
    ) -> Bool {
        members(of: index).contains { name in
            entries[name + 1].kind == .string && text(entries[name], input) == reduction.member
                && text(entries[name + 1], input) == reduction.text
        }
    }
}
