import Crypto
package import GitObjects
import Glibc

/// Writes one pack and its index.
///
/// An object is written once: giving the same one again costs a look-up. Nothing outside can see an
/// object until ``finish()`` has been called and ``FinishedPack/publish()`` has named the pair.
///
/// - Format: version 2 packs of zlib streams and deltas by offset, and version 2 indexes (git's
///   `gitformat-pack`), byte for byte what `git index-pack` makes of the same pack. Every delta's
///   base is in the same pack, before it.
/// - Durability: ``finish()`` returns when pack and index are on the disk. A writer that is let go
///   before leaves a file named `tmp_pack_…`, which ``discard()`` and git's own gc remove.
/// - Memory: 40 bytes an object, kept by the ``WrittenObjects`` it is given.
package struct PackWriter: ~Copyable {
    private var file: DurableFile
    private let folder: String
    private let unique: String
    private let written: WrittenObjects
    private var deflate = Deflate()
    /// Large trees, and deltas of them, in the order in which they will be written.
    private var last: [LastObject] = []

    private struct LastObject: Sendable {
        let id: ObjectID
        let form: Form
        private let compressed: Compressed

        enum Form: Sendable {
            case whole(ObjectKind, [UInt8])
            case delta([UInt8], of: ObjectID)
        }

        private enum Compressed: Sendable {
            case now([UInt8])
            case meanwhile(Meanwhile<[UInt8]>)
        }

        /// A small one, of which a run may have thousands, is compressed at once.
        init(id: ObjectID, form: Form, _ deflate: inout Deflate) {
            self.id = id
            self.form = form
            let bytes =
                switch form {
                case .whole(_, let bytes), .delta(let bytes, _): bytes
                }
            guard bytes.count >= PackWriter.large else {
                var stream: [UInt8] = []
                bytes.withUnsafeBytes { deflate.compress($0, into: &stream) }
                compressed = .now(stream)
                return
            }
            compressed = .meanwhile(
                Meanwhile {
                    let deflate = Deflate()
                    return bytes.withUnsafeBytes { deflate.compressed($0) }
                })
        }

        var stream: [UInt8] {
            switch compressed {
            case .now(let stream): stream
            case .meanwhile(let stream): stream.value
            }
        }

        /// Bytes of what is compressed.
        var count: Int {
            switch form {
            case .whole(_, let bytes), .delta(let bytes, _): bytes.count
            }
        }
    }

    /// A tree of so many bytes is compressed on another core and written at the end, and so are the
    /// deltas of it. A run has few of them.
    private static let large = 1 << 20

    /// Deltas on top of one another at most; git's own limit by default.
    package static let longestChain = 50

    /// Starts a pack in `folder`, the repository's `objects/pack`.
    ///
    /// - Parameters:
    ///   - unique: part of the temporary names; no two writers may share one.
    ///   - written: empty; takes note of what is written.
    package init(
        in folder: String, unique: String, written: WrittenObjects = WrittenObjects()
    ) throws(FileError) {
        let path = PackWriter.temporaryNames(in: folder, unique: unique)[0]
        var file = try DurableFile(creating: path, mode: 0o444)
        try file.write(PackHeader.bytes(count: 0))
        self.file = file
        self.folder = folder
        self.unique = unique
        self.written = written
    }

    /// The paths a writer with this name may leave behind if it is killed.
    package static func temporaryNames(in folder: String, unique: String) -> [String] {
        ["\(folder)/tmp_pack_\(unique)", "\(folder)/tmp_idx_\(unique)"]
    }

    /// Objects in the pack so far.
    package var count: Int { written.count }

    /// Whether this pack holds the object.
    package func contains(_ id: ObjectID) -> Bool { written.contains(id) }

    // MARK: Writing

    /// Appends an object as a whole, unless the pack holds it.
    ///
    /// - Parameter id: the object's ID, which the caller has computed from these bytes.
    package mutating func append(
        _ kind: ObjectKind, _ bytes: Span<UInt8>, id: ObjectID
    ) throws(FileError) {
        guard !contains(id) else { return }
        var entry: [UInt8] = []
        EntryHeader.append(.whole(kind), count: bytes.count, to: &entry)
        bytes.withUnsafeBytes { deflate.compress($0, into: &entry) }
        try append(entry, id)
    }

    /// Appends a tree as a whole, unless the pack holds it. A large one is shared, not copied.
    package mutating func append(tree: [UInt8], id: ObjectID) throws(FileError) {
        guard tree.count >= Self.large, !contains(id) else {
            return try append(.tree, tree.span, id: id)
        }
        promise(LastObject(id: id, form: .whole(.tree, tree), &deflate))
    }

    /// Appends an object as a delta of one that the pack holds, unless it holds it already.
    ///
    /// - Parameter id: the ID of what the delta makes of its base.
    package mutating func append(
        _ delta: ObjectDelta, of base: ObjectID, id: ObjectID
    ) throws(FileError) {
        guard !contains(id) else { return }
        precondition(contains(base), "a delta's base comes first")
        guard let base = written.entry(of: base) else {
            return promise(LastObject(id: id, form: .delta(delta.bytes, of: base), &deflate))
        }
        var entry: [UInt8] = []
        EntryHeader.append(
            .offsetDelta(distance: file.count - Int(base.offset)), count: delta.bytes.count,
            to: &entry)
        delta.bytes.withUnsafeBytes { deflate.compress($0, into: &entry) }
        try append(entry, id)
    }

    /// Appends the objects of a chunk, but for those that the pack holds.
    package mutating func append(_ chunk: PackChunk) throws(FileError) {
        let isWhole = chunk.entries.indices.allSatisfy { !chunk.range(of: $0).isEmpty }
        guard isWhole, !written.containsAny(of: chunk.entries) else {
            return try appendParts(of: chunk)
        }
        let start = UInt64(file.count)
        try file.write(chunk.bytes)
        written.append(
            chunk.entries.lazy.map {
                IndexEntry(id: $0.id, offset: start + UInt64($0.offset), crc: $0.crc)
            })
    }

    private mutating func promise(_ object: LastObject) {
        written.promise(object.id)
        last.append(object)
    }

    /// Appends an entry that is in two parts.
    private mutating func append(
        _ header: [UInt8], _ stream: [UInt8], _ id: ObjectID
    ) throws(FileError) {
        let start = header.withUnsafeBytes { crc32($0) }
        let crc = stream.withUnsafeBytes { crc32(start, $0) }
        let place = IndexEntry(id: id, offset: UInt64(file.count), crc: crc)
        try file.write(header)
        try file.write(stream)
        written.append(place)
    }

    private mutating func append(_ entry: [UInt8], _ id: ObjectID) throws(FileError) {
        let place = IndexEntry(
            id: id, offset: UInt64(file.count), crc: entry.withUnsafeBytes { crc32($0) })
        try file.write(entry)
        written.append(place)
    }

    // MARK: Chunks of which some is there already

    private mutating func appendParts(of chunk: PackChunk) throws(FileError) {
        for (place, entry) in chunk.entries.enumerated() where !contains(entry.id) {
            let bytes = Array(chunk.bytes[chunk.range(of: place)])
            if entry.base < 0 {
                try append(bytes, entry.id)
            } else {
                try appendDelta(bytes, entry.id, of: chunk.entries[Int(entry.base)].id)
            }
        }
    }

    /// Appends a delta that has come to lie elsewhere than its base: only the distance in its header
    /// is another. Where the base is itself at the end of a long chain, the object is kept whole.
    private mutating func appendDelta(
        _ entry: [UInt8], _ id: ObjectID, of base: ObjectID
    ) throws(FileError) {
        guard let header = entry.withUnsafeBytes({ EntryHeader($0) }),
            let place = written.entry(of: base)
        else { preconditionFailure("a chunk's delta has a base") }
        guard try chainLength(at: place.offset) < Self.longestChain else {
            let object = try expanded(entry, header, base)
            return try append(object.kind, object.bytes.span, id: id)
        }
        var moved: [UInt8] = []
        EntryHeader.append(
            .offsetDelta(distance: file.count - Int(place.offset)), count: header.count, to: &moved)
        try append(moved + entry[header.length...], id)
    }

    private mutating func expanded(
        _ entry: [UInt8], _ header: EntryHeader, _ base: ObjectID
    ) throws(FileError) -> (kind: ObjectKind, bytes: [UInt8]) {
        let delta = deflate.decompress(Array(entry[header.length...]), count: header.count)
        guard let (kind, bytes) = try read(base), let delta, let whole = applied(delta, to: bytes)
        else { throw FileError("read back \(file.path)", code: EIO) }
        return (kind, whole)
    }

    private mutating func chainLength(at offset: UInt64) throws(FileError) -> Int {
        var length = 0
        var entry = try readEntry(at: offset)
        while case .offsetDelta(let distance) = entry.header.form {
            length += 1
            entry = try readEntry(at: entry.offset - UInt64(distance))
        }
        return length
    }

    // MARK: Reading back

    private struct StoredEntry {
        let offset: UInt64
        let header: EntryHeader
        let stream: [UInt8]
    }

    /// Returns an object of this pack; `nil` if it does not hold it.
    package mutating func read(_ id: ObjectID) throws(FileError) -> (ObjectKind, [UInt8])? {
        if let object = last.first(where: { $0.id == id }) { return try read(object) }
        guard let place = written.entry(of: id) else { return nil }
        var entry = try readEntry(at: place.offset)
        var deltas: [[UInt8]] = []
        while case .offsetDelta(let distance) = entry.header.form {
            deltas.append(try inflated(entry))
            entry = try readEntry(at: entry.offset - UInt64(distance))
        }
        guard case .whole(let kind) = entry.header.form else { throw unreadable }
        var bytes = try inflated(entry)
        for delta in deltas.reversed() {
            guard let next = applied(delta, to: bytes) else { throw unreadable }
            bytes = next
        }
        return (kind, bytes)
    }

    private mutating func read(_ object: LastObject) throws(FileError) -> (ObjectKind, [UInt8]) {
        switch object.form {
        case .whole(let kind, let bytes): return (kind, bytes)
        case .delta(let delta, let base):
            guard let (kind, bytes) = try read(base), let whole = applied(delta, to: bytes) else {
                throw unreadable
            }
            return (kind, whole)
        }
    }

    private mutating func readEntry(at offset: UInt64) throws(FileError) -> StoredEntry {
        let end = written.nextOffset(after: offset) ?? UInt64(file.count)
        let bytes = try file.read(Int(end - offset), at: Int(offset))
        guard let header = bytes.withUnsafeBytes({ EntryHeader($0) }) else { throw unreadable }
        return StoredEntry(
            offset: offset, header: header, stream: Array(bytes[header.length...]))
    }

    private func inflated(_ entry: StoredEntry) throws(FileError) -> [UInt8] {
        guard let bytes = deflate.decompress(entry.stream, count: entry.header.count) else {
            throw unreadable
        }
        return bytes
    }

    private var unreadable: FileError { FileError("read back \(file.path)", code: EIO) }

    // MARK: Completing

    /// Completes pack and index and puts both on the disk, still under their temporary names.
    ///
    /// Two cores at a time: while one hashes the pack, another compresses the last objects; while the
    /// pack reaches the disk, its index is made.
    ///
    /// - Throws: ``FileError``; nothing of either is left then.
    package consuming func finish() throws(FileError) -> FinishedPack {
        let names = PackWriter.temporaryNames(in: folder, unique: unique)
        do throws(FileError) {
            let trailer = try complete()
            let entries = written.take()
            let index = Meanwhile { () -> Result<OpenFile, FileError> in
                do throws(FileError) {
                    return .success(
                        try PackIndex(entries).file(
                            writtenTo: names[1], packTrailer: trailer))
                } catch {
                    return .failure(error)
                }
            }
            do throws(FileError) { try file.syncFlushed() } catch {
                if case .success = index.value { try? removeFile(names[1]) }
                throw error
            }
            let indexFile = try index.value.get()
            return FinishedPack(
                folder: folder, pack: .init(names[0], try OpenFile(file)),
                index: .init(names[1], indexFile), id: ObjectID(trailer.span))
        } catch {
            try? removeFile(names[0])
            throw error
        }
    }

    /// Writes what is known last, and returns the pack's checksum.
    ///
    /// The header holds the count, which is hashed first and known last, so all that was written is
    /// read again: 1 ms for a megabyte.
    private mutating func complete() throws(FileError) -> [UInt8] {
        try file.overwrite(PackHeader.bytes(count: written.count), at: 0)
        try file.flush()
        let objects = last
        last = []
        var hash = try hashOfBody()
        for object in objects {
            let (header, stream) = (header(of: object), object.stream)
            hash.update(data: header)
            hash.update(data: stream)
            try append(header, stream, object.id)
        }
        let trailer = Array(hash.finalize())
        try file.write(trailer)
        try file.flush()
        return trailer
    }

    private func hashOfBody() throws(FileError) -> Insecure.SHA1 {
        var hash = Insecure.SHA1()
        var offset = 0
        while offset < file.count {
            let chunk = try file.readFlushed(min(1 << 20, file.count - offset), at: offset)
            hash.update(data: chunk)
            offset += chunk.count
        }
        return hash
    }

    private func header(of object: LastObject) -> [UInt8] {
        var header: [UInt8] = []
        let form: EntryHeader.Form =
            switch object.form {
            case .whole(let kind, _): .whole(kind)
            case .delta(_, let base):
                .offsetDelta(distance: file.count - Int(written.entry(of: base)?.offset ?? 0))
            }
        EntryHeader.append(form, count: object.count, to: &header)
        return header
    }

    /// Removes what has been written.
    package consuming func discard() throws(FileError) {
        _ = written.take()
        try removeFile(file.path)
    }
}

/// A pack and its index on the disk, not yet visible.
///
/// Both stay open, so that it does no harm if a git that tidies up removes their temporary names.
package struct FinishedPack: Sendable {
    /// One file of the two.
    struct Part: Sendable {
        let temporaryName: String
        let file: OpenFile

        init(_ temporaryName: String, _ file: OpenFile) {
            self.temporaryName = temporaryName
            self.file = file
        }
    }

    let folder: String
    let pack: Part
    let index: Part
    /// The pack's checksum, part of its name.
    package let id: ObjectID

    /// The paths of the pair once it is visible, the pack first.
    package var names: [String] { ["pack", "idx"].map { "\(folder)/pack-\(id).\($0)" } }

    /// The path of the file that keeps git from removing this pack as one that nothing needs.
    package var keepFile: String { "\(folder)/pack-\(id).keep" }

    /// Makes the pair visible, the pack first, and returns when that is on the disk.
    ///
    /// - Throws: ``FileError``; no temporary file is left then, nor a name that this gave.
    package func publish(_ sharing: SharedPermissions = .byMask) throws(FileError) {
        // The same pack may be here already; that one stays.
        var named: [String] = []
        do throws(FileError) {
            for (part, name) in zip([pack, index], names) {
                let isNew = FileIdentity(at: name) == nil
                try part.file.rename(part.temporaryName, to: name, sharing)
                if isNew { named.append(name) }
            }
            try syncFolder(folder)
        } catch {
            for name in named.reversed() { try? removeFile(name) }
            try? discard()
            throw error
        }
    }

    /// Removes the pair instead.
    package func discard() throws(FileError) {
        try removeFile(index.temporaryName)
        try removeFile(pack.temporaryName)
    }
}

func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
