/// Brings the members of objects into the order of their names.
///
/// A service sends the members of one type in one order nearly always. So the last permutation is
/// kept for each shape (depth, member count, length of the outer names), applied, and checked; only if it does not fit is
/// there something to sort. It costs 32 KiB.
struct MemberSorter {
    private static let slots = 128
    /// The most members an object may have whose permutation is kept.
    private static let room = 256

    /// The members to sort, as tape indices in the order received.
    var members: [Int32] = []
    private var ranks: [Int32] = []
    private var remembered = [UInt8](repeating: 0, count: slots * room)
    private var shapes = [UInt64](repeating: 0, count: slots)

    /// Appends ``members`` to `order` by their names.
    ///
    /// - Returns: a member whose name has been used by one before it, if there is one.
    @inline(__always)
    mutating func sort(
        into order: inout [Int32], _ tape: [Tape.Entry], _ input: Span<UInt8>,
        _ decoded: [UInt8], depth: Int
    ) -> Int32? {
        guard members.count > 1 else {
            order.append(contentsOf: members)
            return nil
        }
        let shape = shape(tape, depth: depth)
        let slot = slot(of: shape)
        let base = order.count
        if shapes[slot] == shape, apply(slot, &order, tape, input, decoded) { return nil }
        order.removeSubrange(base...)
        sortAnew(into: &order, tape, input, decoded)
        remember(shape, in: slot)
        return duplicate(in: order[base...], tape, input, decoded)
    }

    /// Returns what tells the shape of the object from others; never zero.
    @inline(__always)
    private func shape(_ tape: [Tape.Entry], depth: Int) -> UInt64 {
        guard let first = members.first, let last = members.last else { return 1 }
        let lengths = tape[Int(first)].text.count &* 64 &+ tape[Int(last)].text.count
        return UInt64(truncatingIfNeeded: depth &<< 48 &+ members.count &<< 24 &+ lengths)
    }

    /// Returns the slot of a shape, or if it has none the one that it should take: of four, the
    /// first that is free or else the first of all.
    @inline(__always)
    private func slot(of shape: UInt64) -> Int {
        let home = Int(truncatingIfNeeded: (shape &* 0x9E37_79B9_7F4A_7C15) &>> 57)
        for offset in 0..<4 {
            let slot = (home &+ offset) & (Self.slots &- 1)
            if shapes[slot] == shape || shapes[slot] == 0 { return slot }
        }
        return home
    }

    /// Appends the members in the remembered order; returns whether their names ascend so.
    @inline(__always)
    private func apply(
        _ slot: Int, _ order: inout [Int32], _ tape: [Tape.Entry], _ input: Span<UInt8>,
        _ decoded: [UInt8]
    ) -> Bool {
        var previous: Int32 = -1
        for place in slot &* Self.room..<slot &* Self.room &+ members.count {
            let member = members[Int(remembered[place])]
            if previous >= 0,
                Self.compare(tape[Int(previous)], tape[Int(member)], input, decoded) >= 0
            {
                return false
            }
            order.append(member)
            previous = member
        }
        return true
    }

    private mutating func sortAnew(
        into order: inout [Int32], _ tape: [Tape.Entry], _ input: Span<UInt8>, _ decoded: [UInt8]
    ) {
        ranks.removeAll(keepingCapacity: true)
        ranks.append(contentsOf: 0..<Int32(members.count))
        let members = members
        ranks.sort { left, right in
            Self.compare(
                tape[Int(members[Int(left)])], tape[Int(members[Int(right)])], input, decoded) < 0
        }
        for rank in ranks { order.append(members[Int(rank)]) }
    }

    private mutating func remember(_ shape: UInt64, in slot: Int) {
        guard ranks.count <= Self.room else { return }
        shapes[slot] = shape
        for (offset, rank) in ranks.enumerated() {
            remembered[slot * Self.room + offset] = UInt8(rank)
        }
    }

    private func duplicate(
        in sorted: ArraySlice<Int32>, _ tape: [Tape.Entry], _ input: Span<UInt8>,
        _ decoded: [UInt8]
    ) -> Int32? {
        for (left, right) in zip(sorted, sorted.dropFirst())
        where Self.compare(tape[Int(left)], tape[Int(right)], input, decoded) == 0 {
            return max(left, right)
        }
        return nil
    }

    /// Returns a number below, at or above zero as `left` sorts before, with or after `right`.
    @inline(__always)
    static func compare(
        _ left: Tape.Entry, _ right: Tape.Entry, _ input: Span<UInt8>, _ decoded: [UInt8]
    ) -> Int {
        switch (left.traits.contains(.escaped), right.traits.contains(.escaped)) {
        case (false, false): input.compare(left.text, to: input, right.text)
        case (true, false): decoded.span.compare(left.text, to: input, right.text)
        case (false, true): input.compare(left.text, to: decoded.span, right.text)
        case (true, true): decoded.span.compare(left.text, to: decoded.span, right.text)
        }
    }
}

extension Span<UInt8> {
    /// Compares bytes as unsigned numbers, eight at a time; the shorter of two alike comes first.
    @inline(__always)
    func compare(_ range: Range<Int>, to other: Span<UInt8>, _ otherRange: Range<Int>) -> Int {
        var (at, there) = (range.lowerBound, otherRange.lowerBound)
        var left = Swift.min(range.count, otherRange.count)
        while left >= 8 {
            let (mine, theirs) = (word(at: at).byteSwapped, other.word(at: there).byteSwapped)
            if mine != theirs { return mine < theirs ? -1 : 1 }
            (at, there, left) = (at &+ 8, there &+ 8, left &- 8)
        }
        if left > 0, at &+ 8 <= count, there &+ 8 <= other.count {
            let unused = UInt64(truncatingIfNeeded: 64 &- 8 &* left)
            let mine = word(at: at).byteSwapped &>> unused
            let theirs = other.word(at: there).byteSwapped &>> unused
            if mine != theirs { return mine < theirs ? -1 : 1 }
            left = 0
        }
        while left > 0 {
            if self[at] != other[there] { return self[at] < other[there] ? -1 : 1 }
            (at, there, left) = (at &+ 1, there &+ 1, left &- 1)
        }
        return range.count &- otherRange.count
    }
}
