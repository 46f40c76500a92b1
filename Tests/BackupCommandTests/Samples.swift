import Foundation
import Testing

@testable import BackupCommand
@testable import BackupEngine
@testable import GitObjects

/// Settings as flags would say them.
func flags(_ texts: [Setting: [String]]) throws -> Settings {
    try Settings(flags: texts)
}

/// The settings a configuration file holds.
func file(_ text: String) throws -> Settings {
    try ConfigurationFile(Array(text.utf8), at: "contoso.yaml").settings
}

/// A run's record as `run.json` holds it: one type complete, one kept, one skipped.
func sampleRecord() throws -> RunRecord {
    let text = """
        {"schema": 1, "start": "2026-11-01T02:00:00Z", "end": "2026-11-01T02:00:09Z",
         "tenant": "11111111-2222-3333-4444-555555555555", "version": "0.1.0",
         "types": {
           "users": {"outcome": "complete", "objects": 100000, "created": 3, "updated": 1200,
                     "deleted": 0, "requests": 101, "waitSeconds": 0.0},
           "domains": {"outcome": "complete", "objects": 2, "created": 0, "updated": 0,
                       "deleted": 0},
           "devices": {"outcome": "kept", "reason": "Graph answered 503 nine times",
                       "objects": 412},
           "accessReviews": {"outcome": "skipped", "reason": "the tenant has no licence for it",
                             "objects": 0}},
         "audit": {"outcome": "skipped", "requests": 0, "used": [], "undone": []},
         "withheld": 0, "branch": {"name": "refs/heads/main", "after": "\(sampleID)"},
         "tag": "backup/2026-11-01T02-00-00Z"}
        """
    return try JSONDecoder().decode(RunRecord.self, from: Data(text.utf8))
}

let sampleID = "1a2b3c4d5e6f708192a3b4c5d6e7f80912345678"

/// A run of ``sampleRecord()`` with one commit.
func sampleRun(author: String, subject: String) throws -> LoggedRun {
    let commit = LoggedCommit(
        id: try #require(ObjectID(hex: sampleID)),
        author: Signature(name: author, email: "adele@contoso.com", time: 1_793_498_400),
        subject: subject)
    return LoggedRun(record: try sampleRecord(), commits: [commit])
}
