/// One line of a tree.
package struct TreeEntry: Hashable, Sendable {
    /// What an entry is, as far as this program cares.
    package enum Mode: Hashable, Sendable {
        case file
        case folder
        /// Executables, links and submodules: made by others, carried along as they are.
        case other(octal: [UInt8])

        init(octal: some Collection<UInt8>) {
            if octal.elementsEqual("100644".utf8) {
                self = .file
            } else if octal.elementsEqual("40000".utf8) {
                self = .folder
            } else {
                self = .other(octal: Array(octal))
            }
        }

        var octal: [UInt8] {
            switch self {
            case .file: Array("100644".utf8)
            case .folder: Array("40000".utf8)
            case .other(let octal): octal
            }
        }
    }

    package let mode: Mode
    package let name: [UInt8]
    package let id: ObjectID

    package init(_ mode: Mode, _ name: [UInt8], _ id: ObjectID) {
        self.mode = mode
        self.name = name
        self.id = id
    }

    /// Whether `self` stands before `other` in a tree: bytes of the name, a folder compared as if
    /// followed by `/`.
    package func precedes(_ other: TreeEntry) -> Bool {
        treeOrder(name, mode == .folder, other.name, other.mode == .folder)
    }
}

/// Whether one name stands before another in git's tree order.
func treeOrder(
    _ one: some Collection<UInt8>, _ oneIsFolder: Bool,
    _ other: some Collection<UInt8>, _ otherIsFolder: Bool
) -> Bool {
    var one = one.makeIterator()
    var other = other.makeIterator()
    var oneEnd: UInt8? = oneIsFolder ? UInt8(ascii: "/") : nil
    var otherEnd: UInt8? = otherIsFolder ? UInt8(ascii: "/") : nil
    func end(_ byte: inout UInt8?) -> UInt8? {
        defer { byte = nil }
        return byte
    }
    while true {
        let left = one.next() ?? end(&oneEnd)
        let right = other.next() ?? end(&otherEnd)
        guard let right else { return false }
        guard let left else { return true }
        if left != right { return left < right }
    }
}

/// Reads a tree's bytes entry by entry, in their order.
///
/// Costs one pass; nothing but the entry at hand is copied.
package struct TreeReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Returns the next entry; `nil` after the last.
    ///
    /// - Throws: ``MalformedObject`` if the bytes are no tree.
    package mutating func next() throws(MalformedObject) -> TreeEntry? {
        guard position < bytes.count else { return nil }
        guard let space = bytes[position...].firstIndex(of: UInt8(ascii: " ")),
            let zero = bytes[space...].firstIndex(of: 0), zero + 20 < bytes.count
        else { throw MalformedObject(kind: .tree) }
        let mode = TreeEntry.Mode(octal: bytes[position..<space])
        let name = Array(bytes[(space + 1)..<zero])
        let id = ObjectID(bytes.span, at: zero + 1)
        position = zero + 21
        return TreeEntry(mode, name, id)
    }
}

/// Bytes that are not an object of the kind they are said to be.
package struct MalformedObject: Error, Sendable {
    package let kind: ObjectKind
}

/// Builds a tree's bytes from entries given in tree order.
package struct TreeWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var isEmpty: Bool { bytes.isEmpty }

    /// The bytes of a folder that holds one object's file, `<name>.json`, and nothing else.
    package static func folder(of name: some Collection<UInt8>, _ blob: ObjectID) -> [UInt8] {
        var tree = TreeWriter()
        tree.bytes.reserveCapacity(name.count + 33)
        tree.bytes.append(contentsOf: beforeName)
        tree.bytes.append(contentsOf: name)
        tree.bytes.append(contentsOf: behindName)
        blob.append(to: &tree.bytes)
        return tree.bytes
    }

    private static let beforeName = Array("100644 ".utf8)
    private static let behindName = Array(".json\0".utf8)

    package mutating func append(_ entry: TreeEntry) {
        append(entry.mode, entry.name, entry.id)
    }

    package mutating func append(
        _ mode: TreeEntry.Mode, _ name: some Collection<UInt8>, _ id: ObjectID
    ) {
        bytes.append(contentsOf: mode.octal)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: name)
        bytes.append(0)
        id.append(to: &bytes)
    }
}
