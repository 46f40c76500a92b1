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
