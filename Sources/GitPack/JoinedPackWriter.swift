import Crypto
import GitObjects

/// Writes one pack out of entries that are packed already, and its index.
///
/// Entries that follow one another in their source are copied in one go. The number of objects is
/// known first, so the checksum is made on the way.
///
/// Memory: 40 bytes an object, and 8 to 16 for the table that finds it; 1 MiB of what is copied.
struct JoinedPackWriter: ~Copyable {
    private var file: DurableFile
    private var hash = Insecure.SHA1()
    private let names: [String]
    private let folder: String
    private let count: Int
    private let written: WrittenObjects
    /// What is copied next: bytes of a source, in which more may follow.
    private var stretch: (source: MappedFile, range: Range<Int>)?
    private let reached: (JoinStep) throws(FileError) -> Void

    private static let piece = 1 << 20

    /// Begins a pack of `count` objects under the names of a ``PackWriter``.
    init(
        in folder: String, unique: String, count: Int,
        _ reached: @escaping (JoinStep) throws(FileError) -> Void
    ) throws(FileError) {
        let names = PackWriter.temporaryNames(in: folder, unique: unique)
        var file = try DurableFile(creating: names[0], mode: 0o444)
        let header = PackHeader.bytes(count: count)
        try file.write(header)
        hash.update(data: header)
        self.file = file
        self.names = names
        self.folder = folder
        self.count = count
        written = WrittenObjects(capacity: count)
        self.reached = reached
    }

    /// Where the next entry begins.
    var position: Int { file.count + (stretch?.range.count ?? 0) }

    /// Whether the pack holds the object.
    func contains(_ id: ObjectID) -> Bool { written.contains(id) }

    /// Where the object's entry begins; `nil` if the pack does not hold it.
    func offset(of id: ObjectID) -> Int? { written.entry(of: id).map { Int($0.offset) } }

    /// Whether everything between these two places of the source lies here as it does there, so that
    /// an entry appended next is as far from one that begins at the lower one.
    func isInStep(_ source: MappedFile, _ range: Range<Int>) -> Bool {
        guard let stretch, stretch.source === source else { return false }
        return stretch.range.lowerBound <= range.lowerBound
            && stretch.range.upperBound == range.upperBound
    }

    /// Takes note of an object whose entry is appended next.
    func begin(_ id: ObjectID, crc: UInt32) {
        written.append(IndexEntry(id: id, offset: UInt64(position), crc: crc))
    }

    /// Appends bytes of a source.
    mutating func copy(_ source: MappedFile, _ range: Range<Int>) throws(FileError) {
        if let last = stretch, last.source === source, last.range.upperBound == range.lowerBound {
            stretch = (source, last.range.lowerBound..<range.upperBound)
        } else {
            try flush()
            stretch = (source, range)
        }
    }

    /// Appends bytes of its own.
    mutating func append(_ bytes: [UInt8]) throws(FileError) {
        try flush()
        try put(bytes)
    }

    private mutating func flush() throws(FileError) {
        guard let (source, range) = stretch else { return }
        stretch = nil
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.piece) {
            let piece = start..<min(start + Self.piece, range.upperBound)
            try put(Array(UnsafeRawBufferPointer(rebasing: source.bytes[piece])))
        }
    }

    private mutating func put(_ bytes: [UInt8]) throws(FileError) {
        try reached(.writing)
        hash.update(data: bytes)
        try file.write(bytes)
    }

    /// Completes pack and index and puts both on the disk, still under their temporary names;
    /// `nil` if it is not the number of objects that was announced.
    ///
    /// The caller removes the pack if this fails.
    mutating func finish() throws(FileError) -> FinishedPack? {
        try flush()
        guard written.count == count else { return nil }
        let trailer = Array(hash.finalize())
        try reached(.writing)
        try file.write(trailer)
        try file.sync()
        try reached(.indexing)
        let index = try PackIndex(written.take()).file(
            writtenTo: names[1], packTrailer: trailer)
        return FinishedPack(
            folder: folder, pack: .init(names[0], try OpenFile(file)),
            index: .init(names[1], index), id: ObjectID(trailer.span))
    }
}
