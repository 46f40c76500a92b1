import GitObjects
import Glibc

/// One pack whose entries are copied into another.
///
/// Nothing is taken on trust: index and entries are held against their checksums, since a copy gets
/// new ones and would hide what is damaged.
///
/// Memory: the mappings, and 4 bytes an object.
struct PackSource {
    let file: MappedFile
    private let path: String
    private let index: PackIndexFile
    /// Places in the index, in the order of the pack.
    private let order: [UInt32]

    struct Entry {
        let id: ObjectID
        /// CRC-32 of all its bytes.
        let crc: UInt32
        /// Where it stands in the pack.
        let range: Range<Int>
        let header: EntryHeader

        /// Where its zlib stream stands.
        var stream: Range<Int> { (range.lowerBound + header.length)..<range.upperBound }
    }

    /// - Throws: ``FileError`` with `EIO` if the pair is damaged.
    init(_ pair: PackPair) throws(FileError) {
        path = "\(pair.path).pack"
        file = try MappedFile(path)
        let index = pair.index
        self.index = index
        order = (0..<UInt32(index.count)).sorted {
            index.offset(at: Int($0)) ?? .max < index.offset(at: Int($1)) ?? .max
        }
        let bytes = file.bytes
        guard index.isIntact, bytes.count >= PackHeader.length + 20,
            bytes.starts(with: PackHeader.bytes(count: index.count)),
            offset(0) == PackHeader.length
        else { throw damaged }
    }

    /// Objects in the pack.
    var count: Int { index.count }

    /// What is thrown when the pack is not what it should be.
    var damaged: FileError { FileError("read \(path)", code: EIO) }

    /// Returns the entry with this number, counted from 0 in the order of the pack.
    ///
    /// - Throws: ``FileError`` with `EIO` if it is not what the index says.
    func entry(_ number: Int) throws(FileError) -> Entry {
        let (start, end) = (offset(number), offset(number + 1))
        guard start < end, end <= file.bytes.count - 20,
            let known = index.entry(at: Int(order[number])),
            crc32(UnsafeRawBufferPointer(rebasing: file.bytes[start..<end])) == known.crc,
            let header = EntryHeader(file.bytes, at: start), start + header.length < end
        else { throw damaged }
        return Entry(id: known.id, crc: known.crc, range: start..<end, header: header)
    }

    /// Whether the pack holds the object.
    func holds(_ id: ObjectID) -> Bool { index.place(of: id) != nil }

    /// Returns the entry of an object; `nil` if the pack does not hold it.
    func entry(of id: ObjectID) throws(FileError) -> Entry? {
        guard let place = index.place(of: id) else { return nil }
        guard let start = index.offset(at: place), let number = number(at: Int(clamping: start))
        else { throw damaged }
        return try entry(number)
    }

    /// Returns the object whose entry begins at `start`; `nil` if none does.
    func id(at start: Int) -> ObjectID? {
        number(at: start).map { index.id(at: Int(order[$0])) }
    }

    private func number(at start: Int) -> Int? {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if offset(middle) < start { low = middle + 1 } else { high = middle }
        }
        return low < order.count && offset(low) == start ? low : nil
    }

    /// Where the entry with this number begins; after the last one, where the entries end.
    private func offset(_ number: Int) -> Int {
        guard number < order.count else { return file.bytes.count - 20 }
        return Int(clamping: index.offset(at: Int(order[number])) ?? .max)
    }
}

/// The first bytes of a pack.
enum PackHeader {
    static let length = 12

    static func bytes(count: Int) -> [UInt8] {
        Array("PACK".utf8) + bigEndian(UInt32(2)) + bigEndian(UInt32(count))
    }
}
