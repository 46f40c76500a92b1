import GitObjects
import GitStore

/// Writes the chain of run records.
struct RunChain {
    let store: GitStore
    let identity: Signature
    let text: RunText

    /// Writes one run's record on top of the last one.
    func write(
        _ record: RunRecord, after last: ObjectID?
    ) async throws(BackupError) -> ObjectID {
        let json: [UInt8]
        do { json = try record.json } catch {
            throw .unreadableRecord(reason: "the record of this run cannot be written: \(error)")
        }
        return try await storing { () async throws(GitError) in
            var tree = TreeWriter()
            tree.append(.file, "run.json".utf8, try await store.write(.blob, json))
            let commit = Commit(
                tree: try await store.write(.tree, tree.bytes), parents: last.map { [$0] } ?? [],
                author: identity, committer: identity, message: text.run(record.start))
            return try await store.write(.commit, commit.bytes)
        }
    }
}
