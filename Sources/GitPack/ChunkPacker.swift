import Crypto
package import GitObjects

/// Objects packed one after the other: what a worker hands to the writer of the pack.
///
/// Distances to delta bases stay inside the chunk, so it can be put anywhere.
package struct PackChunk: Sendable {
    struct Entry: PackedObject, Sendable {
        let id: ObjectID
        /// CRC-32 of the packed bytes.
        let crc: UInt32
        /// From the start of the chunk. An entry of no bytes names an object that this run had
        /// written before, and that others here are deltas of.
        let offset: UInt32
        /// Place of the entry it is a delta of; -1 if it is whole.
        let base: Int32
    }

    var entries: [Entry] = []
    var bytes: [UInt8] = []

    package init() {}

    /// Objects in the chunk.
    package var count: Int { entries.count }

    /// Bytes of the objects as they are packed.
    package var byteCount: Int { bytes.count }

    func range(of place: Int) -> Range<Int> {
        let end = place + 1 < entries.count ? Int(entries[place + 1].offset) : bytes.count
        return Int(entries[place].offset)..<end
    }
}

/// Packs one page of objects: hash, delta, compression. Each worker has one of its own.
///
/// An object that the repository has costs its hash and a look-up. Of the others the first is kept
/// whole and the next are written as deltas of it; one that gains nothing by that is kept whole too,
/// and tried as a base from then on, two bases at a time. So no chain is longer than one delta, and
/// a reader needs one object more.
///
/// - Determinism: the chunk depends on the objects given and on the repository's packs alone. What
///   else the run has written only saves work, and the same bytes reach the pack.
/// - Memory: the packed bytes, and two objects.
package struct ChunkPacker: ~Copyable {
    private let holdings: Holdings
    private var deflate = Deflate()
    private var deltaDeflate = DeltaDeflate()
    private var delta = DeltaWriter()
    private var chunk = PackChunk()
    private var table = PlaceTable()
    private var bases: [Base] = []

    private struct Base {
        let text: LineDelta
        /// In the chunk.
        let place: Int
        var uses = 0
    }

    /// Smaller objects are not worth a delta.
    private static let smallest = 128

    package init(_ holdings: Holdings) {
        self.holdings = holdings
    }

    /// Packs an object, unless it is there already, and returns its ID.
    package mutating func append(_ kind: ObjectKind, _ bytes: Span<UInt8>) -> ObjectID {
        if let known = knownObject(kind, bytes) { return known }
        let id = ObjectID(of: kind, bytes)
        guard table.place(of: id, in: chunk.entries) == nil else {
            return id
        }
        bytes.withUnsafeBytes { pack(kind, $0, id) }
        return id
    }

    /// Returns the ID of the object if the repository's packs hold it.
    ///
    /// Asked with a plain SHA-1, half the price of the one that detects collisions. That is
    /// sound because every ID in a pack was computed by the detecting one when the object was
    /// written, by this program as by git, and that refuses either object of a colliding pair:
    /// whatever has the same hash as an object in a pack is that object. No object is given an ID
    /// that was not computed by the detecting hash.
    private func knownObject(_ kind: ObjectKind, _ bytes: Span<UInt8>) -> ObjectID? {
        guard !holdings.packs.isEmpty else { return nil }
        let id = plainHash(kind, bytes)
        return holdings.packs.contains(id) ? id : nil
    }

    /// Ends the chunk and begins another.
    package mutating func finish() -> PackChunk {
        defer {
            let (count, byteCount) = (chunk.entries.count, chunk.bytes.count)
            chunk = PackChunk()
            chunk.entries.reserveCapacity(count)
            chunk.bytes.reserveCapacity(byteCount + byteCount / 8)
            table.removeAll()
            bases = []
            deltaDeflate.reset()
        }
        return chunk
    }

    private mutating func pack(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer, _ id: ObjectID)
    {
        let isDeltified = kind == .blob && bytes.count >= Self.smallest
        let base = isDeltified ? chooseBase(for: bytes) : nil
        let becomesBase = isDeltified && base == nil
        // Compressing is what costs, if it is more than a copy. Whether the object becomes a base must
        // not depend on how far other workers are.
        let isWritten = bytes.count >= Self.smallest && holdings.run.contains(id)
        if isWritten && !becomesBase { return }
        if becomesBase { addBase(bytes) }
        let offset = chunk.bytes.count
        if !isWritten { appendEntry(kind, bytes, base) }
        let crc = chunk.bytes.withUnsafeBytes {
            crc32(UnsafeRawBufferPointer(rebasing: $0[offset...]))
        }
        chunk.entries.append(
            PackChunk.Entry(
                id: id, crc: crc, offset: UInt32(offset), base: base.map { Int32($0) } ?? -1))
        table.insert(chunk.entries.count - 1, of: id)
    }

    private mutating func appendEntry(
        _ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer, _ base: Int?
    ) {
        if let base {
            let distance = chunk.bytes.count - Int(chunk.entries[base].offset)
            let delta = delta.bytes
            EntryHeader.append(
                .offsetDelta(distance: distance), count: delta.count, to: &chunk.bytes)
            delta.withUnsafeBytes { compress(delta: $0) }
        } else {
            EntryHeader.append(.whole(kind), count: bytes.count, to: &chunk.bytes)
            deflate.compress(bytes, into: &chunk.bytes)
        }
    }

    private mutating func compress(delta: UnsafeRawBufferPointer) {
        if delta.count <= DeltaDeflate.largest {
            deltaDeflate.compress(delta, into: &chunk.bytes)
        } else {
            deflate.compress(delta, into: &chunk.bytes)
        }
    }

    // MARK: Bases

    /// Leaves the delta in `delta` and returns the place of its base; `nil` if the object is better
    /// kept whole.
    ///
    /// Half is where both cost the same: a delta's bytes hardly compress, a text's to a third.
    private mutating func chooseBase(for bytes: UnsafeRawBufferPointer) -> Int? {
        for index in bases.indices {
            bases[index].text.encode(bytes, into: &delta)
            guard delta.bytes.count * 2 < bytes.count else { continue }
            bases[index].uses += 1
            let place = bases[index].place
            if index > 0, bases[index].uses > bases[0].uses { bases.swapAt(0, index) }
            return place
        }
        return nil
    }

    /// Tries this object too from now on, instead of the one that was of less use.
    private mutating func addBase(_ bytes: UnsafeRawBufferPointer) {
        if bases.count == 2 { bases.removeLast() }
        bases.append(Base(text: LineDelta(base: Array(bytes)), place: chunk.entries.count))
    }
}

extension PackChunk {
    /// Returns an object of the chunk; `nil` if it does not hold it.
    package func read(_ id: ObjectID) -> (ObjectKind, [UInt8])? {
        guard var place = entries.firstIndex(where: { $0.id == id }) else { return nil }
        var deltas: [[UInt8]] = []
        let deflate = Deflate()
        while true {
            let packed = Array(bytes[range(of: place)])
            guard let header = packed.withUnsafeBytes({ EntryHeader($0) }),
                let inflated = deflate.decompress(
                    Array(packed[header.length...]), count: header.count)
            else { return nil }
            if case .whole(let kind) = header.form {
                var object: [UInt8]? = inflated
                for delta in deltas.reversed() {
                    object = object.flatMap { applied(delta, to: $0) }
                }
                return object.map { (kind, $0) }
            }
            deltas.append(inflated)
            place = Int(entries[place].base)
        }
    }
}

/// The SHA-1 git gives an object, computed by the processor's own instructions where it has them, and
/// without looking for collisions.
private func plainHash(_ kind: ObjectKind, _ bytes: Span<UInt8>) -> ObjectID {
    var hash = Insecure.SHA1()
    var header = "\(kind.word) \(bytes.count)\0"
    header.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize().withUnsafeBytes { bytes in
        ObjectID(bytes.bigEndian(at: 0), bytes.bigEndian(at: 8), bytes.bigEndian(at: 16))
    }
}
