import BackupEngine
import CanonicalJSON
import Foundation
import GitObjects
import GraphCatalog
import TenantSimulator

/// Measures the parts and whole runs on made-up users, beside git, in one run; prints medians.
///
///     Benchmark [USERS]
@main
struct Benchmark {
    private static let rounds = 3
    private let folder: URL
    private let users: Int

    static func main() async throws {
        let users = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "tenantkeep-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Benchmark(folder: folder, users: users).run()
    }

    private func run() async throws {
        print("\(users) users, medians of \(Self.rounds) rounds")
        var settings = TenantSimulator.Settings()
        settings.keepsRequests = false
        let tenant = SimulatedTenant.Configuration(
            .generated(GeneratedTenant(users: users)), settings: settings)
        try await withSimulatedTenant(tenant) { tenant in
            try await tenant.withClient { client in
                let recorded = try await RecordedPages(
                    of: .users, from: client, tenant: tenant.tenantID)
                try await measure(recorded, client)
            }
        }
    }

    private func measure(_ recorded: RecordedPages, _ client: some GraphSource) async throws {
        let git = try Git(recorded, of: .users, in: folder)
        var table = Table()
        for round in 0..<Self.rounds {
            try await table.time("canonical JSON, one core", bytes: recorded.byteCount) {
                try canonicalize(recorded)
            }
            try await table.time("first backup, recorded pages", bytes: recorded.byteCount) {
                try await backUp(recorded, "recorded-\(round).git")
            }
            try await table.time("second backup, nothing changed", bytes: recorded.byteCount) {
                try await backUp(recorded, "recorded-\(round).git")
            }
            try await table.time("first backup over HTTP", bytes: recorded.byteCount) {
                try await backUp(client, "http-\(round).git")
            }
            try await table.time("git fast-import of the finished blobs", bytes: recorded.byteCount)
            {
                try git.fastImport(into: "git-\(round).git")
            }
        }
        table.printAll(comparedWith: "first backup, recorded pages")
    }

    private func canonicalize(_ recorded: RecordedPages) throws -> Int {
        let rules = CanonicalRules(
            volatile: GraphResource.users.volatile, sets: GraphResource.users.sets)
        return try recorded.pages.reduce(0) {
            $0 + (try CanonicalPage($1.body, .collection, by: rules)).bytes.count
        }
    }

    private func backUp(_ source: some GraphSource, _ name: String) async throws -> Int {
        guard let branch = RefName.branch("main") else { throw Failed(what: "main is no branch") }
        let repository = folder.appending(path: name).path
        let options = BackupOptions(
            repository: repository, branch: branch, root: .top,
            selection: [SelectedResource(.users)], tenant: "benchmark",
            identityName: "Tenantkeep", identityEmail: "tenantkeep@localhost", start: .now,
            version: "benchmark")
        _ = try await Backup(from: source, options).run()
        return try size(of: repository)
    }
}
