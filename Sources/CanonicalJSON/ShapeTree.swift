/// The shapes of the objects that were read last: which name came after which, what each means for
/// its value, and in which order the members are written.
///
/// A service sends the objects of one type with the same names in the same order nearly always. So
/// a name is first compared with the one that came there last time; if it is that one, all that
/// follows from it is known. The names of an object are all known only if it is one that was read
/// before, name by name, so its members need neither sorting nor a search for duplicates.
///
/// - Cost: 44 bytes for each name of each shape, twice its text, and two bytes more for each member
///   of each shape that an object ended with; about half a megabyte at most. What does not fit is
///   not learnt, and the next document begins anew.
struct ShapeTree: Sendable {
    /// An object as far as its names were read.
    struct Shape: Sendable {
        /// What decides about the value of the last name.
        var setting = Tape.Setting()
        /// Whether the member with the last name is dropped.
        var isDropped = false
        /// Whether the last name may be that of the ID, if the object is the item.
        var mayNameID = false
        /// The last name as received, quotes included: where it is in `blocks`, and how long.
        var block: Int32 = 0
        var byteCount: Int32 = 0
        /// The shape with one name more that was met last.
        var next = ShapeTree.none
        /// Another shape that differs in its last name only.
        var sibling = ShapeTree.none
        /// The shape with which objects in the value of the last name begin.
        var inner = ShapeTree.none
        var memberCount: Int32 = 0
        /// If an object ended here, where the places of its members are in `places`.
        var order = ShapeTree.none
        /// How many of them are written, and how many bytes their names take.
        var keptCount: Int32 = 0
        var nameBytes: Int32 = 0
    }

    /// Sixteen bytes of a name, and which of them count: all, but for the last of a name.
    private struct Block {
        let bytes: SIMD16<UInt8>
        let mask: SIMD16<UInt8>

        /// Masks for all counts of bytes.
        private static let masks = (0...16).map { count in
            var mask = SIMD16<UInt8>(repeating: 0)
            for place in 0..<count { mask[place] = .max }
            return mask
        }

        /// The bytes of `input` from `start` to `end`, or as many as there is room for.
        init(_ input: Span<UInt8>, from start: Int, to end: Int) {
            mask = Self.masks[min(16, end - start)]
            bytes = input.block(at: start, until: end) & mask
        }
    }

    /// Stands for the shape of an object that is not to be remembered.
    static let none: Int32 = -1
    /// The shape of the document, in which its value stands.
    static let document: Int32 = 0
    /// The place of a member that is not written.
    static let dropped: UInt16 = .max

    private static let shapeLimit = 4096
    private static let blockLimit = 1 << 13
    private static let placeLimit = 1 << 15
    /// The longest name that is learnt, quotes included, and how many are for one place.
    private static let longestName = 256
    private static let mostSiblings = 16

    private var shapes: [Shape] = []
    private var blocks: [Block] = []
    /// For each member of a shape in the order received, its place in the order written.
    private(set) var places: [UInt16] = []
    private var isFull = false

    subscript(shape: Int32) -> Shape {
        @inline(__always) get { shapes[Int(shape)] }
    }

    /// Makes ready for another document.
    mutating func prepare() {
        if isFull {
            shapes.removeAll(keepingCapacity: true)
            blocks.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            isFull = false
        }
        if shapes.isEmpty { shapes.append(Shape()) }
    }
}

// MARK: - Names

extension ShapeTree {
    /// Returns the shape that follows if the name at `at` is known there, or else ``none``.
    @inline(__always)
    mutating func follow(_ shape: Int32, _ input: Span<UInt8>, at: Int) -> Int32 {
        guard shape >= 0 else { return Self.none }
        let next = shapes[Int(shape)].next
        guard next >= 0 else { return Self.none }
        return holds(next, input, at) ? next : followOther(shape, input, at: at)
    }

    /// Returns whether any name is known to follow.
    @inline(__always)
    func foresees(after shape: Int32) -> Bool {
        shape >= 0 && shapes[Int(shape)].next >= 0
    }

    /// Returns the shape that followed last time if its name stands at `at`, or else ``none``.
    @inline(__always)
    func foreseen(after shape: Int32, _ input: Span<UInt8>, at: Int) -> Int32 {
        let next = shapes[Int(shape)].next
        return next >= 0 && holds(next, input, at) ? next : Self.none
    }

    /// Returns whether the last name of `shape` stands at `at`.
    @inline(__always)
    private func holds(_ shape: Int32, _ input: Span<UInt8>, _ start: Int) -> Bool {
        let end = start &+ Int(shapes[Int(shape)].byteCount)
        guard end &+ 15 <= input.count else { return holdsAtEnd(shape, input, start) }
        var block = Int(shapes[Int(shape)].block)
        var at = start
        repeat {
            guard differs(input.block(at: at), blocks[block]) == 0 else { return false }
            (at, block) = (at &+ 16, block &+ 1)
        } while at < end
        return true
    }

    /// Returns the same near the end of the input, where no block of it may be left.
    private func holdsAtEnd(_ shape: Int32, _ input: Span<UInt8>, _ start: Int) -> Bool {
        let end = start + Int(shapes[Int(shape)].byteCount)
        guard end <= input.count else { return false }
        let block = Int(shapes[Int(shape)].block)
        return stride(from: start, to: end, by: 16).enumerated().allSatisfy { offset, at in
            differs(input.block(at: at, until: end), blocks[block + offset]) == 0
        }
    }

    /// Returns zero if the bytes of a block are those of a name.
    @inline(__always)
    private func differs(_ bytes: SIMD16<UInt8>, _ block: Block) -> UInt64 {
        let words = ((bytes ^ block.bytes) & block.mask).words
        return words[0] | words[1]
    }

    /// Looks at the names that came in this place before the last one, and makes the one that
    /// stands there the first to be compared next time.
    private mutating func followOther(_ shape: Int32, _ input: Span<UInt8>, at: Int) -> Int32 {
        let first = shapes[Int(shape)].next
        var previous = first
        while case let other = shapes[Int(previous)].sibling, other >= 0 {
            if holds(other, input, at) {
                shapes[Int(previous)].sibling = shapes[Int(other)].sibling
                shapes[Int(other)].sibling = first
                shapes[Int(shape)].next = other
                return other
            }
            previous = other
        }
        return Self.none
    }

    /// Learns a name without escapes, at `name` with its quotes, that ``follow(_:_:at:)`` did not
    /// find; returns the shape that follows, or ``none`` if there is no room for it.
    mutating func learn(
        _ input: Span<UInt8>, _ name: Range<Int>, after shape: Int32, _ setting: Tape.Setting,
        isDropped: Bool, mayNameID: Bool
    ) -> Int32 {
        guard shape >= 0, name.count <= Self.longestName,
            siblingCount(after: shape) < Self.mostSiblings
        else { return Self.none }
        guard shapes.count < Self.shapeLimit, blocks.count < Self.blockLimit else {
            isFull = true
            return Self.none
        }
        var next = Shape(setting: setting, isDropped: isDropped, mayNameID: mayNameID)
        next.block = Int32(blocks.count)
        next.byteCount = Int32(name.count)
        next.sibling = shapes[Int(shape)].next
        next.memberCount = shapes[Int(shape)].memberCount + 1
        for at in stride(from: name.lowerBound, to: name.upperBound, by: 16) {
            blocks.append(Block(input, from: at, to: name.upperBound))
        }
        shapes[Int(shape)].next = Int32(shapes.count)
        shapes.append(next)
        return Int32(shapes.count - 1)
    }

    private func siblingCount(after shape: Int32) -> Int {
        var count = 0
        var next = shapes[Int(shape)].next
        while next >= 0 {
            count += 1
            next = shapes[Int(next)].sibling
        }
        return count
    }

    /// Returns the shape with which an object begins that stands in the value of the last name.
    @inline(__always)
    mutating func inner(of shape: Int32) -> Int32 {
        guard shape >= 0 else { return Self.none }
        let inner = shapes[Int(shape)].inner
        return inner >= 0 ? inner : learnInner(of: shape)
    }

    private mutating func learnInner(of shape: Int32) -> Int32 {
        guard shapes.count < Self.shapeLimit else {
            isFull = true
            return Self.none
        }
        shapes[Int(shape)].inner = Int32(shapes.count)
        shapes.append(Shape())
        return Int32(shapes.count - 1)
    }
}

// MARK: - Orders

extension ShapeTree {
    /// Returns a shape if the order of its members is known.
    @inline(__always)
    func ordered(_ shape: Int32) -> Shape? {
        guard shape >= 0, shapes[Int(shape)].order >= 0 else { return nil }
        return shapes[Int(shape)]
    }

    /// Learns in which order the members of an object are written that ends with `shape`.
    ///
    /// - Parameters:
    ///   - ranks: of the members in the order written, how many were received before each.
    ///   - nameBytes: how many bytes their names take, as written.
    mutating func learnOrder(of shape: Int32, _ ranks: some Collection<Int32>, nameBytes: Int) {
        guard shape >= 0, ranks.count < Self.dropped else { return }
        let memberCount = Int(shapes[Int(shape)].memberCount)
        guard places.count + memberCount <= Self.placeLimit else {
            isFull = true
            return
        }
        let base = places.count
        places.append(contentsOf: repeatElement(Self.dropped, count: memberCount))
        for (place, rank) in ranks.enumerated() { places[base + Int(rank)] = UInt16(place) }
        shapes[Int(shape)].order = Int32(base)
        shapes[Int(shape)].keptCount = Int32(ranks.count)
        shapes[Int(shape)].nameBytes = Int32(nameBytes)
    }
}

extension Span<UInt8> {
    /// Returns sixteen bytes from `start` on, of which those before `end` mean something.
    fileprivate func block(at start: Int, until end: Int) -> SIMD16<UInt8> {
        guard start + 16 > count else { return block(at: start) }
        var block = SIMD16<UInt8>(repeating: 0)
        for place in start..<Swift.min(start + 16, end) { block[place - start] = self[place] }
        return block
    }
}
