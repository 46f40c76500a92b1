import GitObjects
import GitStore

extension Backup {
    /// A remote that this run began with.
    struct BegunRemote: Sendable {
        let exchange: RemoteExchange
        let start: RemoteStart
    }

    /// Brings the repository to where the remote is; `nil` if there is none.
    func begin(in store: GitStore) async throws(BackupError) -> BegunRemote? {
        guard let remote = options.remote, !options.isDryRun else { return nil }
        let exchange = RemoteExchange(store, remote, branch: options.branch, progress: progress)
        let tag = options.tagFormat.name(ofRunAt: options.start.timestamp).flatMap {
            RefName.tag($0)
        }
        let start = try await exchange.start(
            tenant: options.tenant, run: options.start, tag: tag)
        try await RecordRebuild(options: options, store: store, taken: start.tags).run(progress)
        return BegunRemote(exchange: exchange, start: start)
    }

    /// Pushes the published run; `nil` if there is no remote.
    func push(to remote: BegunRemote?) async -> PushRecord? {
        guard let remote else { return nil }
        await progress(.pushing)
        return await remote.exchange.push()
    }
}
