import CLibgit2
import GitObjects
package import GitPack
import Glibc

/// Why the repository could not be read or written.
///
/// The repository is as it was, unless the case says otherwise.
package struct GitError: Error, Sendable {
    package enum Kind: Sendable, Equatable {
        /// Another run holds the repository (exit status 5).
        case held
        /// The path is neither a bare repository nor a place to make one.
        case notARepository
        /// Something that must be there is not, or is not what it should be (exit status 7).
        case damaged
        /// A ref is not where this run found it.
        case moved
        /// Somebody's lock file stayed in the way.
        case locked
        /// What somebody else sent is not what it has to be.
        case incomplete
        case other
    }

    package let kind: Kind
    /// Completes "Could not …".
    package let action: String
    /// A sentence part without its stop.
    package let reason: String
    /// What to do, a full sentence.
    package let hint: String?

    package init(_ kind: Kind, _ action: String, reason: String, hint: String? = nil) {
        self.kind = kind
        self.action = action
        self.reason = reason
        self.hint = hint
    }

    /// A failed system call.
    package init(_ error: FileError) {
        let hint: String? =
            switch error.code {
            case ENOSPC, EDQUOT: "Make room on the disk, then run the backup again."
            case EROFS, EACCES, EPERM:
                "Let this user write there, or name another repository with --repo."
            default: nil
            }
        self.init(.other, error.action, reason: error.reason, hint: hint)
    }

    /// An object that `git clone --filter` has left with the remote it cloned from.
    static func partialClone(
        of remote: String, _ folder: String, _ id: ObjectID
    ) -> GitError {
        GitError(
            .notARepository, "read object \(id)",
            reason: "\(folder) is a partial clone, and git has left the object with its remote "
                + remote,
            hint:
                "Make the clone whole with git fetch --refetch --no-filter \(remote), or name the "
                + "remote with --push and a new folder with --repo.")
    }

    /// An object that a ref or tree names and that is not there or not readable: damage, never
    /// absence (`git_odb_read` reports a pack one byte short as "not found").
    package static func damaged(_ what: String, _ reason: String) -> GitError {
        GitError(
            .damaged, "read \(what)", reason: reason,
            hint:
                "Look at the repository with git fsck, and restore it from a copy if it is damaged."
        )
    }
}

/// Runs `body`, turning a failed system call into a ``GitError``.
func files<Result: ~Copyable>(
    _ body: () throws(FileError) -> Result
) throws(GitError) -> Result {
    do { return try body() } catch { throw GitError(error) }
}

/// Makes one libgit2 call, and throws if it reports failure.
///
/// libgit2 keeps its message per thread, so the message is read before this returns, while nothing
/// can have suspended.
@discardableResult
func check(
    _ action: @autoclosure () -> String, or kind: GitError.Kind = .other, _ call: () -> CInt
) throws(GitError) -> CInt {
    let status = call()
    guard status < 0 else { return status }
    var reason = git_error_last().map { String(cString: $0.pointee.message) } ?? "status \(status)"
    git_error_clear()
    if reason.hasSuffix(".") { reason.removeLast() }
    throw GitError(kind, action(), reason: reason)
}
