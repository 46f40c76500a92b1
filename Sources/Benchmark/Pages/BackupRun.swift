import BackupEngine
import Foundation
import GitObjects
import GraphCatalog

/// One run of the engine over recorded pages of users, in this process.
struct BackupRun {
    let pages: PageFolder
    let repository: String
    let start: Date
    /// Commits to share the changes among, each by an author of its own; `nil` if nobody is known.
    var authors: Int?
    /// The audit log; `nil` if nobody asks for it.
    var week: AuditedWeek?

    /// What it did.
    struct Outcome: Codable {
        /// In the backup now.
        let objects: Int
        /// Created, updated or deleted.
        let changes: Int
    }

    /// - Throws: also if the type was not read completely.
    func callAsFunction() async throws -> Outcome {
        let result = try await backup(try options()).run()
        guard let users = result.record.types[GraphResource.users.name],
            users.outcome == .complete
        else { throw Failed("The users were not read completely.") }
        let changes = [users.created, users.updated, users.deleted].compactMap { $0 }
        return Outcome(objects: users.objects, changes: changes.reduce(0, +))
    }

    private func backup(_ options: BackupOptions) -> Backup<RecordedSource> {
        let source = RecordedSource(pages: pages, week: week)
        guard let authors else { return Backup(from: source, options) }
        let time = Int64(start.timeIntervalSince1970)
        return Backup(
            from: source, options,
            authors: { place in
                let author = place % authors
                return Authors(
                    names: ["Author \(author)"], email: "author\(author)@contoso.example",
                    time: time - Int64(60 * (author + 1)))
            })
    }

    private func options() throws -> BackupOptions {
        guard let branch = RefName.branch("main") else { throw Failed("main is no branch.") }
        return BackupOptions(
            repository: repository, branch: branch, root: .top,
            selection: [SelectedResource(.users)], tenant: "benchmark",
            identityName: "Tenantkeep", identityEmail: "tenantkeep@localhost", start: start,
            version: "benchmark", audit: week.map { _ in AuditOptions() })
    }
}
