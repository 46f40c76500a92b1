import BackupEngine
import FoundationEssentials
import GitObjects
import GraphCatalog

/// What one backup is asked to do, checked: the settings as values that cannot be wrong.
struct BackupRequest: Sendable {
    let repository: String
    let branch: RefName
    let root: RootPath
    let selection: Selection
    let identityName: String
    let identityEmail: String
    let tagFormat: TagFormat
    let acceptDeletions: Bool
    let isDryRun: Bool
    /// Whether nothing is backed up, and only the authors of earlier changes are looked for.
    let isAttribution: Bool
    let auditSince: PointInTime?
    let keepsEvidence: Bool
    let timeLimit: TimeLimit?
    let skipsCI: Bool

    /// - Parameters:
    ///   - catalog: all types there are.
    ///   - environment: where a pipeline says when it began.
    init(
        _ settings: Settings, from catalog: [GraphResource] = GraphResource.all,
        _ environment: [String: String] = [:]
    ) throws(CommandFailure) {
        repository = try Self.repository(settings)
        branch = try Self.branch(settings)
        root = try Self.root(settings)
        selection = try Selection(settings, from: catalog)
        identityName = try Self.filled(settings, .identityName) ?? "Tenantkeep"
        identityEmail = try Self.filled(settings, .identityEmail) ?? "tenantkeep@localhost"
        tagFormat = try Self.tagFormat(settings)
        acceptDeletions = try settings.isOn(.acceptDeletions)
        isDryRun = try settings.isOn(.dryRun)
        isAttribution = try settings.isOn(.attributeLast)
        for setting in [Setting.dryRun, .noEvidence] where isAttribution {
            guard try settings.isOn(setting) else { continue }
            throw Self.wrong(
                settings, .attributeLast, "\(setting.flag) leaves nothing for it to do")
        }
        auditSince = try Self.auditSince(settings)
        keepsEvidence = try !settings.isOn(.noEvidence)
        timeLimit = try TimeLimit(settings, environment)
        skipsCI = try settings.isOn(.skipCI)
    }

    /// What the engine is told.
    ///
    /// - Parameters:
    ///   - tenant: the tenant's ID.
    ///   - start: the run's start.
    ///   - remote: where the run begins and what it is pushed to.
    func options(tenant: String, start: Date, remote: RemoteOptions? = nil) -> BackupOptions {
        BackupOptions(
            repository: repository, branch: branch, root: root, selection: selection.resources,
            tenant: tenant, identityName: identityName, identityEmail: identityEmail, start: start,
            tagFormat: tagFormat, version: programVersion, acceptDeletions: acceptDeletions,
            isDryRun: isDryRun,
            workers: ProcessInfo.processInfo.activeProcessorCount,
            audit: AuditOptions(
                since: auditSince?.date(before: start), keepsEvidence: keepsEvidence,
                deadline: timeLimit?.deadline(ofRunFrom: start)),
            remote: remote, skipsCI: skipsCI,
            readDeadline: timeLimit?.readDeadline(ofRunFrom: start))
    }

    static func repository(_ settings: Settings) throws(CommandFailure) -> String {
        guard let path = try filled(settings, .repo) else { return "./tenant.git" }
        if let obstacle = RepositoryPath.obstacle(path) {
            throw wrong(settings, .repo, obstacle.reason, hint: obstacle.hint)
        }
        return path
    }

    /// Pipelines name their branch in full, `refs/heads/main`.
    static func branch(_ settings: Settings) throws(CommandFailure) -> RefName {
        let name = settings.text(.branch) ?? "main"
        let isFull = name.hasPrefix("refs/heads/")
        if let branch = isFull ? RefName(name) : RefName.branch(name) { return branch }
        throw wrong(settings, .branch, "git takes no branch of the name \"\(name)\"")
    }

    private static func tagFormat(_ settings: Settings) throws(CommandFailure) -> TagFormat {
        guard let text = settings.text(.tagFormat) else { return .standard }
        if let format = TagFormat(text) { return format }
        throw wrong(
            settings, .tagFormat, "git takes no tags of the form \"\(text)\"",
            hint: "The letters are %Y, %m, %d, %H, %M, %S and %F: nightly/%F.")
    }

    private static func auditSince(
        _ settings: Settings
    ) throws(CommandFailure) -> PointInTime? {
        guard let text = try filled(settings, .auditSince) else { return nil }
        if let point = PointInTime(text) { return point }
        throw wrong(
            settings, .auditSince, "\(text) is neither a date, a date-time nor an age",
            hint: "Write 2026-11-01, 2026-11-01T02:00:00Z or 3d.")
    }

    private static func root(_ settings: Settings) throws(CommandFailure) -> RootPath {
        let path = settings.text(.root) ?? ""
        if let root = RootPath(path) { return root }
        throw wrong(
            settings, .root, "not every file system takes the path \"\(path)\"",
            hint: "Use letters, digits, dashes and slashes, such as prod-backup.")
    }

    /// A text that must not be empty.
    private static func filled(
        _ settings: Settings, _ setting: Setting
    ) throws(CommandFailure) -> String? {
        guard let text = settings.text(setting) else { return nil }
        guard !text.trimmingSpaces.isEmpty else { throw wrong(settings, setting, "it is empty") }
        return text
    }

    private static func wrong(
        _ settings: Settings, _ setting: Setting, _ reason: String, hint: String? = nil
    ) -> CommandFailure {
        .wrong(settings[setting]?.origin ?? .flag(setting.flag), reason, hint: hint)
    }
}
