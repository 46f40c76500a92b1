import CanonicalJSON
import FoundationEssentials
import GitObjects
import GitStore

/// Reads the record a commit of the run chain holds.
func readRecord(of commit: Commit, in store: GitStore) async throws(BackupError) -> RunRecord {
    let entries = try await storing { () async throws(GitError) in
        try await store.tree(commit.tree)
    }
    guard let entry = entries.first(where: { $0.name.elementsEqual("run.json".utf8) }) else {
        throw .unreadableRecord(reason: "a run of \(RefName.runs) has no run.json")
    }
    let bytes = try await storing { () async throws(GitError) in
        try await store.read(entry.id, .blob)
    }
    do {
        return try JSONDecoder().decode(RunRecord.self, from: Data(bytes))
    } catch {
        throw .unreadableRecord(reason: "the run.json in tree \(commit.tree) is no run record")
    }
}

extension RunRecord {
    /// The record as `run.json`, in canonical form.
    package var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            return try canonicalized(Array(try encoder.encode(self)))
        }
    }
}
