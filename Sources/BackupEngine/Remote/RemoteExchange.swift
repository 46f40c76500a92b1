import FoundationEssentials
package import GitObjects
import GitRemote
package import GitStore

/// The traffic of one repository with its remote.
///
///     fetch the tip → refs → (a run) → pack of what the remote lacks → refs of the remote
///
/// - Nothing local is lost: what the remote has not is pushed, or kept under
///   `refs/tenantkeep/diverged/` where the remote has gone another way.
/// - Cost: what is new on either side. An empty repository gets the remote's tip without its history,
///   and without its blobs where the host can leave them out.
package struct RemoteExchange: Sendable {
    let store: GitStore
    let options: RemoteOptions
    /// The local branch.
    let branch: RefName
    private let tell: @Sendable (BackupEvent) async -> Void

    package init(
        _ store: GitStore, _ options: RemoteOptions, branch: RefName,
        progress: @escaping @Sendable (BackupEvent) async -> Void = { _ in }
    ) {
        self.store = store
        self.options = options
        self.branch = branch
        tell = progress
    }

    var remote: any Remote { options.remote }

    /// One ref under both its names, and where both have it.
    struct Pair: Sendable {
        let here: RefName
        let there: RefName
        var local: ObjectID?
        var far: ObjectID?
        /// What a ref that keeps the local side is called after.
        let suffix: String
    }

    func pairs(_ host: Advertisement) async throws(BackupError) -> [Pair] {
        var pairs: [Pair] = []
        for (here, there, suffix) in [
            (branch, options.branch, ""), (.runs, options.runs, "-runs"),
            (.evidence, options.evidence, "-evidence"),
        ] {
            let local = try await storing { () async throws(GitError) in
                try await store.readRef(here)
            }
            pairs.append(
                Pair(here: here, there: there, local: local, far: host[there], suffix: suffix))
        }
        return pairs
    }

    /// Passes a remote's error on as one of the run.
    func asking<Result>(
        _ body: () async throws(RemoteError) -> Result
    ) async throws(BackupError) -> Result {
        do { return try await body() } catch { throw .remote(remote.name, error) }
    }

    func say(_ event: BackupEvent) async { await tell(event) }
}
