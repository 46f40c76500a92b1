import CLinux
import Glibc

/// A file being made: created where none was, written once from front to back, synced before it is
/// renamed into place.
///
/// - Durability: ``sync()`` returns when the bytes are on the disk; ``syncFolder(_:)`` when names
///   in a folder are. Until both, a power cut may take the file.
/// - Memory: 1 MiB of buffer.
/// - Errors: every method throws ``FileError``. A file that is let go is closed, but not
///   removed.
package struct DurableFile: ~Copyable {
    package let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Bytes given to ``write(_:)`` so far.
    package private(set) var count = 0

    private static let bufferSize = 1 << 20

    /// Creates the file; fails if the path exists.
    ///
    /// - Parameter mode: permissions, before the process's mask.
    package init(creating path: String, mode: UInt32 = 0o644) throws(FileError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileError("create \(path)") }
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Appends `bytes`.
    package mutating func write(_ bytes: [UInt8]) throws(FileError) {
        count += bytes.count
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        if bytes.count >= Self.bufferSize {
            try writeAll(bytes)
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    /// Replaces what stands at `offset`, which must have been written.
    package mutating func overwrite(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        try flush()
        let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, offset) }
        guard written >= 0 else { throw FileError("write \(path)") }
        guard written == bytes.count else { throw FileError("write \(path)", code: ENOSPC) }
    }

    /// Returns `count` bytes from `offset`, all of which must have been written.
    package mutating func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        try flush()
        return try readFlushed(count, at: offset)
    }

    /// The same of bytes that have been given to the system, as all have after ``flush()``.
    func readFlushed(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var done = 0
        var failure: Int32?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while done < count {
                let part = pread(
                    descriptor, buffer.baseAddress?.advanced(by: done), count - done, offset + done)
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

    /// Returns when all bytes written so far are on the disk.
    package mutating func sync() throws(FileError) {
        try flush()
        try syncFlushed()
    }

    /// Returns when all bytes given to the system are on the disk.
    func syncFlushed() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError("sync \(path)") }
    }

    /// Gives all bytes written so far to the system.
    package mutating func flush() throws(FileError) {
        guard !buffer.isEmpty else { return }
        try writeAll(buffer)
        beginWriteBack(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }

    /// The last bytes are on their way to the disk while the next are made, so that ``sync()`` has
    /// little to wait for. Only a wish: a file system that cannot is no error.
    private func beginWriteBack(_ count: Int) {
        let end = lseek(descriptor, 0, SEEK_CUR)
        _ = clinux_begin_write_back(descriptor, end - count, count)
    }

    // MARK: Names

    /// Whether the file still has its name, and no other file has it.
    package var isInPlace: Bool {
        let own = FileIdentity(of: descriptor)
        return own != nil && own == FileIdentity(at: path)
    }

    /// Removes the file, unless another one has its name by now.
    package func removeIfInPlace() {
        if isInPlace { unlink(path) }
    }

    /// A descriptor of the same file, for the caller to close.
    func duplicateDescriptor() throws(FileError) -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw FileError("open \(path)") }
        return copy
    }

    private func writeAll(_ bytes: [UInt8]) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let part = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if part < 0 && errno == EINTR { continue }
            guard part > 0 else { throw FileError("write \(path)") }
            done += part
        }
    }
}

/// Gives a file its final name, replacing what had it.
package func renameFile(_ path: String, to target: String) throws(FileError) {
    guard rename(path, target) == 0 else { throw FileError("rename \(path) to \(target)") }
}

/// Removes a file; one that is not there is no error.
package func removeFile(_ path: String) throws(FileError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw FileError("remove \(path)") }
}

/// Returns when the names in a folder are on the disk.
package func syncFolder(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open \(path)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError("sync \(path)") }
}

/// Returns all bytes of a file; `nil` if there is none.
package func readFile(_ path: String) throws(FileError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw FileError("open \(path)")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let part = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if part < 0 && errno == EINTR { continue }
        guard part >= 0 else { throw FileError("read \(path)") }
        guard part > 0 else { return bytes }
        bytes.append(contentsOf: chunk[..<part])
    }
}

/// Returns the file that a path leads to through symbolic links, whether it is there or not; the path
/// itself if it is no link.
package func resolvedLink(_ path: String) throws(FileError) -> String {
    var path = path
    // As many as git follows for a lock.
    for _ in 0..<5 {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &target, target.count)
        guard count >= 0 else { return path }
        let text = String(
            decoding: target[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        path = text.hasPrefix("/") ? text : "\(folder)/\(text)"
    }
    throw FileError("follow the link \(path)", code: ELOOP)
}
