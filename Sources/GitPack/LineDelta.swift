import Glibc

/// Makes deltas against one text, line by line.
///
/// Objects of one type are alike: in canonical JSON the same members stand on lines that begin alike
/// and in the same order. Both texts are therefore followed in step. Where they differ, the lines'
/// common beginning and end are copied and the middle is written out; where a member is not in both,
/// the line of the base with the same name is looked up and followed from there. Any other bytes are
/// only worse compressed.
///
/// Cost: the target is read once, eight bytes at a time. 3 µs for 4 KB that differ in 45 lines.
package struct LineDelta {
    /// The text that is copied from.
    private(set) var base: [UInt8]
    /// All lines of the base, and an empty one at its end.
    private var lines: [Line] = []
    /// The last line of each hash of a beginning, plus one; 0 if there is none.
    private var slots: [Int32]

    private struct Line {
        let start: Int
        /// Where the beginning ends: behind the colon after the name. The line's start if it has none.
        let name: Int
        /// Of the beginning.
        let hash: UInt32
        /// The line before with the same slot, plus one.
        let previous: Int32
    }

    /// Lines with one beginning that are looked at.
    private static let longestSearch = 16

    package init(base: [UInt8]) {
        self.base = base
        slots = []
        let lineCount = base.count { $0 == newline }
        var size = 64
        while size < lineCount * 2 { size *= 2 }
        slots = [Int32](repeating: 0, count: size)
        base.withUnsafeBytes { index($0) }
    }

    private mutating func index(_ base: UnsafeRawBufferPointer) {
        var start = 0
        while start < base.count {
            let end = lineEnd(base, start)
            let name = nameEnd(base, start, end) ?? start
            let hash = hash(base, start, name)
            let slot = Int(hash) & (slots.count - 1)
            lines.append(Line(start: start, name: name, hash: hash, previous: slots[slot]))
            if name > start { slots[slot] = Int32(lines.count) }
            start = end
        }
        lines.append(Line(start: start, name: start, hash: 0, previous: 0))
    }

    /// Writes the delta that makes `target` of the base.
    package func encode(_ target: UnsafeRawBufferPointer, into delta: inout DeltaWriter) {
        base.withUnsafeBytes { base in
            lines.withUnsafeBufferPointer { lines in
                delta.begin(baseCount: base.count, targetCount: target.count)
                var walk = Walk(base: base, lines: lines, target: target)
                while walk.to < target.count { step(&walk, &delta) }
                delta.finish(base)
            }
        }
    }

    /// Where both texts have been followed to.
    private struct Walk {
        let base: UnsafeRawBufferPointer
        let lines: UnsafeBufferPointer<Line>
        let target: UnsafeRawBufferPointer
        private(set) var from = 0
        var to = 0
        /// The base's line that `from` is in.
        private(set) var line = 0

        /// Goes on in the base; only ``jump(to:in:)`` goes back.
        mutating func move(to place: Int) {
            from = place
            while line + 1 < lines.count, lines[line + 1].start <= place { line += 1 }
        }

        mutating func jump(to place: Int, in line: Int) {
            from = place
            self.line = line
        }

        /// Where the base's line ends.
        var lineEnd: Int { line + 1 < lines.count ? lines[line + 1].start : base.count }
    }

    /// Copies what is equal, then deals with one difference.
    ///
    /// Ends: each step takes a byte of the target at least, or moves to where the next one will.
    private func step(_ walk: inout Walk, _ delta: inout DeltaWriter) {
        let equal = commonPrefix(walk.base, walk.from, walk.target, walk.to)
        let to = walk.to + equal
        guard to < walk.target.count else {
            delta.copy(walk.base, walk.from, equal)
            walk.to = to
            return
        }
        var ahead = walk
        ahead.move(to: walk.from + equal)
        let end = lineEnd(walk.target, to)
        let name = walk.lines[ahead.line].name
        if name == walk.lines[ahead.line].start || ahead.from < name {
            // Not behind a name in the base; what is in the target?
            let line = lineStart(walk.target, to)
            if let name = nameEnd(walk.target, line, end), name > to {
                return passMember(line..<end, name, &walk, &delta)
            }
        }
        if equal > 0 { delta.copy(walk.base, walk.from, equal) }
        walk = ahead
        passValue(to..<end, &walk, &delta)
    }

    /// The target's line has another name than the base's: goes on where the base has that name, or
    /// writes the line out.
    private func passMember(
        _ line: Range<Int>, _ name: Int, _ walk: inout Walk, _ delta: inout DeltaWriter
    ) {
        let start = max(line.lowerBound, walk.to)
        let copied = start - walk.to
        if copied > 0 { delta.copy(walk.base, walk.from, copied) }
        walk.move(to: walk.from + copied)
        walk.to = start
        if let found = self.line(named: line.lowerBound..<name, walk) {
            walk.jump(to: walk.lines[found].start + start - line.lowerBound, in: found)
        } else {
            insert(start..<line.upperBound, walk, &delta)
            walk.to = line.upperBound
        }
    }

    /// Inside one line the texts differ: the lines' common end is copied, what is before it written
    /// out.
    private func passValue(_ to: Range<Int>, _ walk: inout Walk, _ delta: inout DeltaWriter) {
        let end = walk.lineEnd
        let tail = commonSuffix(walk.base, walk.from..<end, walk.target, to)
        let middle = to.lowerBound..<(to.upperBound - tail)
        if !middle.isEmpty { insert(middle, walk, &delta) }
        walk.move(to: end - tail)
        walk.to = middle.upperBound
    }

    private func insert(_ range: Range<Int>, _ walk: Walk, _ delta: inout DeltaWriter) {
        delta.insert(UnsafeRawBufferPointer(rebasing: walk.target[range]), after: walk.base)
    }

    /// Returns the base's line that has the same beginning; the nearest if there are several.
    private func line(named name: Range<Int>, _ walk: Walk) -> Int? {
        let hash = hash(walk.target, name.lowerBound, name.upperBound)
        var next = slots[Int(hash) & (slots.count - 1)]
        var nearest: Int?
        var left = Self.longestSearch
        while next > 0, left > 0 {
            let place = Int(next) - 1
            let line = walk.lines[place]
            next = line.previous
            left -= 1
            guard line.hash == hash,
                commonPrefix(walk.base, line.start, walk.target, name.lowerBound) >= name.count
            else { continue }
            if let nearest, abs(nearest - walk.line) <= abs(place - walk.line) { continue }
            nearest = place
        }
        return nearest
    }
}

private let newline = UInt8(ascii: "\n")

/// The end of the line that holds `start`, with its line break.
private func lineEnd(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
    place(of: newline, in: text, start, text.count).map { $0 + 1 } ?? text.count
}

private func lineStart(_ text: UnsafeRawBufferPointer, _ at: Int) -> Int {
    var start = at
    while start > 0, text[start - 1] != newline { start -= 1 }
    return start
}

/// The end of a member's name with its quote and colon; `nil` if the line holds none.
private func nameEnd(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
    var at = start
    while at < end, text[at] == UInt8(ascii: " ") { at += 1 }
    guard at < end, text[at] == UInt8(ascii: "\"") else { return nil }
    guard let quote = place(of: UInt8(ascii: "\""), in: text, at + 1, end), quote + 1 < end else {
        return nil
    }
    return text[quote + 1] == UInt8(ascii: ":") ? quote + 2 : nil
}

private func place(
    of byte: UInt8, in text: UnsafeRawBufferPointer, _ start: Int, _ end: Int
) -> Int? {
    guard start < end, let first = text.baseAddress,
        let found = memchr(first + start, Int32(byte), end - start)
    else { return nil }
    return UnsafeRawPointer(found) - first
}

private func hash(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for at in start..<end { hash = (hash ^ UInt32(text[at])) &* 16_777_619 }
    return hash ^ hash >> 15
}

/// Bytes that both texts go on with alike.
private func commonPrefix(
    _ one: UnsafeRawBufferPointer, _ oneStart: Int,
    _ other: UnsafeRawBufferPointer, _ otherStart: Int
) -> Int {
    let limit = min(one.count - oneStart, other.count - otherStart)
    guard limit > 0, let left = one.baseAddress, let right = other.baseAddress else { return 0 }
    let (one, other) = (left + oneStart, right + otherStart)
    var count = 0
    while count &+ 8 <= limit {
        let left = one.loadUnaligned(fromByteOffset: count, as: UInt64.self)
        let right = other.loadUnaligned(fromByteOffset: count, as: UInt64.self)
        if left != right {
            return count &+ (left.littleEndian ^ right.littleEndian).trailingZeroBitCount &>> 3
        }
        count &+= 8
    }
    while count < limit,
        one.load(fromByteOffset: count, as: UInt8.self)
            == other.load(fromByteOffset: count, as: UInt8.self)
    { count &+= 1 }
    return count
}

/// Bytes that both ranges end in.
private func commonSuffix(
    _ one: UnsafeRawBufferPointer, _ oneRange: Range<Int>,
    _ other: UnsafeRawBufferPointer, _ otherRange: Range<Int>
) -> Int {
    let limit = min(oneRange.count, otherRange.count)
    var count = 0
    while count + 8 <= limit {
        let left = one.loadUnaligned(
            fromByteOffset: oneRange.upperBound - count - 8, as: UInt64.self)
        let right = other.loadUnaligned(
            fromByteOffset: otherRange.upperBound - count - 8, as: UInt64.self)
        if left != right {
            return count + (left.littleEndian ^ right.littleEndian).leadingZeroBitCount / 8
        }
        count += 8
    }
    while count < limit,
        one[oneRange.upperBound - count - 1] == other[otherRange.upperBound - count - 1]
    { count += 1 }
    return count
}
