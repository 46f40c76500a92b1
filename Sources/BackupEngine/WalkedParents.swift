import CanonicalJSON
import FoundationEssentials
import GitObjects
import GitStore
import GraphCatalog

/// The objects of walked lists that the backup has parts of: by the type's name, by the list's.
///
/// A list that got shorter without an error looks like one whose objects were deleted. A run that
/// knows what the list led to before asks for each object that is missing by its own ID.
///
/// It stands beside the record of a run as `parents.json`. While nothing changes, every run names
/// the same blob.
struct WalkedParents: Sendable, Equatable {
    static let fileName = "parents.json"

    var types: [String: [String: Set<String>]] = [:]

    /// Reads what the commit of a run has; nothing is known if it has none, or cannot be read.
    init(of run: Commit, in store: GitStore) async throws(BackupError) {
        let entries = try await storing { () async throws(GitError) in
            try await store.tree(run.tree)
        }
        guard let entry = entries.first(where: { $0.name.elementsEqual(Self.fileName.utf8) })
        else { return }
        let bytes = try await storing { () async throws(GitError) in
            try await store.blobsIfKept([entry.id])[0]
        }
        guard let bytes else { return }
        types =
            (try? JSONDecoder().decode([String: [String: Set<String>]].self, from: Data(bytes)))
            ?? [:]
    }

    init() {}

    /// With what a run has found of the types that it read.
    func updated(by readings: [TypeReading]) -> WalkedParents {
        var all = self
        for reading in readings where !reading.resource.walks.isEmpty {
            all.types[reading.resource.name] = reading.parents.isEmpty ? nil : reading.parents
        }
        return all
    }

    /// The bytes of the file; `nil` for nothing.
    var json: [UInt8]? {
        guard !types.isEmpty else { return nil }
        let sorted = types.mapValues { $0.mapValues { $0.sorted() } }
        guard let data = try? JSONEncoder().encode(sorted) else { return nil }
        return try? canonicalized(Array(data))
    }
}
