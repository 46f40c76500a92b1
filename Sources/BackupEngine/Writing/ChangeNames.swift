import CanonicalJSON
import GitObjects
import GitStore
import GraphCatalog

/// Finds the words a person knows changed objects by.
struct ChangeNames {
    let store: GitStore
    let readings: [TypeReading]

    /// Returns what changed, in path order. The first `limit` get their display names, which costs
    /// reading them; the others their IDs.
    func describe(
        _ changes: ChangeList, limit: Int
    ) async throws(BackupError) -> [ChangedObject] {
        var described: [ChangedObject] = []
        described.reserveCapacity(changes.changes.count)
        for (place, change) in changes.changes.enumerated() {
            let path = changes.path(of: change)
            let file = path[((path.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...]
            let id = String(decoding: file.dropLast(5), as: UTF8.self)
            let name = place < limit ? try await displayName(of: change) : nil
            described.append(
                ChangedObject(
                    kind: change.kind, type: readings[change.type].resource.name,
                    path: String(decoding: path, as: UTF8.self), name: name ?? id))
        }
        return described
    }

    private func displayName(of change: ChangeList.Change) async throws(BackupError) -> String? {
        guard let blob = change.new ?? change.old else { return nil }
        let bytes = try await storing { () async throws(GitError) in
            try await store.blobIfKept(blob)
        }
        guard let bytes, let object = try? JSONValue(parsing: bytes) else { return nil }
        let names = [object["displayName"], object["userPrincipalName"]]
        return names.lazy.compactMap { $0?.string }.first { !$0.isEmpty }
    }
}
