import Attribution
import CanonicalJSON
import GitObjects
import GitStore

/// The raw audit events behind commits, as git keeps notes: `<2 digits>/<38 digits>` of the
/// commit's ID is a file, an array of events.
///
/// Only the folders of new notes are read and written.
struct EvidenceNotes {
    /// Longer arrays leave out the oldest events.
    private static let mostBytes = 32 << 20

    private var notes: [(commit: ObjectID, blob: ObjectID)] = []
    let store: GitStore

    init(in store: GitStore) {
        self.store = store
    }

    /// Writes the note of one commit.
    ///
    /// - Parameter events: the newest first.
    mutating func add(_ events: [AuditEvent], to commit: ObjectID) async throws(BackupError) {
        guard !events.isEmpty else { return }
        var list = Array("[".utf8)
        for event in events {
            guard list.count + event.evidence.count <= Self.mostBytes else { break }
            if list.count > 1 { list.append(UInt8(ascii: ",")) }
            list += event.evidence
        }
        list.append(UInt8(ascii: "]"))
        // Each is JSON, so all of them are.
        guard let bytes = try? canonicalized(list) else { return }
        let blob = try await storing { () async throws(GitError) in
            try await store.write(.blob, bytes)
        }
        notes.append((commit, blob))
    }

    /// Writes the commit of all notes on top of the last one; `nil` if there are none.
    func commit(
        after last: ObjectID?, by identity: Signature, _ message: String
    ) async throws(BackupError) -> ObjectID? {
        guard !notes.isEmpty else { return nil }
        return try await storing { () async throws(GitError) in
            var old: ObjectID?
            if let last { old = try await store.commit(last).tree }
            let tree = try await write(onto: old, store)
            let commit = Commit(
                tree: tree, parents: last.map { [$0] } ?? [], author: identity,
                committer: identity, message: message)
            return try await store.write(.commit, commit.bytes)
        }
    }

    private func write(
        onto old: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) -> ObjectID {
        let sorted = notes.map { (name: Array("\($0.commit)".utf8), $0.blob) }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
        let folders = try self.folders(of: old, store)
        var edits: [TreeEdit] = []
        var start = 0
        while start < sorted.count {
            let prefix = sorted[start].name[..<2]
            let end = sorted[start...].firstIndex { $0.name[..<2] != prefix } ?? sorted.count
            let files = sorted[start..<end].map {
                TreeEdit(name: $0.name[2...], isFolder: false, id: $0.1)
            }
            let id = try edited(folders[Array(prefix)], files, store)
            edits.append(TreeEdit(name: prefix, isFolder: true, id: id))
            start = end
        }
        return try edited(old, edits, store)
    }

    private func folders(
        of tree: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) -> [[UInt8]: ObjectID] {
        guard let tree else { return [:] }
        var folders: [[UInt8]: ObjectID] = [:]
        var folder = Folder(try store.treeBytes(tree), tree)
        while try folder.nextFolder() {
            folders[Array(folder.cursor.bytes[folder.cursor.name])] = folder.cursor.id
        }
        return folders
    }

    private func edited(
        _ old: ObjectID?, _ edits: [TreeEdit], _ store: isolated GitStore
    ) throws(GitError) -> ObjectID {
        let bytes = try old.map { (id) throws(GitError) in try store.treeBytes(id) } ?? []
        var merge = try TreeMerge(bytes, old, edits: edits.count, keepsDifferences: false)
        for edit in edits { try merge.make(edit) }
        merge.finish()
        return try store.write(.tree, merge.bytes)
    }
}
