import GitObjects

/// The objects of a repository's packs as they are packed there, for copying into another pack.
///
/// A pack is opened when an object of it is first wanted.
struct PackedCopies {
    /// How an object is packed.
    enum Form {
        case whole
        /// The base is one that ``entry(of:)`` finds in the same pack, so that no two packs' deltas
        /// ever make a circle.
        case delta(of: ObjectID)
    }

    /// One object.
    struct Copy {
        let file: MappedFile
        let entry: PackSource.Entry
        let form: Form

        /// Its zlib stream.
        var stream: [UInt8] { Array(UnsafeRawBufferPointer(rebasing: file.bytes[entry.stream])) }
    }

    private let pairs: [PackPair]
    private var sources: [Int: PackSource] = [:]

    /// - Parameter folder: the repository's `objects/pack`.
    init(in folder: String) throws(FileError) {
        pairs = try PackPair.all(in: folder).sorted { $0.index.count > $1.index.count }
    }

    /// Returns an object as it is packed; `nil` if no pack holds it, or only as a delta of an object
    /// that is elsewhere.
    ///
    /// - Throws: ``FileError`` with `EIO` if the pack is damaged.
    mutating func copy(of id: ObjectID) throws(FileError) -> Copy? {
        guard let number = pair(of: id) else { return nil }
        let source = try source(number)
        guard let entry = try source.entry(of: id) else { throw source.damaged }
        let base: ObjectID
        switch entry.header.form {
        case .whole:
            return Copy(file: source.file, entry: entry, form: .whole)
        case .referenceDelta(let id):
            base = id
        case .offsetDelta(let distance):
            guard let id = source.id(at: entry.range.lowerBound - distance) else {
                throw source.damaged
            }
            base = id
        }
        guard pair(of: base) == number else { return nil }
        return Copy(file: source.file, entry: entry, form: .delta(of: base))
    }

    private func pair(of id: ObjectID) -> Int? {
        pairs.firstIndex { $0.index.place(of: id) != nil }
    }

    private mutating func source(_ number: Int) throws(FileError) -> PackSource {
        if let source = sources[number] { return source }
        let source = try PackSource(pairs[number])
        sources[number] = source
        return source
    }
}
