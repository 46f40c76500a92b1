import Crypto
package import GitObjects

/// Writes a pack that is sent to another repository and never read here.
///
/// Deltas name their bases, or, if the receiver understands that, say how far back they lie. A base
/// may be missing from the pack, if the receiver has it.
///
/// - Memory: 40 bytes an object.
package struct SentPackWriter: ~Copyable {
    private var file: DurableFile
    private var hash: Insecure.SHA1
    private var deflate: Deflate
    private var copies: PackedCopies
    private let announced: Int
    private let usesOffsets: Bool
    /// Where each object's entry begins.
    private var offsets: [ObjectID: Int]

    /// - Parameters:
    ///   - path: where the pack is written; nothing may be there.
    ///   - count: objects that will be in it.
    ///   - folder: the `objects/pack` that objects are copied from.
    ///   - usesOffsets: whether the receiver understands distances (`ofs-delta`).
    package init(
        creating path: String, count: Int, copyingFrom folder: String, usesOffsets: Bool
    ) throws(FileError) {
        let copies = try PackedCopies(in: folder)
        var file = try DurableFile(creating: path, mode: 0o600)
        let header = PackHeader.bytes(count: count)
        try file.write(header)
        self.file = file
        self.copies = copies
        hash = Insecure.SHA1()
        hash.update(data: header)
        deflate = Deflate()
        offsets = Dictionary(minimumCapacity: count)
        announced = count
        self.usesOffsets = usesOffsets
    }

    /// Bytes of the pack so far.
    package var byteCount: Int { file.count }

    /// Appends an object as the repository has packed it; returns whether that could be done.
    ///
    /// - Parameter isSent: whether an object is in this pack: only then it can be a base.
    package mutating func copy(
        _ id: ObjectID, isSent: (ObjectID) -> Bool
    ) throws(FileError) -> Bool {
        guard let copy = try copies.copy(of: id) else { return false }
        switch (copy.form, copy.entry.header.form) {
        case (.whole, let form):
            try append(form, count: copy.entry.header.count, copy.stream, id)
        case (.delta(let base), _):
            guard isSent(base) else { return false }
            try append(delta(of: base), count: copy.entry.header.count, copy.stream, id)
        }
        return true
    }

    /// Appends an object as a whole.
    package mutating func append(
        _ kind: ObjectKind, _ bytes: [UInt8], id: ObjectID
    ) throws(FileError) {
        let stream = bytes.withUnsafeBytes { deflate.compressed($0) }
        try append(.whole(kind), count: bytes.count, stream, id)
    }

    /// Appends an object as a delta of one that the receiver has, or finds in the pack.
    package mutating func append(
        _ delta: ObjectDelta, of base: ObjectID, id: ObjectID
    ) throws(FileError) {
        let stream = delta.bytes.withUnsafeBytes { deflate.compressed($0) }
        try append(self.delta(of: base), count: delta.bytes.count, stream, id)
    }

    /// Completes the pack. It need not be on the disk: nobody wants it after this run.
    package consuming func finish() throws(FileError) {
        precondition(offsets.count == announced, "a pack's header says how many objects it holds")
        try file.write(Array(hash.finalize()))
        try file.flush()
    }

    private func delta(of base: ObjectID) -> EntryHeader.Form {
        guard usesOffsets, let offset = offsets[base] else { return .referenceDelta(base) }
        return .offsetDelta(distance: file.count - offset)
    }

    private mutating func append(
        _ form: EntryHeader.Form, count: Int, _ stream: [UInt8], _ id: ObjectID
    ) throws(FileError) {
        offsets[id] = file.count
        var header: [UInt8] = []
        EntryHeader.append(form, count: count, to: &header)
        try put(header)
        try put(stream)
    }

    private mutating func put(_ bytes: [UInt8]) throws(FileError) {
        hash.update(data: bytes)
        try file.write(bytes)
    }
}
