import GitObjects
import GitPack
import Glibc

/// A lock file of one ref that this run has made.
///
/// It is known again by its text, which names the run, and by the file's number: a person may remove
/// it as a leftover, and git may then make its own under the same name.
struct RefLock: Sendable {
    let path: String
    private let identity: FileIdentity?
    private let token: [UInt8]

    /// Writes the token into a lock file that was just made.
    init(_ file: consuming DurableFile, token: String) throws(FileError) {
        path = file.path
        identity = FileIdentity(at: file.path)
        self.token = Array(token.utf8)
        do throws(FileError) {
            try file.write(self.token)
            // No need to reach the disk: after a power cut nobody holds it.
            try file.flush()
        } catch {
            file.removeIfInPlace()
            throw error
        }
    }

    var isOurs: Bool {
        guard identity != nil, FileIdentity(at: path) == identity else { return false }
        return (try? readFile(path)) == token
    }

    /// Removes the file, unless it is another's by now.
    func release() {
        if isOurs { unlink(path) }
    }
}

extension GitStore {
    /// Locks a ref; waits ten seconds for somebody else's lock to go away.
    func lock(_ name: RefName) throws(GitError) -> RefLock {
        let file = try takeLock("\(folder)/\(name).lock")
        do throws(FileError) {
            return try RefLock(file, token: "tenantkeep \(unique)\n")
        } catch {
            throw GitError(error)
        }
    }

    /// Creates a lock file; waits ten seconds for somebody else's to go away.
    ///
    /// Noted as ours only when nobody else has it: what a dead run had noted is removed.
    ///
    /// - Parameter noted: the path as it is noted, if that is another one.
    func takeLock(_ path: String, noted: String? = nil) throws(GitError) -> DurableFile {
        let slash = path.lastIndex(of: "/") ?? path.endIndex
        var attempt = 0
        while true {
            do throws(FileError) {
                try makeFolder(String(path[..<slash]), sharing)
                if access(path, F_OK) != 0 {
                    try lock?.willCreate([noted ?? path])
                    let file = try DurableFile(creating: path)
                    try sharing.adjust(path)
                    return file
                }
            } catch {
                guard error.code == EEXIST else { throw GitError(error) }
            }
            attempt += 1
            guard waitsForLock(attempt) else { throw Self.lockInTheWay(path) }
        }
    }

    private static func lockInTheWay(_ path: String) -> GitError {
        GitError(
            .locked, "lock \(path.dropLast(5))", reason: "\(path) was there for ten seconds",
            hint:
                "Another git may be at work. If none is, remove the file and run the backup again.")
    }

    /// Somebody removed a lock of this run, so that others may have moved the ref.
    static func lockTaken(_ path: String) -> GitError {
        GitError(
            .moved, "move \(path.dropLast(5))",
            reason: "somebody removed \(path) while this run held it",
            hint: "Run the backup again; it starts from where the ref is now.")
    }
}
