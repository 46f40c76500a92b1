import Crypto
package import GitObjects
import Glibc

/// Why a pack from somewhere else cannot be taken in.
package enum PackFault: Error, Sendable {
    /// It is not what a pack has to be; a sentence part without its stop.
    case malformed(String)
    case file(FileError)
    /// The task that asked for it was told to end.
    case cancelled
}

/// What a pack of somebody else's may cost. More is no backup, and not worth it.
package struct PackLimits: Sendable {
    /// Bytes of the pack as it comes.
    package var pack = 1 << 36
    /// Objects in it, of which each takes 100 bytes of memory.
    package var objects = 1 << 26
    /// Bytes of one object.
    package var object = 1 << 30
    /// Bytes of the bases of deltas that are held at once, and of those that the repository adds.
    package var bases = 1 << 30
    /// How many times a pack of 1 MiB or more all its objects may be: a folder's trees, of which each
    /// is a small delta of the next, are some hundred times their deltas.
    package var growth = 10_000

    package init() {}
}

/// A pack that somebody else has made, verified and completed, not yet visible.
///
/// Every object is inflated and hashed with the detector of collisions, so that nothing is believed
/// of the sender. A delta whose base the pack does not hold gets it from the repository; the pack
/// then stands for itself, as every pack on a disk must.
///
/// - Durability: ``finished`` is on the disk under its temporary names, as of a ``PackWriter``.
/// - Memory: 100 bytes an object, and the bytes of as many objects as a chain of deltas branches, up
///   to 1 GiB.
/// - Time: in proportion to the pack and what it makes, whatever it is made of.
package struct ReceivedPack: Sendable {
    package let finished: FinishedPack
    /// Objects in it.
    package let count: Int

    /// The paths of a pack that arrives and of its index, until both are visible. `git gc
    /// --prune=now` removes what begins with `tmp_`, and a pack that arrives is open only while it is
    /// written.
    package static func temporaryNames(in folder: String, unique: String) -> [String] {
        ["\(folder)/received_pack_\(unique)", "\(folder)/received_idx_\(unique)"]
    }

    /// Verifies the pack at the first of ``temporaryNames(in:unique:)``.
    ///
    /// - Parameters:
    ///   - base: returns an object of the repository; `nil` if it has none of this ID.
    ///   - visit: called with each object, deltas after their bases.
    /// - Throws: ``PackFault``, `cancelled` as soon as the task is told to end. Neither file is left
    ///   then.
    package init(
        in folder: String, unique: String, limits: PackLimits = PackLimits(),
        base: (ObjectID) -> (kind: ObjectKind, bytes: [UInt8])?,
        visit: (ObjectID, ObjectKind, [UInt8]) -> Void = { _, _, _ in }
    ) throws(PackFault) {
        let names = Self.temporaryNames(in: folder, unique: unique)
        do throws(PackFault) {
            var entries = try Self.entries(of: names[0], limits, base, visit)
            let trailer = try entries.complete(adding: base)
            let index = PackIndex(entries.index)
            guard !index.hasDuplicates else {
                throw .malformed("the pack holds an object twice")
            }
            count = entries.index.count
            finished = try files { () throws(FileError) in
                FinishedPack(
                    folder: folder, pack: .init(names[0], try OpenFile(at: names[0])),
                    index: .init(
                        names[1], try index.file(writtenTo: names[1], packTrailer: trailer)),
                    id: ObjectID(trailer.span))
            }
        } catch {
            for name in names { unlink(name) }
            throw error
        }
    }
}

extension ReceivedPack {
    /// Reads all entries, with as few bases of the repository's as will do.
    ///
    /// A base can be in the pack, too, behind a delta of something else that the repository has. What
    /// is in the pack is known after the first time, so that a second is enough.
    private static func entries(
        of path: String, _ limits: PackLimits,
        _ base: (ObjectID) -> (kind: ObjectKind, bytes: [UInt8])?,
        _ visit: (ObjectID, ObjectKind, [UInt8]) -> Void
    ) throws(PackFault) -> PackEntries {
        var first = try PackEntries(path, limits, visit: visit)
        try first.resolve(base, visit)
        guard first.hasDoubledBase else { return first }
        let inPack = first.ids
        var second = try PackEntries(path, limits, visit: visit)
        try second.resolve({ inPack.contains($0) ? nil : base($0) }, visit)
        return second
    }
}

private func files<Result>(_ body: () throws(FileError) -> Result) throws(PackFault) -> Result {
    do { return try body() } catch { throw .file(error) }
}

/// The entries of one pack, of which the objects become known one after the other.
private struct PackEntries {
    private struct Entry {
        let offset: Int
        let end: Int
        let header: EntryHeader
        var id: ObjectID?
    }

    private let file: MappedFile
    private let path: String
    private let limits: PackLimits
    private let deflate = SharedDeflate()
    private var entries: [Entry] = []
    /// Deltas that wait for the entry with this number.
    private var waitingForEntry: [Int: [Int]] = [:]
    /// Deltas that wait for this object.
    private var waitingForObject: [ObjectID: [Int]] = [:]
    private var unresolved = 0
    /// Bases that the pack lacks, in the order in which they are appended.
    private var bases: [ObjectID] = []
    private var baseByteCount = 0
    private(set) var index: [IndexEntry] = []

    /// Bytes of all objects so far.
    private var byteCount = 0

    /// Reads all entries; whole objects are known then.
    init(
        _ path: String, _ limits: PackLimits, visit: (ObjectID, ObjectKind, [UInt8]) -> Void
    ) throws(PackFault) {
        self.path = path
        self.limits = limits
        file = try files { () throws(FileError) in try MappedFile(path) }
        let bytes = file.bytes
        guard bytes.count >= PackHeader.length + 20 else {
            throw .malformed("the pack is not whole")
        }
        guard bytes.count <= limits.pack else {
            throw .malformed("the pack has more than \(limits.pack) bytes")
        }
        let count = Int(bytes.bigEndian(at: 8) as UInt32)
        guard count <= limits.objects else {
            throw .malformed("the pack has more than \(limits.objects) objects")
        }
        guard bytes.starts(with: PackHeader.bytes(count: count)) else {
            throw .malformed("it is no pack of version 2")
        }
        guard hash(bytes.dropLast(20)).elementsEqual(bytes.suffix(20)) else {
            throw .malformed("the pack is not whole: its checksum is another")
        }
        entries.reserveCapacity(min(count, bytes.count / 10))
        var position = PackHeader.length
        for _ in 0..<count { position = try readEntry(at: position, visit) }
        guard position == bytes.count - 20 else {
            throw .malformed("the pack holds more than it says")
        }
    }

    private mutating func readEntry(
        at start: Int, _ visit: (ObjectID, ObjectKind, [UInt8]) -> Void
    ) throws(PackFault) -> Int {
        try expectUncancelled()
        let end = file.bytes.count - 20
        guard start < end, let header = EntryHeader(file.bytes, at: start),
            start + header.length < end, header.count <= limits.object,
            header.count <= (end - start) * Self.greatestInflation,
            let (bytes, length) = deflate.value.decompress(
                prefixOf: UnsafeRawBufferPointer(
                    rebasing: file.bytes[(start + header.length)..<end]), count: header.count)
        else { throw .malformed("the entry at byte \(start) cannot be read") }
        var entry = Entry(
            offset: start, end: start + header.length + length, header: header)
        switch header.form {
        case .whole(let kind):
            entry.id = try known(kind, bytes, visit)
        case .offsetDelta(let distance):
            guard let base = place(at: start - distance) else {
                throw .malformed("the delta at byte \(start) has no base")
            }
            waitingForEntry[base, default: []].append(entries.count)
            unresolved += 1
        case .referenceDelta(let base):
            waitingForObject[base, default: []].append(entries.count)
            unresolved += 1
        }
        entries.append(entry)
        return entry.end
    }

    /// No byte of a zlib stream stands for more of what it makes.
    private static let greatestInflation = 1_040

    private func expectUncancelled() throws(PackFault) {
        if Task.isCancelled { throw .cancelled }
    }

    private mutating func known(
        _ kind: ObjectKind, _ bytes: [UInt8], _ visit: (ObjectID, ObjectKind, [UInt8]) -> Void
    ) throws(PackFault) -> ObjectID {
        byteCount += bytes.count
        guard byteCount / limits.growth <= max(file.bytes.count, 1 << 20) else {
            throw .malformed("it grows to more than \(limits.growth) times its size")
        }
        guard let id = ObjectID(ofForeign: kind, bytes.span) else {
            throw .malformed("it holds an attack on SHA-1")
        }
        visit(id, kind, bytes)
        return id
    }

    /// The number of the entry that begins at `offset`.
    private func place(at offset: Int) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].offset == offset ? low : nil
    }

    // MARK: Deltas

    /// Finds out what all deltas make.
    mutating func resolve(
        _ base: (ObjectID) -> (kind: ObjectKind, bytes: [UInt8])?,
        _ visit: (ObjectID, ObjectKind, [UInt8]) -> Void
    ) throws(PackFault) {
        guard unresolved > 0 else { return }
        for number in entries.indices {
            guard case .whole(let kind) = entries[number].header.form, isAwaited(number) else {
                continue
            }
            try resolve(onto: kind, try inflated(number), waiting(for: number), visit)
        }
        // What the repository lacks now it lacks after the others, too.
        for id in waitingForObject.keys.sorted() where waitingForObject[id] != nil {
            guard let (kind, bytes) = base(id) else { continue }
            bases.append(id)
            baseByteCount += bytes.count
            guard baseByteCount <= limits.bases else {
                throw .malformed("its deltas are of more than \(limits.bases) bytes that it lacks")
            }
            let deltas = waitingForObject.removeValue(forKey: id) ?? []
            try resolve(onto: kind, bytes, deltas, visit)
        }
        guard unresolved == 0 else {
            throw .malformed("the base of a delta is neither in it nor here")
        }
    }

    /// All objects of the pack that are known.
    var ids: Set<ObjectID> { Set(entries.compactMap(\.id)) }

    /// Whether a base of the repository's turned out to be in the pack, too.
    var hasDoubledBase: Bool {
        !bases.isEmpty && !ids.isDisjoint(with: bases)
    }

    private func isAwaited(_ number: Int) -> Bool {
        waitingForEntry[number] != nil
            || entries[number].id.map { waitingForObject[$0] != nil } ?? false
    }

    private mutating func waiting(for number: Int) -> [Int] {
        let byObject = entries[number].id.flatMap { waitingForObject.removeValue(forKey: $0) }
        return (waitingForEntry.removeValue(forKey: number) ?? []) + (byObject ?? [])
    }

    /// Applies deltas of one object, and those of what they make.
    private mutating func resolve(
        onto kind: ObjectKind, _ bytes: [UInt8], _ deltas: [Int],
        _ visit: (ObjectID, ObjectKind, [UInt8]) -> Void
    ) throws(PackFault) {
        var rest = [(bytes: bytes, deltas: deltas[...])]
        var held = bytes.count
        while var last = rest.popLast() {
            try expectUncancelled()
            held -= last.bytes.count
            guard let number = last.deltas.popFirst() else { continue }
            // The bytes are let go with their last delta.
            if !last.deltas.isEmpty {
                rest.append(last)
                held += last.bytes.count
            }
            guard
                let object = applied(try inflated(number), to: last.bytes, limit: limits.object)
            else {
                throw .malformed("the delta at byte \(entries[number].offset) does not fit")
            }
            entries[number].id = try known(kind, object, visit)
            unresolved -= 1
            let next = waiting(for: number)
            guard !next.isEmpty else { continue }
            rest.append((object, next[...]))
            held += object.count
            guard held <= limits.bases else {
                throw .malformed("too many of its deltas wait for each other")
            }
        }
    }

    private func inflated(_ number: Int) throws(PackFault) -> [UInt8] {
        let entry = entries[number]
        let stream = file.bytes[(entry.offset + entry.header.length)..<entry.end]
        guard
            let bytes = deflate.value.decompress(
                UnsafeRawBufferPointer(rebasing: stream), count: entry.header.count)
        else { throw .malformed("the entry at byte \(entry.offset) cannot be read") }
        return bytes
    }

    // MARK: Completing

    /// Puts the pack on the disk, with the bases that it lacks; returns its checksum.
    mutating func complete(
        adding base: (ObjectID) -> (kind: ObjectKind, bytes: [UInt8])?
    ) throws(PackFault) -> [UInt8] {
        index = entries.map { entry in
            let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.offset..<entry.end])
            return IndexEntry(
                id: entry.id ?? .zero, offset: UInt64(entry.offset), crc: crc32(bytes))
        }
        do throws(FileError) {
            guard bases.isEmpty else { return try writeWithBases(base) }
            try syncFile(path)
            return Array(file.bytes.suffix(20))
        } catch {
            throw .file(error)
        }
    }

    private mutating func writeWithBases(
        _ base: (ObjectID) -> (kind: ObjectKind, bytes: [UInt8])?
    ) throws(FileError) -> [UInt8] {
        // The mapping keeps the bytes.
        try removeFile(path)
        var pack = try DurableFile(creating: path, mode: 0o444)
        var hash = Insecure.SHA1()
        func put(_ bytes: [UInt8]) throws(FileError) {
            hash.update(data: bytes)
            try pack.write(bytes)
        }
        try put(PackHeader.bytes(count: entries.count + bases.count))
        let end = file.bytes.count - 20
        for start in stride(from: PackHeader.length, to: end, by: 1 << 20) {
            try put(Array(file.bytes[start..<min(start + 1 << 20, end)]))
        }
        var compressor = Deflate()
        for id in bases {
            // It could be read a moment ago, and was not kept, for all of them are large.
            guard let (kind, bytes) = base(id) else {
                throw FileError("read object \(id) again", code: EIO)
            }
            var entry: [UInt8] = []
            EntryHeader.append(.whole(kind), count: bytes.count, to: &entry)
            bytes.withUnsafeBytes { compressor.compress($0, into: &entry) }
            let crc = entry.withUnsafeBytes { crc32($0) }
            index.append(IndexEntry(id: id, offset: UInt64(pack.count), crc: crc))
            try put(entry)
        }
        let trailer = Array(hash.finalize())
        try pack.write(trailer)
        try pack.sync()
        return trailer
    }
}

private func hash(_ bytes: Slice<UnsafeRawBufferPointer>) -> Insecure.SHA1Digest {
    var hash = Insecure.SHA1()
    hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes))
    return hash.finalize()
}

/// Puts a file that somebody else has written on the disk, and makes it one that nobody changes.
private func syncFile(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open \(path)") }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o444) == 0, fsync(descriptor) == 0 else {
        throw FileError("sync \(path)")
    }
}

/// A decompressor in a struct that is copied.
private final class SharedDeflate {
    let value = Deflate()
}
