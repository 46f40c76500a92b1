import Glibc

/// A whole file as memory, for reading.
///
/// Memory: the kernel's copy of the file; only pages that are looked at count. Git and this program
/// never change a finished pack or index in place, so a mapping stays what it was, also when the
/// file's name is removed.
///
/// Unchecked, because a pointer is not `Sendable`: it leads to memory that nobody writes, and that
/// stays mapped as long as this object lives.
final class MappedFile: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    init(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open \(path)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError("read \(path)") }
        let count = Int(status.st_size)
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let memory, memory != MAP_FAILED else { throw FileError("read \(path)") }
        bytes = UnsafeRawBufferPointer(start: memory, count: count)
    }

    deinit {
        if let start = bytes.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The integer at `offset`, in network order.
    func bigEndian<Integer: FixedWidthInteger>(at offset: Int) -> Integer {
        Integer(bigEndian: loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
}
