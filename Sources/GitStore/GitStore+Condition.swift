import GitPack
import Glibc

extension GitStore {
    /// What a run would find at a repository's path.
    package enum Condition: Sendable, Equatable {
        /// Nothing yet: the first run makes the repository.
        case absent
        case present
        /// Another run holds it now: `process 4711`.
        case held(by: String)
    }

    /// Looks at `path`, and neither changes nor locks anything.
    ///
    /// - Throws: ``GitError`` of kind `notARepository` if it is a place of somebody else's.
    package static func condition(at path: String) throws(GitError) -> Condition {
        guard try RepositoryFolder(at: path) == .repository else { return .absent }
        return try RunLock.holder(of: path).map { .held(by: $0) } ?? .present
    }
}

extension RunLock {
    /// Returns who holds the repository now, as the lock file has it.
    ///
    /// To try the lock would be in the way of a run that begins at the same moment, so this looks
    /// into the system's list of locks (proc_locks(5)) for that file and the process in it.
    static func holder(of folder: String) throws(GitError) -> String? {
        let path = "\(folder)/\(name)"
        let content = try files { () throws(FileError) in try readFile(path) } ?? []
        var status = stat()
        guard stat(path, &status) == 0,
            let line = String(decoding: content, as: UTF8.self).split(separator: "\n").first,
            let process = line.split(separator: " ").last
        else { return nil }
        let locks = try files { () throws(FileError) in try readFile("/proc/locks") } ?? []
        let isHeld = String(decoding: locks, as: UTF8.self).split(separator: "\n").contains {
            // 1: FLOCK  ADVISORY  WRITE 4711 fd:00:1234 0 EOF
            let fields = $0.split(separator: " ")
            return fields.count > 5 && fields[1] == "FLOCK" && fields[4] == process
                && fields[5].hasSuffix(":\(status.st_ino)")
        }
        return isHeld ? String(line) : nil
    }
}
