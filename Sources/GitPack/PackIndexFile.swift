import Crypto
import GitObjects

/// The index of one pack on the disk, version 2 (git's `gitformat-pack`).
///
/// A look-up costs some 200 ns and touches a few of the file's pages.
struct PackIndexFile: Sendable {
    private let file: MappedFile
    /// Objects in the pack.
    let count: Int
    private let ids: Int
    private let checksums: Int
    private let offsets: Int
    private let largeOffsets: Int

    /// `nil` if the file is no whole index of this version.
    init?(_ path: String) throws(FileError) {
        file = try MappedFile(path)
        let bytes = file.bytes
        guard bytes.count >= 1_072, bytes.bigEndian(at: 0) as UInt32 == 0xFF74_4F63,
            bytes.bigEndian(at: 4) as UInt32 == 2
        else { return nil }
        count = Int(bytes.bigEndian(at: 1_028) as UInt32)
        ids = 1_032
        checksums = ids + 20 * count
        offsets = checksums + 4 * count
        largeOffsets = offsets + 4 * count
        guard bytes.count >= largeOffsets + 40, (bytes.count - largeOffsets - 40) % 8 == 0 else {
            return nil
        }
    }

    /// The checksum at the end of the pack this is the index of.
    var packTrailer: [UInt8] {
        Array(file.bytes[(file.bytes.count - 40)..<(file.bytes.count - 20)])
    }

    /// Returns the place of an object in the order of IDs.
    func place(of id: ObjectID) -> Int? {
        let first = Int(id.firstByte)
        var low = first == 0 ? 0 : fan(first - 1)
        var high = fan(first)
        guard high <= count else { return nil }
        while low < high {
            let middle = (low + high) / 2
            let found = self.id(at: middle)
            if found == id { return middle }
            if found < id { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    private func fan(_ byte: Int) -> Int { Int(file.bytes.bigEndian(at: 8 + 4 * byte) as UInt32) }

    func id(at place: Int) -> ObjectID {
        let start = ids + 20 * place
        return ObjectID(
            file.bytes.bigEndian(at: start), file.bytes.bigEndian(at: start + 8),
            file.bytes.bigEndian(at: start + 16))
    }

    /// Where the object lies; `nil` if the index is damaged.
    func entry(at place: Int) -> IndexEntry? {
        guard let offset = offset(at: place) else { return nil }
        return IndexEntry(
            id: id(at: place), offset: offset,
            crc: file.bytes.bigEndian(at: checksums + 4 * place))
    }

    /// Where the entry begins; `nil` if the index is damaged.
    func offset(at place: Int) -> UInt64? {
        let short: UInt32 = file.bytes.bigEndian(at: offsets + 4 * place)
        guard short >= 1 << 31 else { return UInt64(short) }
        let large = largeOffsets + 8 * Int(short & 0x7FFF_FFFF)
        guard large + 48 <= file.bytes.count else { return nil }
        return file.bytes.bigEndian(at: large)
    }

    /// Whether the file is what was written, by the checksum at its end. Reads all of it.
    var isIntact: Bool {
        var hash = Insecure.SHA1()
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: file.bytes.dropLast(20)))
        return hash.finalize().elementsEqual(file.bytes.suffix(20))
    }
}
