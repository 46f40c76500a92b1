import GitObjects
import GitStore

/// How runs' tags are named: a text with the letters of `date` for parts of the run's start, in UTC.
package struct TagFormat: Sendable, Hashable {
    private let pattern: String

    /// `backup/2026-11-01T02-00-00Z`
    package static let standard = TagFormat(unchecked: "backup/%Y-%m-%dT%H-%M-%SZ")

    private init(unchecked pattern: String) {
        self.pattern = pattern
    }

    /// `nil` if it has a letter that it should not, or makes a name that git refuses.
    package init?(_ pattern: String) {
        self.pattern = pattern
        guard let name = name(ofRunAt: "2026-11-01T02:00:00Z"), RefName.tag(name) != nil else {
            return nil
        }
    }

    /// - Parameter start: ISO 8601, to the second and in UTC.
    func name(ofRunAt start: String) -> String? {
        let parts = start.split { !$0.isNumber }
        guard parts.count == 6 else { return nil }
        var name = ""
        var letters = pattern.makeIterator()
        while let letter = letters.next() {
            guard letter == "%" else {
                name.append(letter)
                continue
            }
            switch letters.next() {
            case "Y": name += parts[0]
            case "m": name += parts[1]
            case "d": name += parts[2]
            case "H": name += parts[3]
            case "M": name += parts[4]
            case "S": name += parts[5]
            case "F": name += parts[..<3].joined(separator: "-")
            case "%": name += "%"
            default: return nil
            }
        }
        return name
    }
}

/// The tag of a run: `backup/2026-11-01T02-00-00Z`, with a number behind it if that is taken.
struct RunTag {
    /// The run's, ISO 8601.
    let start: String
    let format: TagFormat

    /// Returns the first name that neither this repository nor a remote has.
    func freeName(
        in store: GitStore, taken: Set<RefName>
    ) async throws(BackupError) -> String {
        guard let name = format.name(ofRunAt: start) else { return start }
        var number = 1
        while true {
            let candidate = number == 1 ? name : "\(name)-\(number)"
            guard let ref = RefName.tag(candidate) else { return candidate }
            let isTaken = try await storing { () async throws(GitError) in
                if try await store.readRef(ref) != nil { return true }
                // Git has no tag beside tags in a folder of its name.
                return try await !store.refNames(below: "\(ref)/").isEmpty
            }
            if !isTaken, !taken.contains(ref) { return candidate }
            number += 1
        }
    }
}
