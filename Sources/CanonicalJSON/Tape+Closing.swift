/// What happens when an object or array ends: its children are put in order, and its size is known.
extension Tape {
    mutating func close(_ input: Span<UInt8>, at end: Int) throws(JSONError) {
        let container = innermost
        let index = Int(container.entry)
        let first = orderCount
        let bytes =
            if container.isObject {
                try arrangeMembers(of: index, input)
            } else {
                arrangeElements(of: index, input)
            }
        entries[index].end = Int32(truncatingIfNeeded: end &+ 1)
        entries[index].next = Int32(truncatingIfNeeded: entries.count)
        entries[index].first = Int32(truncatingIfNeeded: first)
        entries[index].last = Int32(truncatingIfNeeded: orderCount)
        entries[index].size = try size(of: orderCount &- first, taking: bytes)
        innermost = outer.removeLast()
    }

    /// Returns what a container takes in canonical form, each child on a line of its own.
    ///
    /// - Parameter bytes: what the children take themselves, with their names.
    @inline(__always)
    private func size(of children: Int, taking bytes: Int) throws(JSONError) -> Int32 {
        guard children > 0 else { return 2 }
        // Two brackets and the last line's indentation; then for each child its indentation, its
        // line feed and its comma, and for the one without a comma the line feed of the last line.
        let size = bytes &+ 2 &+ 2 &* (depth &- 1) &+ children &* (2 &* depth &+ 2)
        guard size < byteLimit else { throw JSONError(.tooLarge, at: 0) }
        return Int32(truncatingIfNeeded: size)
    }

    /// Makes room for `count` children more in `order`; returns where.
    @inline(__always)
    private mutating func extendOrder(by count: Int) -> Int {
        let base = orderCount
        orderCount &+= count
        let missing = orderCount &- order.count
        if missing > 0 { order.append(contentsOf: repeatElement(0, count: missing)) }
        return base
    }

    // MARK: - Members

    /// Appends the members to `order` by their names; returns how many bytes they take.
    @inline(__always)
    private mutating func arrangeMembers(
        of index: Int, _ input: Span<UInt8>
    ) throws(JSONError) -> Int {
        guard let shape = shapes.ordered(innermost.shape) else {
            return try sortMembers(of: index, input)
        }
        let base = extendOrder(by: Int(shape.keptCount))
        // Taken out of the tape, it can be changed while other parts of it are read.
        var order: [Int32] = []
        swap(&order, &self.order)
        let bytes = Self.place(
            shape, of: index, entries.span, shapes.places.span, &order, from: base)
        swap(&order, &self.order)
        return Int(shape.nameBytes) &+ bytes
    }

    /// Puts the members of an object into the known order of its shape; returns how many bytes
    /// their values take.
    @inline(__always)
    private static func place(
        _ shape: ShapeTree.Shape, of index: Int, _ entries: Span<Entry>, _ places: Span<UInt16>,
        _ order: inout [Int32], from base: Int
    ) -> Int {
        var order = order.mutableSpan
        var bytes = 0
        var at = index &+ 1
        for member in Int(shape.order)..<Int(shape.order &+ shape.memberCount) {
            let (name, value) = (at, entries[at &+ 1])
            let place = places[member]
            at = Int(value.next)
            guard place != ShapeTree.dropped else { continue }
            order[base &+ Int(place)] = Int32(truncatingIfNeeded: name)
            bytes &+= Int(value.size)
        }
        return bytes
    }

    /// Does the same for an object whose shape is not known, and learns its order.
    private mutating func sortMembers(
        of index: Int, _ input: Span<UInt8>
    ) throws(JSONError) -> Int {
        let members = members(of: index)
        try rank(members, input)
        let kept = ranks.filter { !entries[members[Int($0)]].traits.contains(.dropped) }
        var place = extendOrder(by: kept.count)
        var (nameBytes, bytes) = (0, 0)
        for rank in kept {
            let name = members[Int(rank)]
            order[place] = Int32(name)
            place += 1
            nameBytes += Int(entries[name].size)
            bytes += Int(entries[name + 1].size)
        }
        shapes.learnOrder(of: innermost.shape, kept, nameBytes: nameBytes)
        return nameBytes + bytes
    }

    /// Returns where on the tape the names of an object are that just ends.
    func members(of index: Int) -> [Int] {
        var members: [Int] = []
        var at = index + 1
        while at < entries.count {
            members.append(at)
            at = Int(entries[at + 1].next)
        }
        return members
    }

    /// Brings ``ranks`` into the order of the members' names.
    ///
    /// It begins with the order of the object before: if that fits, there is nothing to sort.
    private mutating func rank(_ members: [Int], _ input: Span<UInt8>) throws(JSONError) {
        var ranks: [Int32] = []
        swap(&ranks, &self.ranks)
        if ranks.count != members.count { ranks = Array(0..<Int32(members.count)) }
        ranks.sort {
            let order = compare(members[Int($0)], members[Int($1)], input)
            return order < 0 || order == 0 && $0 < $1
        }
        swap(&ranks, &self.ranks)
        for (left, right) in zip(self.ranks, self.ranks.dropFirst())
        where compare(members[Int(left)], members[Int(right)], input) == 0 {
            let name = members[Int(right)]
            throw JSONError(
                .duplicateName, at: Int(entries[name].start),
                path: withoutSecrets(path(to: name, input)))
        }
    }

    private func compare(_ left: Int, _ right: Int, _ input: Span<UInt8>) -> Int {
        compare(entries[left], entries[right], input)
    }

    /// Returns a number below, at or above zero as `left` sorts before, with or after `right`.
    func compare(_ left: Entry, _ right: Entry, _ input: Span<UInt8>) -> Int {
        switch (left.traits.contains(.escaped), right.traits.contains(.escaped)) {
        case (false, false): input.compare(left.text, to: input, right.text)
        case (true, false): decoded.span.compare(left.text, to: input, right.text)
        case (false, true): input.compare(left.text, to: decoded.span, right.text)
        case (true, true): decoded.span.compare(left.text, to: decoded.span, right.text)
        }
    }

    // MARK: - Elements

    /// Appends the elements to `order`; returns how many bytes they take.
    @inline(__always)
    private mutating func arrangeElements(of index: Int, _ input: Span<UInt8>) -> Int {
        let base = orderCount
        var bytes = 0
        var at = index &+ 1
        while at < entries.count {
            let place = extendOrder(by: 1)
            order[place] = Int32(truncatingIfNeeded: at)
            bytes &+= Int(entries[at].size)
            at = Int(entries[at].next)
        }
        if orderCount > base &+ 1, isSet(innermost) { sortSet(from: base, input) }
        return bytes
    }

    /// A set is the array that a path leads to, not an array inside that one.
    private func isSet(_ container: Container) -> Bool {
        let rule = Int(container.setting.rule)
        guard rule >= 0, rules.nodes[rule].isSet else { return false }
        return outer.last?.isObject ?? false
    }

    /// Sorts elements by the bytes each would have as a document of its own, so that the depth at
    /// which the set stands decides nothing.
    private mutating func sortSet(from base: Int, _ input: Span<UInt8>) {
        if order[base..<orderCount].allSatisfy({ entries[Int($0)].isWrittenAsReceived }) {
            sortReceived(from: base, input)
        } else {
            sortWritten(from: base, input)
        }
    }

    /// Sorts elements whose canonical form is in the input; there are seldom more than a few.
    private mutating func sortReceived(from base: Int, _ input: Span<UInt8>) {
        let entries = entries
        order[base..<orderCount].sort {
            let (left, right) = (entries[Int($0)], entries[Int($1)])
            return input.compare(left.received, to: input, right.received) < 0
        }
    }

    private mutating func sortWritten(from base: Int, _ input: Span<UInt8>) {
        var bytes: [UInt8] = []
        swap(&bytes, &setScratch)
        bytes.removeAll(keepingCapacity: true)
        var elements: [(index: Int32, bytes: Range<Int>)] = []
        for place in base..<orderCount {
            let start = bytes.count
            append(Int(order[place]), of: input, to: &bytes)
            elements.append((order[place], start..<bytes.count))
        }
        elements.sort { bytes.span.compare($0.bytes, to: bytes.span, $1.bytes) < 0 }
        for (offset, element) in elements.enumerated() { order[base + offset] = element.index }
        swap(&bytes, &setScratch)
    }
}
