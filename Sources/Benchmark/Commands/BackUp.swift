import ArgumentParser
import CanonicalJSON
import Foundation

/// Backs up recorded pages once: what is measured as Tenantkeep without a network.
struct BackUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Back up recorded pages.", shouldDisplay: false)

    @Option(help: "The folder with the pages.")
    var pages: String

    @Option(help: "The repository.")
    var repo: String

    @Option(help: "The run's start, in seconds since 1970.")
    var start: Int

    @Option(help: "Share the changes among so many authors.")
    var authors: Int?

    @Option(help: "Let the audit log have so many events of a week.")
    var events: Int?

    @Option(help: "One user in so many has one of them.")
    var every = 2

    func run() async throws {
        let folder = try PageFolder(pages)
        let start = Date(timeIntervalSince1970: Double(start))
        var run = BackupRun(pages: folder, repository: repo, start: start, authors: authors)
        run.week = try events.map {
            AuditedWeek(events: $0, users: try folder.users(every: every), end: start)
        }
        let outcome = try await run()
        print(String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self))
    }
}

extension PageFolder {
    /// Returns the IDs of one user in so many: of those that ``Change`` changes.
    fileprivate func users(every: Int) throws -> [String] {
        var ids: [String] = []
        var seen = 0
        for number in 0..<count {
            let page = try CanonicalPage(read(number), .collection, by: .users)
            for item in page.items {
                if seen % every == 0, let id = page.id(of: item) {
                    ids.append(String(decoding: id, as: UTF8.self))
                }
                seen += 1
            }
        }
        return ids
    }
}
