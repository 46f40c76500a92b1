import ArgumentParser
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

    func run() async throws {
        let run = BackupRun(
            pages: try PageFolder(pages), repository: repo,
            start: Date(timeIntervalSince1970: Double(start)), authors: authors)
        let outcome = try await run()
        print(String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self))
    }
}
