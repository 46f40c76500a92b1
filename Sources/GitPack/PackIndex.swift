import Crypto
import GitObjects

/// Where one object lies in a pack.
struct IndexEntry: Sendable {
    let id: ObjectID
    let offset: UInt64
    /// CRC-32 of the packed bytes.
    let crc: UInt32
}

/// The index of a pack, version 2 (git's `gitformat-pack`).
struct PackIndex {
    private let entries: [IndexEntry]

    /// - Parameter entries: one for each object, in any order.
    init(_ entries: [IndexEntry]) {
        self.entries = entries.sorted { $0.id < $1.id }
    }

    /// The whole file: fan-out, IDs, CRCs, offsets, offsets from 2 GiB on, checksums.
    func bytes(packTrailer: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0x74, 0x4F, 0x63] + bigEndian(UInt32(2))
        bytes.reserveCapacity(1_072 + 28 * entries.count)
        appendFanOut(to: &bytes)
        for entry in entries { entry.id.append(to: &bytes) }
        for entry in entries { bytes += bigEndian(entry.crc) }
        appendOffsets(to: &bytes)
        bytes += packTrailer
        bytes += Array(Insecure.SHA1.hash(data: bytes))
        return bytes
    }

    /// For each first byte, how many IDs have it or a smaller one.
    private func appendFanOut(to bytes: inout [UInt8]) {
        var counts = [UInt32](repeating: 0, count: 256)
        for entry in entries { counts[Int(entry.id.firstByte)] += 1 }
        var sum: UInt32 = 0
        for count in counts {
            sum += count
            bytes += bigEndian(sum)
        }
    }

    private func appendOffsets(to bytes: inout [UInt8]) {
        var large: [UInt64] = []
        for entry in entries {
            if entry.offset < 1 << 31 {
                bytes += bigEndian(UInt32(entry.offset))
            } else {
                bytes += bigEndian(UInt32(1 << 31 | large.count))
                large.append(entry.offset)
            }
        }
        for offset in large { bytes += bigEndian(offset) }
    }
}
