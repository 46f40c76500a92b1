import GitObjects
import GitStore

/// The tag of a run: `backup/2026-11-01T02-00-00Z`, with a number behind it if that is taken.
struct RunTag {
    /// The run's, ISO 8601.
    let start: String

    /// Returns the first name that neither this repository nor a remote has.
    func freeName(
        in store: GitStore, taken: Set<RefName>
    ) async throws(BackupError) -> String {
        let name = "backup/\(start.replacing(":", with: "-"))"
        var number = 1
        while true {
            let candidate = number == 1 ? name : "\(name)-\(number)"
            guard let ref = RefName.tag(candidate) else { return candidate }
            let found = try await storing { () async throws(GitError) in
                try await store.readRef(ref)
            }
            if found == nil, !taken.contains(ref) { return candidate }
            number += 1
        }
    }
}
