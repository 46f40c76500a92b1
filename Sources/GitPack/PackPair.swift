import Glibc

/// A pack and its index in a repository's `objects/pack`, each whole as far as the other says.
struct PackPair: Sendable {
    /// The path of both, without their extensions.
    let path: String
    let index: PackIndexFile

    /// The whole pairs in a folder, in no order; no folder is an empty one.
    static func all(in folder: String) throws(FileError) -> [PackPair] {
        var pairs: [PackPair] = []
        for name in try namesInFolder(folder) ?? [] where name.hasSuffix(".idx") {
            if let pair = try PackPair("\(folder)/\(name.dropLast(4))") { pairs.append(pair) }
        }
        return pairs
    }

    /// `nil` if there is no whole pair; a git that is at work may just have removed it.
    private init?(_ path: String) throws(FileError) {
        do throws(FileError) {
            guard let index = try PackIndexFile("\(path).idx"),
                try packTrailer("\(path).pack") == index.packTrailer
            else { return nil }
            self.path = path
            self.index = index
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
    }

    /// Whether somebody wants this very pack: a person who made a `.keep`, or a git that notes in
    /// `.promisor` or `.mtimes` what is special about its objects.
    var isHeld: Bool {
        ["keep", "promisor", "mtimes"].contains { access("\(path).\($0)", F_OK) == 0 }
    }

    /// When the pack was written, in nanoseconds since 1970.
    func modificationTime() throws(FileError) -> Int {
        var status = stat()
        guard stat("\(path).pack", &status) == 0 else { throw FileError("read \(path).pack") }
        return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
    }
}

/// The last 20 bytes of a pack; `nil` if there is none.
private func packTrailer(_ path: String) throws(FileError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 32 else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
        count = max(0, pread(descriptor, buffer.baseAddress, 20, end - 20))
    }
    return bytes
}
