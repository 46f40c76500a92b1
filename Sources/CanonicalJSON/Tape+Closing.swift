/// What happens when an object or array ends: its children are put in order, and its size is known.
extension Tape {
    mutating func close(
        _ container: Container, _ input: Span<UInt8>, at end: Int
    ) throws(JSONError) {
        let index = Int(container.entry)
        entries[index].end = Int32(end + 1)
        entries[index].next = Int32(entries.count)
        let first = order.count
        if container.isObject {
            try arrangeMembers(of: index, input)
        } else {
            arrangeElements(of: index, container, input)
        }
        entries[index].first = Int32(first)
        entries[index].last = Int32(order.count)
        entries[index].size = try size(ofChildren: first..<order.count, of: container)
        open.removeLast()
    }

    private mutating func arrangeMembers(of index: Int, _ input: Span<UInt8>) throws(JSONError) {
        sorter.members.removeAll(keepingCapacity: true)
        var hasDropped = false
        var at = index &+ 1
        while at < entries.count {
            sorter.members.append(Int32(truncatingIfNeeded: at))
            if entries[at].traits.contains(.dropped) { hasDropped = true }
            at = Int(entries[at &+ 1].next)
        }
        let base = order.count
        let duplicate = sorter.sort(
            into: &order, entries, input, decoded, depth: open.count)
        if let duplicate {
            throw JSONError(
                .duplicateName, at: Int(entries[Int(duplicate)].start),
                path: path(to: Int(duplicate), input))
        }
        if hasDropped { removeDropped(from: base) }
    }

    private mutating func removeDropped(from base: Int) {
        var kept = base
        for place in base..<order.count
        where !entries[Int(order[place])].traits.contains(.dropped) {
            order[kept] = order[place]
            kept += 1
        }
        order.removeSubrange(kept...)
    }

    private mutating func arrangeElements(
        of index: Int, _ container: Container, _ input: Span<UInt8>
    ) {
        let base = order.count
        var at = index &+ 1
        while at < entries.count {
            order.append(Int32(truncatingIfNeeded: at))
            at = Int(entries[at].next)
        }
        if isSet(container), order.count > base + 1 { sortSet(from: base, input) }
    }

    /// A set is the array that a path leads to, not an array inside that one.
    private func isSet(_ container: Container) -> Bool {
        let rule = Int(container.setting.rule)
        guard rule >= 0, rules.nodes[rule].isSet, open.count > 1 else { return false }
        return open[open.count - 2].isObject
    }

    /// Sorts elements by the bytes each would have as a document of its own, so that the depth at
    /// which the set stands decides nothing.
    private mutating func sortSet(from base: Int, _ input: Span<UInt8>) {
        var bytes: [UInt8] = []
        swap(&bytes, &setScratch)
        bytes.removeAll(keepingCapacity: true)
        var elements: [(index: Int32, bytes: Range<Int>)] = []
        for place in base..<order.count {
            let start = bytes.count
            append(Int(order[place]), of: input, to: &bytes)
            elements.append((order[place], start..<bytes.count))
        }
        elements.sort { bytes.span.compare($0.bytes, to: bytes.span, $1.bytes) < 0 }
        for (offset, element) in elements.enumerated() { order[base + offset] = element.index }
        swap(&bytes, &setScratch)
    }

    /// Returns what the container takes in canonical form, each child on a line of its own.
    @inline(__always)
    private func size(
        ofChildren children: Range<Int>, of container: Container
    ) throws(JSONError) -> Int32 {
        guard !children.isEmpty else { return 2 }
        // Two brackets and the last line's indentation; then for each child its indentation, its
        // line feed and its comma, and for the one without a comma the line feed of the last line.
        var size = 2 &+ 2 &* (open.count &- 1) &+ children.count &* (2 &* open.count &+ 2)
        for place in children {
            let child = Int(order[place])
            size &+= Int(entries[child].size)
            if container.isObject { size &+= Int(entries[child &+ 1].size) }
        }
        guard size < byteLimit else { throw JSONError(.tooLarge, at: 0) }
        return Int32(truncatingIfNeeded: size)
    }
}

// MARK: - Paths, for errors

extension Tape {
    /// Returns the path of the member whose name is at `index`, inside all open containers.
    private func path(to index: Int, _ input: Span<UInt8>) -> String {
        var path = ""
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
