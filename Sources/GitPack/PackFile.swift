import Glibc

/// A finished pack on the disk, open for reading from front to back, as often as needed.
///
/// The file may be removed meanwhile.
package final class PackFile: Sendable {
    package let path: String
    package let byteCount: Int
    private let descriptor: Int32

    package init(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open \(path)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = FileError("read \(path)")
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// Returns `count` bytes from `offset`, fewer only at the end of the file.
    package func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        let count = max(0, min(count, byteCount - offset))
        var done = 0
        var failure: Int32?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while done < count {
                let start = buffer.baseAddress?.advanced(by: done)
                let part = pread(descriptor, start, count - done, off_t(offset + done))
                if part < 0 && errno == EINTR { continue }
                guard part > 0 else {
                    failure = part < 0 ? errno : EIO
                    break
                }
                done += part
            }
            filled = done
        }
        if let failure { throw FileError("read \(path)", code: failure) }
        return bytes
    }
}
