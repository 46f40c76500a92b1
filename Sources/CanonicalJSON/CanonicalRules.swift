/// What a type of object needs beyond the rules that hold for all: its ID, what is dropped, which
/// arrays and texts have no order, and which texts are secrets of this type only.
///
/// A path names members from the item on, with dots between: `state.lastActionDateTime`. It passes
/// through arrays: `assignedPlans.assignedDateTime` is that member of every element. Names are
/// compared exactly, byte by byte; a path that nothing matches does nothing.
package struct CanonicalRules: Sendable {
    let idMember: [UInt8]
    let foldedIDMember: [UInt8]
    let reductions: [Reduction]
    private(set) var nodes = [Node()]

    /// What is dropped from items of one kind.
    package struct Reduction: Sendable {
        let member: [UInt8]
        let text: [UInt8]
        let dropped: [[UInt8]]

        /// - Parameters:
        ///   - member: the member of an item, wherever it stands in it, whose text decides.
        ///   - text: what that is, byte by byte.
        ///   - dropped: members of the item that are then dropped.
        package init(where member: String, is text: String, dropping dropped: [String]) {
            self.member = Array(member.utf8)
            self.text = Array(text.utf8)
            self.dropped = dropped.map { Array($0.utf8) }
        }
    }

    /// The place in a document that a path leads to.
    struct Node: Sendable {
        var isVolatile = false
        var isSet = false
        var isSecret = false
        var isFlags = false
        var children: [(name: [UInt8], node: Int)] = []
        /// A bit for each pair of length and first byte among the children's names.
        var filter: UInt64 = 0
    }

    /// - Parameters:
    ///   - idMember: the member of an item that holds its ID.
    ///   - volatile: paths of members that are dropped.
    ///   - sets: paths of arrays whose order means nothing. Only the array itself is sorted, not
    ///     arrays in it.
    ///   - flags: paths of members that hold names in one text with commas between, whose order means
    ///     nothing.
    ///   - secrets: paths of members under which text is a secret, whatever their names.
    ///   - reductions: what is dropped from some items. Types that have none pay nothing for it.
    package init(
        idMember: String = "id", volatile: [String] = [], sets: [String] = [],
        flags: [String] = [], secrets: [String] = [], reductions: [Reduction] = []
    ) {
        self.idMember = Array(idMember.utf8)
        foldedIDMember = idMember.utf8.map(\.asciiLowercased)
        self.reductions = reductions
        for path in volatile { nodes[node(at: path)].isVolatile = true }
        for path in sets { nodes[node(at: path)].isSet = true }
        for path in flags { nodes[node(at: path)].isFlags = true }
        for path in secrets { nodes[node(at: path)].isSecret = true }
    }

    private mutating func node(at path: String) -> Int {
        var node = 0
        for part in path.utf8.split(separator: 0x2E, omittingEmptySubsequences: false) {
            node = child(Array(part), of: node)
        }
        return node
    }

    private mutating func child(_ name: [UInt8], of parent: Int) -> Int {
        if let known = nodes[parent].children.first(where: { $0.name == name }) {
            return known.node
        }
        nodes.append(Node())
        nodes[parent].children.append((name, nodes.count - 1))
        nodes[parent].filter |= Self.bit(name.count, name.first ?? 0)
        return nodes.count - 1
    }

    private static func bit(_ count: Int, _ first: UInt8) -> UInt64 {
        1 << UInt64((count &+ Int(first) &* 5) & 63)
    }

    /// Returns the node of the member `name` of an object at `node`, or -1.
    @inline(__always)
    func child(_ name: Span<UInt8>, _ range: Range<Int>, of node: Int) -> Int {
        guard node >= 0, nodes[node].filter != 0 else { return -1 }
        let first = range.isEmpty ? 0 : name[range.lowerBound]
        guard nodes[node].filter & Self.bit(range.count, first) != 0 else { return -1 }
        for child in nodes[node].children where name.equals(range, child.name) {
            return child.node
        }
        return -1
    }

    /// Returns whether a name is exactly that of the ID member, or `nil` if it is another one even
    /// when ASCII case is ignored.
    func matchID(_ name: Span<UInt8>, _ range: Range<Int>) -> Bool? {
        guard name.equalsIgnoringCase(range, foldedIDMember) else { return nil }
        return name.equals(range, idMember)
    }

    /// Returns whether a member is an annotation of the transport, which no backup keeps: the name
    /// holds `@odata.` without being `@odata.type`, or begins with `@microsoft.graph.`.
    @inline(__always)
    static func isAnnotation(_ name: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let at = name.first(0x40, in: range) else { return false }
        return isAnnotation(name, range, firstAt: at)
    }

    private static let odata = Array("@odata.".utf8)
    private static let odataType = Array("@odata.type".utf8)
    private static let graph = Array("@microsoft.graph.".utf8)

    private static func isAnnotation(
        _ name: Span<UInt8>, _ range: Range<Int>, firstAt at: Int
    ) -> Bool {
        if name.equals(range, odataType) { return false }
        if at == range.lowerBound, range.count >= graph.count,
            name.equals(at..<at + graph.count, graph)
        {
            return true
        }
        guard range.count >= odata.count else { return false }
        var start = at
        while start + odata.count <= range.upperBound {
            if name.equals(start..<start + odata.count, odata) { return true }
            start += 1
        }
        return false
    }
}

extension Span<UInt8> {
    /// Returns where `byte` is first found in `range`.
    @inline(__always)
    func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        var at = range.lowerBound
        while at < range.upperBound, at &+ 8 <= count {
            let found = StringScan.matches(word(at: at), byte)
            if found != 0 {
                let place = at &+ found.trailingZeroBitCount >> 3
                return place < range.upperBound ? place : nil
            }
            at &+= 8
        }
        while at < range.upperBound {
            if self[at] == byte { return at }
            at &+= 1
        }
        return nil
    }
}
