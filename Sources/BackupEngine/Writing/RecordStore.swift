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
    let record = try? JSONDecoder().decode(RunRecord.self, from: Data(bytes))
    if let record, record.schema <= RunRecord.knownSchema { return record }
    // Of a newer schema nothing else is known, not even what its members mean.
    let form = try? JSONDecoder().decode(RecordForm.self, from: Data(bytes))
    if let form, form.schema > RunRecord.knownSchema {
        throw .newerRecord(schema: form.schema, version: form.version)
    }
    throw .unreadableRecord(reason: "the run.json in tree \(commit.tree) is no run record")
}

/// What can be read of a record of any schema.
private struct RecordForm: Decodable {
    let schema: Int
    let version: String?

    private enum CodingKeys: CodingKey { case schema, version }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        schema = try values.decode(Int.self, forKey: .schema)
        version = try? values.decode(String.self, forKey: .version)
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
