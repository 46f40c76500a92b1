import Glibc

/// Which file stands under a name, so that it is known again when another has taken the name.
///
/// Good as long as the file exists: file systems give the number of a removed file to the next one.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt
    private let inode: UInt

    /// `nil` if nothing has this name. A symbolic link is not followed.
    package init?(at path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        (device, inode) = (status.st_dev, status.st_ino)
    }

    init?(of descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        (device, inode) = (status.st_dev, status.st_ino)
    }
}

/// A file that stays readable when somebody else removes its name.
///
/// `git gc --prune=now` removes every file whose name begins with `tmp_`, whoever writes it.
final class OpenFile: Sendable {
    private let descriptor: Int32

    /// Opens the file once more, under whatever name.
    init(_ file: borrowing DurableFile) throws(FileError) {
        descriptor = try file.duplicateDescriptor()
    }

    init(at path: String) throws(FileError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open \(path)") }
    }

    deinit {
        close(descriptor)
    }

    /// Renames the file, which is on the disk under the name `temporary`. If that name was removed,
    /// the bytes are written there again first.
    func rename(
        _ temporary: String, to name: String, _ sharing: SharedPermissions
    ) throws(FileError) {
        var attempts = 0
        while true {
            do throws(FileError) {
                try sharing.adjust(temporary)
                return try renameFile(temporary, to: name)
            } catch {
                attempts += 1
                guard error.code == ENOENT, attempts < 10 else { throw error }
                try copy(to: temporary)
            }
        }
    }

    private func copy(to path: String) throws(FileError) {
        var file = try DurableFile(creating: path, mode: 0o444)
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let offset = file.count
            let part = chunk.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, offset)
            }
            if part < 0 && errno == EINTR { continue }
            guard part >= 0 else { throw FileError("read \(path)") }
            guard part > 0 else { break }
            try file.write(Array(chunk[..<part]))
        }
        try file.sync()
    }
}
