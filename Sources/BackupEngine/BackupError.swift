package import GitRemote
package import GitStore
package import GraphCatalog

/// Why a run failed as a whole. The repository is as it was.
///
/// A type that could not be read is no error: it is kept, and the run goes on.
package enum BackupError: Error, Sendable {
    /// Nothing could be read: the sign-in was refused, or no host answered.
    case source(GraphError)
    case store(GitError)
    /// Every chosen type was refused.
    case nothingPermitted(reason: String)
    /// Nothing could be read of the audit log, which was all that was asked for.
    case auditLog(AuditFailure)
    /// The repository holds the backup of another tenant.
    case otherTenant(repository: String, recorded: String, given: String)
    /// The remote of this name did not do what was needed of it.
    case remote(String, RemoteError)
    /// The run was cancelled from outside.
    case interrupted
    /// The branch has a folder of a chosen type twice, in other letters of case.
    case twoFolders(one: String, other: String)
    /// A newer version of the program has written the last run record, in a form unknown here.
    case newerRecord(schema: Int, version: String?)
    /// The run record in the repository cannot be understood.
    case unreadableRecord(reason: String)
}

/// Runs `body`, passing its ``GitError`` on as a ``BackupError``.
func storing<Result>(
    _ body: () async throws(GitError) -> Result
) async throws(BackupError) -> Result {
    do { return try await body() } catch { throw .store(error) }
}
