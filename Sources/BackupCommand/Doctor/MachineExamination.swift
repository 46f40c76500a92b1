import BackupEngine
import FoundationEssentials
import GitObjects
import GitStore

/// Looks at what a backup needs of this machine: the repository and the disk below it.
struct MachineExamination: Sendable {
    /// The repository's path.
    let repository: String
    let branch: RefName
    let now: Date

    /// The findings, and the tenant whose backup the repository holds, if it holds one.
    func findings() async -> (list: [Finding], tenant: String?) {
        let (state, tenant) = await repositoryState()
        return ([state, writing, disk].compactMap(\.self), tenant)
    }

    // MARK: Repository

    private static let check = "repository"

    private func repositoryState() async -> (Finding, tenant: String?) {
        do throws(BackupError) {
            let condition: GitStore.Condition
            do throws(GitError) { condition = try GitStore.condition(at: repository) } catch {
                throw .store(error)
            }
            guard condition != .absent else {
                let text = "\(repository) is not there yet; the first backup makes it"
                return (.ok(Self.check, text), nil)
            }
            let history = try History(of: repository)
            let run = try await history.runs(limit: 1).first?.record
            // A push that ended early, or a person, may have left the branch without its record.
            let tenant = try await history.tenant(of: branch) ?? run?.tenant
            if case .held(let holder) = condition {
                return (
                    .warning(
                        Self.check, "Another run holds \(repository) (\(holder))",
                        hint: "Wait for that run to end before you begin another."), tenant
                )
            }
            let last = run.map { "; its last run began at \($0.start)" } ?? " without a run"
            return (.ok(Self.check, "\(repository) is a repository\(last)"), tenant)
        } catch {
            return (.failed(Self.check, CommandFailure(error)), nil)
        }
    }

    /// Where files would be made: the repository, or what there is above it.
    private var place: String { nearestExisting(repository) }

    /// `nil` if the place can be written to.
    private var writing: Finding? {
        writeObstacle(at: place).map {
            .failed(
                Self.check,
                CommandFailure(
                    "Could not write to \(place)", reason: $0,
                    hint: "Let this user write there, or name another repository with --repo."))
        }
    }

    // MARK: Disk

    /// Below the first a backup is refused, below the second it is a question of time.
    private static let least: UInt64 = 100 << 20
    private static let comfortable: UInt64 = 1 << 30

    private var disk: Finding {
        guard let space = freeSpace(at: place) else {
            return .skipped("disk", "The system does not say how much room there is at \(place)")
        }
        return Self.disk(space.bytes, files: space.files, at: place)
    }

    /// - Parameter files: how many more there can be; `nil` for no limit.
    static func disk(_ bytes: UInt64, files: UInt64?, at place: String) -> Finding {
        let check = "disk"
        let text = "\(bytes.wording) are free at \(place)"
        let hint = "Make room on the disk: a run needs it for what is new and for joining packs."
        if files == 0 {
            return .failed(
                check, CommandFailure("No more files can be made at \(place)", hint: hint))
        }
        if bytes < least { return .failed(check, CommandFailure("Only \(text)", hint: hint)) }
        return bytes < comfortable
            ? .warning(check, "Only \(text)", hint: hint) : .ok(check, text)
    }
}

/// Returns the path, or the nearest folder above it that there is.
func nearestExisting(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.last == "/" { path.removeLast() }
    while !pathExists(String(path)) {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        path = path[..<slash]
        if path.isEmpty { return "/" }
    }
    return String(path)
}

extension UInt64 {
    /// `1.5 GB`, `980 MB`, of a thousand each.
    fileprivate var wording: String {
        let units = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB")]
        let (size, unit) = units.first { self >= UInt64($0.0) } ?? (1_000, "kB")
        let tenths = self / (UInt64(size) / 10)
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(tenths / 10) \(unit)"
    }
}
