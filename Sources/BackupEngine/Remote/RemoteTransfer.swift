package import FoundationEssentials
package import GitObjects
import GitRemote
package import GitStore

/// Exchanges the history of one repository with its remote, without a run.
package struct RemoteTransfer: Sendable {
    private let repository: String
    private let branch: RefName
    private let options: RemoteOptions
    private let start: Date
    private let progress: @Sendable (BackupEvent) async -> Void

    /// - Parameters:
    ///   - repository: path of the bare repository.
    ///   - branch: its branch.
    ///   - start: now.
    package init(
        of repository: String, branch: RefName, with options: RemoteOptions, start: Date,
        progress: @escaping @Sendable (BackupEvent) async -> Void = { _ in }
    ) {
        self.repository = repository
        self.branch = branch
        self.options = options
        self.start = start
        self.progress = progress
    }

    /// Sends what the remote lacks.
    package func push() async throws(BackupError) -> PushRecord {
        // Nothing is made where there is nothing to push.
        _ = try stored { () throws(GitError) in
            try GitStore(at: repository, for: .reading, unique: "")
        }
        return try await exchanging { exchange async throws(BackupError) in
            await exchange.push()
        }
    }

    /// Brings all history of the remote here; makes the repository if need be, and a partial one
    /// whole.
    package func fetch() async throws(BackupError) -> FetchRecord {
        try await exchanging { exchange async throws(BackupError) in
            try await exchange.fetchAll(at: start)
        }
    }

    private func exchanging<Result>(
        _ body: (RemoteExchange) async throws(BackupError) -> Result
    ) async throws(BackupError) -> Result {
        let unique =
            "\(start.timestamp.filter { $0 != ":" })-\(UInt32.random(in: 0 ... .max))"
        let store = try stored { () throws(GitError) in
            try GitStore(at: repository, for: .run(branch: branch), unique: unique)
        }
        do throws(BackupError) {
            let result = try await body(
                RemoteExchange(store, options, branch: branch, progress: progress))
            try? await store.close()
            return result
        } catch {
            try? await store.close()
            throw error.asInterruption
        }
    }

    private func stored<Result>(
        _ body: () throws(GitError) -> Result
    ) throws(BackupError) -> Result {
        do { return try body() } catch { throw .store(error) }
    }
}

/// What a fetch brought.
package struct FetchRecord: Sendable {
    /// The remote, without any credential.
    package let remote: String
    /// Refs of this repository that moved, and where to.
    package var refs: [RefName: ObjectID] = [:]
    /// Refs that keep what the remote has not.
    package var diverged: [RefName] = []
    /// Whether the remote holds nothing yet.
    package var isEmpty = false
    /// Files of earlier states that are missing here and that the remote has not.
    package var missing = 0
    /// Why it is not certain that the moved refs are on the disk; `nil` if it is.
    package var unsynced: GitError?
}
