import BackupEngine
import GitObjects
import GitRemote
import GitStore
import GraphCatalog

extension CommandFailure {
    /// - Parameters:
    ///   - error: what ended the run.
    ///   - signal: the signal that asked the run to end, if one came.
    init(_ error: BackupError, signal: Int32? = nil) {
        switch error {
        case .source(let error):
            self = signal.map { .interrupted(by: $0) } ?? Self(error)
        case .store(let error): self.init(error)
        case .nothingPermitted(let reason):
            self.init(
                "Could not read any of the chosen types", reason: reason,
                hint: "Grant the application the permissions that `tenantkeep types` lists, and "
                    + "consent to them.",
                status: .refused)
        case .auditLog(let failure):
            self.init(
                "Could not read who made the changes", reason: failure.reason, hint: failure.hint,
                status: failure.isRefusal ? .refused : .failed)
        case .otherTenant(let repository, let recorded, let given):
            self.init(
                "Could not use \(repository)",
                reason: "it holds the backup of tenant \(recorded), not of tenant \(given)",
                hint: "Name another repository with --repo, or sign in to the tenant it holds.",
                status: .usage)
        case .remote(let name, let error):
            self.init(
                "Could not reach the last backup at \(name)", reason: error.reason, hint: error.hint
            )
        case .interrupted: self = .interrupted(by: signal ?? SignalNumber.interrupt)
        case .twoFolders(let one, let other):
            self.init(
                "Could not go on with the branch",
                reason: "it has the folders \(one.printable) and \(other.printable), which are one "
                    + "folder on Windows and macOS",
                hint: "Join both with git, or remove one of them, then run the backup again.",
                status: .usage)
        case .newerRecord(let schema, let version):
            let writer = version.map { ", written by version \($0)," } ?? ""
            self.init(
                "Could not go on from the last run",
                reason: "its record\(writer) has the schema \(schema); this version knows none "
                    + "newer than \(RunRecord.knownSchema)",
                hint: "Update tenantkeep to the version that made the last run.", status: .usage)
        case .unreadableRecord(let reason):
            self.init(
                "Could not read the last run's record", reason: reason,
                hint: "Look at refs/tenantkeep/runs with git log, and restore the repository from "
                    + "a copy if it is damaged.",
                status: .damaged)
        }
    }

    private init(_ error: GraphError) {
        switch error.kind {
        case .signInRefused:
            self.init("Could not sign in", reason: error.reason, hint: error.hint, status: .refused)
        default:
            self.init("Could not read the tenant", reason: error.reason, hint: error.hint)
        }
    }

    private init(_ error: GitError) {
        let status: ExitStatus =
            switch error.kind {
            case .held: .held
            case .notARepository: .usage
            case .damaged: .damaged
            case .moved, .locked, .incomplete, .other: .failed
            }
        self.init(
            "Could not \(error.action)", reason: error.reason, hint: error.hint, status: status)
    }

    static func interrupted(by signal: Int32) -> CommandFailure {
        CommandFailure(
            "The backup was interrupted; the repository is as it was",
            status: .interrupted(by: signal))
    }
}
