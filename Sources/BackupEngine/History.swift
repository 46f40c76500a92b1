package import GitObjects
import GitStore

/// One run as the repository remembers it: its record, and the commits it made, oldest first.
package struct LoggedRun: Sendable {
    package let record: RunRecord
    package let commits: [LoggedCommit]
}

/// One commit of a run.
package struct LoggedCommit: Sendable {
    package let id: ObjectID
    package let author: Signature
    /// The first line of its text.
    package let subject: String
}

/// Reads back what the runs of a repository did, newest first.
package struct History: Sendable {
    private let store: GitStore

    /// Opens the repository at `path`.
    package init(of path: String) throws(BackupError) {
        do { store = try GitStore(at: path, for: .reading, unique: "") } catch {
            throw .store(error)
        }
    }

    /// Returns the newest `limit` runs, or all of them.
    package func runs(limit: Int? = nil) async throws(BackupError) -> [LoggedRun] {
        var runs: [LoggedRun] = []
        var next = try await storing { () async throws(GitError) in try await store.readRef(.runs) }
        while let id = next, runs.count < limit ?? .max {
            let commit = try await storing { () async throws(GitError) in
                try await store.commit(id)
            }
            let record = try await readRecord(of: commit, in: store)
            runs.append(LoggedRun(record: record, commits: try await commits(of: record)))
            next = commit.parents.first
        }
        return runs
    }

    /// Returns the tenant whose backup a branch is, by its newest commits or their tags; `nil` if these
    /// do not say, or there is no such branch.
    package func tenant(of branch: RefName) async throws(BackupError) -> String? {
        let tip = try await storing { () async throws(GitError) in try await store.readRef(branch) }
        guard let tip else { return nil }
        return try await BranchTenant(of: store, after: nil).find(at: tip)
    }

    /// The commits between where the branch stood and where the run left it.
    private func commits(of record: RunRecord) async throws(BackupError) -> [LoggedCommit] {
        var commits: [LoggedCommit] = []
        let end = record.branch.before.flatMap { ObjectID(hex: $0) }
        var next = record.branch.after.flatMap { ObjectID(hex: $0) }
        while let id = next, id != end {
            let commit = try await storing { () async throws(GitError) in
                try await store.commit(id)
            }
            let subject = commit.message.prefix { $0 != "\n" }
            commits.append(
                LoggedCommit(id: id, author: commit.author, subject: String(subject)))
            next = commit.parents.first
        }
        return commits.reversed()
    }
}
