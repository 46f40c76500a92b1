import GitObjects
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
    /// The `.keep` files that a dead run left. Its packs may hold objects that this run finds and does
    /// not write again, so they stay until this run's refs have moved, or it ends.
    private(set) var inheritedKeepFiles: [String] = []

    /// The lock's path below the repository.
    static let name = "tenantkeep/lock"

    /// Takes the lock and clears away what a dead run had listed.
    ///
    /// - Parameter folder: the repository; its `tenantkeep` folder must exist.
    /// - Throws: ``GitError`` of kind `held` at once if another run holds the repository.
    init(
        of folder: String, _ sharing: SharedPermissions = .byMask
    ) throws(GitError) {
        let path = "\(folder)/\(Self.name)"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        self.folder = folder
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw GitError(FileError("open \(path)")) }
        // Another user's stays as that one made it.
        try? sharing.adjust(path)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw GitError(FileError("lock \(path)")) }
            throw try Self.held(folder)
        }
        try files { () throws(FileError) in
            inheritedKeepFiles = try clearAway()
            try clear(but: inheritedKeepFiles)
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
        try append(lines(paths))
        guard fsync(descriptor) == 0 else { throw FileError("sync \(folder)/\(Self.name)") }
    }

    /// Removes what a dead run had listed; returns its `.keep` files, which stay.
    private func clearAway() throws(FileError) -> [String] {
        let path = "\(folder)/\(Self.name)"
        let list = String(decoding: try readFile(path) ?? [], as: UTF8.self)
        var keepFiles: [String] = []
        for line in list.split(separator: "\n").dropFirst() where Self.mayBeOurs(line) {
            let path = try self.path(of: line)
            if KeepFile.isName(line) {
                if try KeepFile.isOurs(path) { keepFiles.append(path) }
            } else if try !Self.isHeldByGit(path) {
                try removeFile(path)
            }
        }
        return keepFiles
    }

    /// Where a noted file is: the lock of `packed-refs` is beside the file that the name leads to.
    private func path(of line: Substring) throws(FileError) -> String {
        guard line == "packed-refs.lock" else { return "\(folder)/\(line)" }
        return try resolvedLink("\(folder)/packed-refs") + ".lock"
    }

    /// Whether a lock of a ref is git's: somebody removed the dead run's, and a git holds the ref
    /// now. Git writes the ref's new value into its lock, which this program never does.
    private static func isHeldByGit(_ path: String) throws(FileError) -> Bool {
        guard path.hasSuffix(".lock"), path.contains("/refs/"), let bytes = try readFile(path)
        else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasPrefix("ref:") || ObjectID(hex: String(text.prefix(40))) != nil
    }

    /// Forgets the noted files but these: whoever made them has renamed or removed them.
    func clear(but paths: [String] = []) throws(FileError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FileError("write \(folder)/\(Self.name)")
        }
        try append("process \(getpid())\n" + lines(paths))
    }

    private func lines(_ paths: [String]) -> String {
        paths.map { "\($0.dropFirst(folder.count + 1))\n" }.joined()
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
        let starts = ["objects/pack/tmp_", "objects/pack/received_", "tenantkeep/tmp_"]
        return path.hasSuffix(".lock") || starts.contains(where: path.hasPrefix)
            || KeepFile.isName(path)
    }
}
