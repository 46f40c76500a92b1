import Attribution
import CanonicalJSON
import GitObjects
import GitStore

/// Reads the events that earlier runs noted on their commits.
struct NotedEvents: Sendable {
    /// The commit of the last notes; `nil` if there are none.
    let last: ObjectID?
    let store: GitStore

    /// Returns the events noted on a commit, or `nil` if its note is not one of ours.
    func events(on commit: ObjectID) async throws(BackupError) -> [AuditEvent]? {
        guard let note = try await note(of: commit) else { return [] }
        let bytes = try await storing { () async throws(GitError) in
            try await store.blobsIfKept([note])
        }
        // What a remote has and does not hand out is as good as somebody else's.
        guard let bytes = bytes[0], let list = (try? JSONValue(parsing: bytes))?.array else {
            return nil
        }
        let events = list.compactMap { AuditEvent(noted: $0) }
        return events.count == list.count ? events : nil
    }

    /// The note, where git would look for one written by us.
    private func note(of commit: ObjectID) async throws(BackupError) -> ObjectID? {
        guard let last else { return nil }
        let name = Array("\(commit)".utf8)
        return try await storing { () async throws(GitError) in
            let top = try await store.commit(last).tree
            let folder = try await store.tree(top).first { $0.name.elementsEqual(name[..<2]) }
            guard let folder else { return nil }
            return try await store.tree(folder.id).first { $0.name.elementsEqual(name[2...]) }?.id
        }
    }
}
