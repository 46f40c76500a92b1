import GitObjects

/// Brings the entries of several packs, newest first, into one.
///
/// An entry is copied as it is, byte for byte, but for three kinds: an object that is there already
/// is left out; a delta whose base has come to lie at another distance gets another header; and a
/// whole tree becomes a delta of a whole tree that is like it and came before.
struct PackMerge: ~Copyable {
    private var writer: JoinedPackWriter
    private var trees = WholeTrees()
    private var deflate = Deflate()

    /// Bytes of the trees that are worth a delta, and not too large to be held three at a time.
    private static let treeSizes = 4_096...(1 << 27)

    init(into writer: consuming JoinedPackWriter) {
        self.writer = writer
    }

    /// Brings in the entries of the next pack, in their order.
    ///
    /// - Throws: ``FileError`` with `EIO` if the pack is damaged.
    mutating func append(_ source: PackSource) throws(FileError) {
        for number in 0..<source.count {
            let entry = try source.entry(number)
            guard !writer.contains(entry.id) else { continue }
            switch entry.header.form {
            case .whole(.tree) where Self.treeSizes.contains(entry.header.count):
                try appendTree(entry, source)
            case .whole:
                try copy(entry, source)
            case .offsetDelta(let distance):
                try appendDelta(entry, base: entry.range.lowerBound - distance, source)
            case .referenceDelta(let base):
                guard source.holds(base) else { throw source.damaged }
                try copy(entry, source)
            }
        }
    }

    /// Completes the pack; `nil` if a source has an object twice.
    mutating func finish() throws(FileError) -> FinishedPack? { try writer.finish() }

    private mutating func copy(_ entry: PackSource.Entry, _ source: PackSource) throws(FileError) {
        writer.begin(entry.id, crc: entry.crc)
        try writer.copy(source.file, entry.range)
    }

    // MARK: Deltas

    /// - Parameter base: where the base's entry begins in the source.
    private mutating func appendDelta(
        _ entry: PackSource.Entry, base: Int, _ source: PackSource
    ) throws(FileError) {
        let start = entry.range.lowerBound
        guard base < start, base >= PackHeader.length else { throw source.damaged }
        if writer.isInStep(source.file, base..<start) { return try copy(entry, source) }
        guard let id = source.id(at: base), let offset = writer.offset(of: id) else {
            throw source.damaged
        }
        let distance = writer.position - offset
        if distance == start - base { return try copy(entry, source) }
        var header: [UInt8] = []
        EntryHeader.append(.offsetDelta(distance: distance), count: entry.header.count, to: &header)
        let stream = UnsafeRawBufferPointer(rebasing: source.file.bytes[entry.stream])
        writer.begin(entry.id, crc: crc32(header.withUnsafeBytes { crc32($0) }, stream))
        try writer.append(header)
        try writer.copy(source.file, entry.stream)
    }

    // MARK: Trees

    private mutating func appendTree(
        _ entry: PackSource.Entry, _ source: PackSource
    ) throws(FileError) {
        let tree = WholeTrees.Tree(
            file: source.file, stream: entry.stream, count: entry.header.count,
            offset: writer.position)
        guard let bytes = tree.bytes(deflate) else { throw source.damaged }
        guard let sketch = TreeSketch(bytes) else { return try copy(entry, source) }
        if let delta = packedDelta(of: bytes, sketch), delta.count * 2 < entry.range.count {
            writer.begin(entry.id, crc: delta.withUnsafeBytes { crc32($0) })
            try writer.append(delta)
        } else {
            trees.append(tree, bytes, sketch)
            try copy(entry, source)
        }
    }

    /// Returns the entry of a tree as a delta of one that is like it; `nil` if there is none.
    ///
    /// The delta is tried before it is trusted: the object's only whole copy is about to go.
    private mutating func packedDelta(of tree: [UInt8], _ sketch: TreeSketch) -> [UInt8]? {
        guard let place = trees.partner(of: sketch), let base = trees.bytes(of: place, deflate),
            let delta = ObjectDelta(fromTree: base, to: tree),
            applied(delta.bytes, to: base) == tree
        else { return nil }
        let distance = writer.position - trees.offset(of: place)
        var entry: [UInt8] = []
        EntryHeader.append(.offsetDelta(distance: distance), count: delta.bytes.count, to: &entry)
        delta.bytes.withUnsafeBytes { deflate.compress($0, into: &entry) }
        return entry
    }
}
