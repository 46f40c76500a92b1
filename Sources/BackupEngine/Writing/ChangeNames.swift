import CanonicalJSON
import GitObjects
import GitStore
import GraphCatalog

/// Some of the changes of a run, as a person is told of them.
struct DescribedChanges: Sendable {
    /// The first ones, in path order.
    var listed: [ChangedObject] = []
    /// All of them, by kind.
    var counts: [ChangedObject.Kind: Int] = [:]
    /// Names of the types that change, in the order in which they first do.
    var types: [String] = []

    var count: Int { counts.values.reduce(0, +) }
}

/// Finds the words a person knows changed objects by.
struct ChangeNames {
    let store: GitStore
    let readings: [TypeReading]

    /// Describes the changes at these places.
    ///
    /// - Parameters:
    ///   - limit: so many are listed.
    ///   - naming: the first so many get their display names, which costs reading them; the others
    ///     their IDs.
    func describe(
        _ changes: ChangeList, _ places: some Sequence<Int>, listing limit: Int, naming: Int
    ) async throws(BackupError) -> DescribedChanges {
        var described = DescribedChanges()
        var types: Set<Int> = []
        for place in places {
            let change = changes.changes[place]
            let type = changes.type(of: change)
            described.counts[change.kind, default: 0] += 1
            if types.insert(type).inserted {
                described.types.append(readings[type].resource.name)
            }
            guard described.listed.count < limit else { continue }
            let name =
                described.listed.count < naming ? try await displayName(of: change, changes) : nil
            described.listed.append(object(change, changes, name))
        }
        return described
    }

    private func object(
        _ change: ChangeList.Change, _ changes: ChangeList, _ name: String?
    ) -> ChangedObject {
        let path = changes.path(of: change)
        let file = path[((path.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...]
        return ChangedObject(
            kind: change.kind, type: readings[changes.type(of: change)].resource.name,
            path: String(decoding: path, as: UTF8.self),
            name: name ?? String(decoding: file.dropLast(5), as: UTF8.self))
    }

    private func displayName(
        of change: ChangeList.Change, _ changes: ChangeList
    ) async throws(BackupError) -> String? {
        guard let blob = changes.new(of: change) ?? change.old else { return nil }
        let bytes = try await storing { () async throws(GitError) in
            try await store.blobIfKept(blob)
        }
        guard let bytes, let object = try? JSONValue(parsing: bytes) else { return nil }
        let names = [object["displayName"], object["userPrincipalName"]]
        return names.lazy.compactMap { $0?.string }.first { !$0.isEmpty }
    }
}
