import GitPack
import Glibc

/// Holds one repository for one run.
///
/// The lock is the operating system's and dies with its process, however it dies. The file also
/// lists what the run is about to leave beside it, so that the next run can remove exactly that if
/// this one is killed: nobody else's lock file is ever touched.
struct RunLock: ~Copyable {
    private let folder: String
    private let descriptor: Int32

    /// The lock's path below the repository.
    static let name = "tenantkeep/lock"

    /// Takes the lock and clears away what a dead run had listed.
    ///
    /// - Parameter folder: the repository; its `tenantkeep` folder must exist.
    /// - Throws: ``GitError`` of kind `held` at once if another run holds the repository.
    init(of folder: String) throws(GitError) {
        let path = "\(folder)/\(Self.name)"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        self.folder = folder
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw GitError(FileError("open \(path)")) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw GitError(FileError("lock \(path)")) }
            throw try Self.held(folder)
        }
        try files { () throws(FileError) in
            try clearAway()
            try clear()
        }
    }

    deinit {
        // Closing would not do while a process that somebody is just starting has the descriptor
        // too, which it keeps until it has become another program.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func held(_ folder: String) throws(GitError) -> GitError {
        let content = try files { () throws(FileError) in try readFile("\(folder)/\(name)") }
        let first = String(decoding: content ?? [], as: UTF8.self).split(separator: "\n").first
        return GitError(
            .held, "lock \(folder)",
            reason: "another run holds it" + (first.map { " (\($0))" } ?? ""),
            hint: "Wait for that run to end, or end it, and start this one again.")
    }

    /// Notes files this run is about to create; returns when the note is on the disk.
    ///
    /// - Parameter paths: absolute, below the repository.
    func willCreate(_ paths: [String]) throws(FileError) {
        try append(paths.map { "\($0.dropFirst(folder.count + 1))\n" }.joined())
        guard fsync(descriptor) == 0 else { throw FileError("sync \(folder)/\(Self.name)") }
    }

    private func clearAway() throws(FileError) {
        let path = "\(folder)/\(Self.name)"
        let list = String(decoding: try readFile(path) ?? [], as: UTF8.self)
        for line in list.split(separator: "\n").dropFirst() where Self.mayBeOurs(line) {
            try removeFile("\(folder)/\(line)")
        }
    }

    /// Forgets the noted files: whoever made them has renamed or removed them.
    func clear() throws(FileError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FileError("write \(folder)/\(Self.name)")
        }
        try append("process \(getpid())\n")
    }

    private func append(_ text: String) throws(FileError) {
        let bytes = Array(text.utf8)
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw FileError("write \(folder)/\(Self.name)") }
    }

    /// Whether a run of ours can have made a file of this name; the list might be damaged.
    private static func mayBeOurs(_ path: Substring) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(".."), !parts.contains("") else { return false }
        return path.hasSuffix(".lock") || path.hasPrefix("objects/pack/tmp_")
    }
}
