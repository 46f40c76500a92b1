import Crypto
package import GitObjects

/// Where one object lies in a pack.
package struct IndexEntry: PackedObject, Sendable {
    let id: ObjectID
    let offset: UInt64
    /// CRC-32 of the packed bytes.
    let crc: UInt32

    package init(id: ObjectID, offset: UInt64, crc: UInt32) {
        self.id = id
        self.offset = offset
        self.crc = crc
    }
}

/// The index of a pack, version 2 (git's `gitformat-pack`).
///
/// Memory: the entries and 4 bytes for each.
package struct PackIndex {
    private let entries: [IndexEntry]
    /// Places of the entries in the order of their IDs.
    private let order: [UInt32]

    /// - Parameter entries: one for each object, in any order.
    package init(_ entries: [IndexEntry]) {
        self.entries = entries
        order = orderedByID(entries)
    }

    /// Whether two entries have one ID.
    var hasDuplicates: Bool {
        zip(order, order.dropFirst()).contains { entries[Int($0)].id == entries[Int($1)].id }
    }

    /// Writes the whole file: fan-out, IDs, CRCs, offsets, offsets from 2 GiB on, checksums.
    ///
    /// - Parameter emit: takes the next bytes, a few hundred KiB at a time.
    func write(
        packTrailer: [UInt8], _ emit: ([UInt8]) throws(FileError) -> Void
    ) throws(FileError) {
        var hash = Insecure.SHA1()
        var buffer: [UInt8] = []
        func send() throws(FileError) {
            hash.update(data: buffer)
            try emit(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
        buffer = [0xFF, 0x74, 0x4F, 0x63] + bigEndian(UInt32(2)) + fanOut
        try send()
        for part in parts {
            for place in part { entries[Int(place)].id.append(to: &buffer) }
            try send()
        }
        for part in parts {
            for place in part { append(entries[Int(place)].crc, to: &buffer) }
            try send()
        }
        var large: [UInt64] = []
        for part in parts {
            for place in part {
                append(shortOffset(entries[Int(place)].offset, &large), to: &buffer)
            }
            try send()
        }
        for offset in large { buffer += bigEndian(offset) }
        buffer += packTrailer
        try send()
        try emit(Array(hash.finalize()))
    }

    /// Writes the whole file and puts it on the disk; leaves nothing if it cannot.
    package func write(to path: String, packTrailer: [UInt8]) throws(FileError) {
        _ = try file(writtenTo: path, packTrailer: packTrailer)
    }

    /// The same; returns the file, still open.
    func file(writtenTo path: String, packTrailer: [UInt8]) throws(FileError) -> OpenFile {
        var file = try DurableFile(creating: path, mode: 0o444)
        do throws(FileError) {
            try write(packTrailer: packTrailer) { (bytes) throws(FileError) in
                try file.write(bytes)
            }
            try file.sync()
            return try OpenFile(file)
        } catch {
            try? removeFile(path)
            throw error
        }
    }

    /// The order, some thousand places at a time.
    private var parts: [ArraySlice<UInt32>] {
        stride(from: 0, to: order.count, by: 1 << 14).map {
            order[$0..<min($0 + 1 << 14, order.count)]
        }
    }

    /// For each first byte, how many IDs have it or a smaller one.
    private var fanOut: [UInt8] {
        var counts = [UInt32](repeating: 0, count: 256)
        for entry in entries { counts[Int(entry.id.firstByte)] += 1 }
        var sum: UInt32 = 0
        return counts.flatMap { count in
            sum += count
            return bigEndian(sum)
        }
    }

    /// An offset below 2 GiB as it is, another as its place in the table of large ones.
    private func shortOffset(_ offset: UInt64, _ large: inout [UInt64]) -> UInt32 {
        guard offset >= 1 << 31 else { return UInt32(offset) }
        large.append(offset)
        return UInt32(1 << 31 | large.count - 1)
    }
}

private func append(_ value: UInt32, to bytes: inout [UInt8]) {
    for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
}

/// Returns the places of the entries in the order of their IDs: first into buckets by 16 bits, which
/// a hash fills evenly, then each bucket by insertion.
private func orderedByID(_ entries: [IndexEntry]) -> [UInt32] {
    var starts = [Int](repeating: 0, count: 1 << 16 + 1)
    for entry in entries { starts[bucket(entry) + 1] += 1 }
    for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
    var order = [UInt32](repeating: 0, count: entries.count)
    var next = starts
    for (place, entry) in entries.enumerated() {
        order[next[bucket(entry)]] = UInt32(place)
        next[bucket(entry)] += 1
    }
    for bucket in 0..<(starts.count - 1) {
        sort(&order, starts[bucket]..<starts[bucket + 1], entries)
    }
    return order
}

private func bucket(_ entry: IndexEntry) -> Int { Int(entry.id.high >> 48) }

private func sort(_ order: inout [UInt32], _ range: Range<Int>, _ entries: [IndexEntry]) {
    // IDs that somebody chose alike must not cost the square of their number.
    guard range.count <= 64 else {
        order[range].sort { entries[Int($0)].id < entries[Int($1)].id }
        return
    }
    for end in range.dropFirst() {
        let place = order[end]
        var at = end
        while at > range.lowerBound, entries[Int(place)].id < entries[Int(order[at - 1])].id {
            order[at] = order[at - 1]
            at -= 1
        }
        order[at] = place
    }
}
