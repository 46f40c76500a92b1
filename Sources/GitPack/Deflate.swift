import CDeflate

/// Compresses and restores whole buffers in zlib's format, with libdeflate.
///
/// Level 1: on Graph's JSON the higher levels cost two to seven times the time for a tenth of the
/// size, and on deltas they gain nothing. One instance serves one thread at a time.
package struct Deflate: ~Copyable {
    private let compressor: OpaquePointer
    private let decompressor: OpaquePointer
    private var buffer: [UInt8] = []

    /// So few bytes are stored: a folder of one object is mostly two hashes in other words, which
    /// do not compress, and a call of libdeflate has a fixed price of some microseconds.
    private static let stored = 80

    package init() {
        guard let compressor = libdeflate_alloc_compressor(1),
            let decompressor = libdeflate_alloc_decompressor()
        else { preconditionFailure("out of memory") }
        self.compressor = compressor
        self.decompressor = decompressor
    }

    deinit {
        libdeflate_free_compressor(compressor)
        libdeflate_free_decompressor(decompressor)
    }

    /// Appends the zlib stream of `bytes` to `output`.
    package mutating func compress(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard bytes.count > Self.stored else { return store(bytes, in: &output) }
        let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
        if buffer.count < bound { buffer = [UInt8](repeating: 0, count: bound) }
        let count = buffer.withUnsafeMutableBytes { output in
            libdeflate_zlib_compress(
                compressor, bytes.baseAddress, bytes.count, output.baseAddress, output.count)
        }
        precondition(count > 0, "libdeflate needs no more than its own bound")
        output.append(contentsOf: buffer[..<count])
    }

    /// Returns the zlib stream of a large buffer. Memory: that of the stream.
    func compressed(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { output, filled in
            filled = libdeflate_zlib_compress(
                compressor, bytes.baseAddress, bytes.count, output.baseAddress, bound)
            precondition(filled > 0, "libdeflate needs no more than its own bound")
        }
    }

    /// Appends a zlib stream of one stored block (RFC 1951, 3.2.4).
    private func store(_ bytes: UnsafeRawBufferPointer, in output: inout [UInt8]) {
        let count = UInt64(bytes.count)
        // zlib's header, one last block, its count and the complement of that.
        let head: UInt64 = 0x0001_0178 | count << 24 | (~count & 0xFF) << 40 | 0xFF << 48
        withUnsafeBytes(of: head.littleEndian) {
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<7]))
        }
        output.append(contentsOf: bytes)
        let sum = libdeflate_adler32(1, bytes.baseAddress, bytes.count)
        withUnsafeBytes(of: sum.bigEndian) { output.append(contentsOf: $0) }
    }

    /// Returns the `count` bytes a zlib stream holds; `nil` if it does not hold exactly those.
    func decompress(_ stream: [UInt8], count: Int) -> [UInt8]? {
        stream.withUnsafeBytes { decompress($0, count: count) }
    }

    /// Returns the `count` bytes a zlib stream holds; `nil` if it does not hold exactly those.
    func decompress(_ stream: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        var result = LIBDEFLATE_SUCCESS
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
            result = libdeflate_zlib_decompress(
                decompressor, stream.baseAddress, stream.count, output.baseAddress, count, nil)
            filled = result == LIBDEFLATE_SUCCESS ? count : 0
        }
        return result == LIBDEFLATE_SUCCESS ? bytes : nil
    }

    /// Returns the `count` bytes of the zlib stream that `bytes` begin with, and its own length;
    /// `nil` if it does not hold exactly those.
    func decompress(
        prefixOf bytes: UnsafeRawBufferPointer, count: Int
    ) -> (bytes: [UInt8], length: Int)? {
        var (result, length, written) = (LIBDEFLATE_SUCCESS, 0, 0)
        let inflated = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
            result = libdeflate_zlib_decompress_ex(
                decompressor, bytes.baseAddress, bytes.count, output.baseAddress, count, &length,
                &written)
            filled = result == LIBDEFLATE_SUCCESS ? written : 0
        }
        return result == LIBDEFLATE_SUCCESS && written == count ? (inflated, length) : nil
    }

    /// Returns the bytes of a zlib stream of unknown length; `nil` if it is not whole, or holds
    /// over 2 GiB.
    func decompress(_ stream: [UInt8]) -> [UInt8]? {
        var room = max(4_096, stream.count * 4)
        while room <= 1 << 31 {
            var result = LIBDEFLATE_SUCCESS
            let bytes = [UInt8](unsafeUninitializedCapacity: room) { output, filled in
                stream.withUnsafeBytes { input in
                    result = libdeflate_zlib_decompress(
                        decompressor, input.baseAddress, input.count, output.baseAddress, room,
                        &filled)
                }
                if result != LIBDEFLATE_SUCCESS { filled = 0 }
            }
            guard result == LIBDEFLATE_INSUFFICIENT_SPACE else {
                return result == LIBDEFLATE_SUCCESS ? bytes : nil
            }
            room *= 4
        }
        return nil
    }
}

/// Returns the CRC-32 of `bytes`, as an index keeps it for each entry.
func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    crc32(0, bytes)
}

/// Returns the CRC-32 of bytes whose first part has this one and whose rest are `bytes`.
func crc32(_ first: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    libdeflate_crc32(first, bytes.baseAddress, bytes.count)
}
