import GitObjects
import GitStore

/// Writes the chain of run records.
struct RunChain {
    let store: GitStore
    let identity: Signature
    let text: RunText

    /// Writes one run's record on top of the last one.
    ///
    /// - Parameter parents: of walked lists; `nil` for those of the last run.
    func write(
        _ record: RunRecord, _ parents: WalkedParents? = nil, after last: ObjectID?
    ) async throws(BackupError) -> ObjectID {
        let json: [UInt8]
        do { json = try record.json } catch {
            throw .unreadableRecord(reason: "the record of this run cannot be written: \(error)")
        }
        return try await storing { () async throws(GitError) in
            var tree = TreeWriter()
            var file: ObjectID?
            if let parents {
                if let json = parents.json { file = try await store.write(.blob, json) }
            } else if let last {
                file = try await store.tree(try await store.commit(last).tree).first {
                    $0.name.elementsEqual(WalkedParents.fileName.utf8)
                }?.id
            }
            if let file { tree.append(.file, WalkedParents.fileName.utf8, file) }
            tree.append(.file, "run.json".utf8, try await store.write(.blob, json))
            let commit = Commit(
                tree: try await store.write(.tree, tree.bytes), parents: last.map { [$0] } ?? [],
                author: identity, committer: identity, message: text.run(record.start))
            return try await store.write(.commit, commit.bytes)
        }
    }
}
