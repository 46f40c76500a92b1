/// Brings the members of objects into the order of their names.
///
/// A service sends the members of one type in one order nearly always. So the last permutation is
/// kept for each pair of depth and member count, applied, and checked; only if it does not fit is
/// there something to sort. It costs 16 KiB.
struct MemberSorter {
    private static let slots = 64
    /// The most members an object may have whose permutation is kept.
    private static let room = 256

    /// The members to sort, as tape indices in the order received.
    var members: [Int32] = []
    private var ranks: [Int32] = []
    private var remembered = [UInt8](repeating: 0, count: slots * room)
    private var counts = [Int](repeating: -1, count: slots)

    /// Appends ``members`` to `order` by their names.
    ///
    /// - Returns: a member whose name has been used by one before it, if there is one.
    @inline(__always)
    mutating func sort(
        into order: inout [Int32], _ tape: [Tape.Entry], _ input: Span<UInt8>,
        _ decoded: [UInt8], depth: Int
    ) -> Int32? {
        let slot = (depth &* 31 &+ members.count) & (Self.slots &- 1)
        let base = order.count
        if counts[slot] == members.count, apply(slot, &order, tape, input, decoded) { return nil }
        order.removeSubrange(base...)
        return sortAnew(into: &order, tape, input, decoded, slot)
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
        into order: inout [Int32], _ tape: [Tape.Entry], _ input: Span<UInt8>,
        _ decoded: [UInt8], _ slot: Int
    ) -> Int32? {
        ranks.removeAll(keepingCapacity: true)
        ranks.append(contentsOf: 0..<Int32(members.count))
        let members = members
        ranks.sort { left, right in
            Self.compare(
                tape[Int(members[Int(left)])], tape[Int(members[Int(right)])], input, decoded) < 0
        }
        for rank in ranks { order.append(members[Int(rank)]) }
        if members.count <= Self.room {
            counts[slot] = members.count
            for (offset, rank) in ranks.enumerated() {
                remembered[slot * Self.room + offset] = UInt8(rank)
            }
        }
        return duplicate(in: order.suffix(members.count), tape, input, decoded)
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
