import Foundation
import TenantSimulator
import Testing

/// The built program against a simulated tenant over HTTP, in a working folder of its own.
struct EndToEnd {
    let program: Program
    let tenant: SimulatedTenant
    let git: Git

    init(_ tenant: SimulatedTenant) throws {
        program = try Program()
        self.tenant = tenant
        git = Git(folder: program.folder)
    }

    /// What the program is told about the tenant; nothing of the test's own environment.
    var environment: [String: String] {
        [
            "AZURE_TENANT_ID": tenant.tenantID, "AZURE_CLIENT_ID": tenant.app.clientID,
            "AZURE_CLIENT_SECRET": tenant.app.secret, "AZURE_AUTHORITY_HOST": tenant.authority,
            "TENANTKEEP_GRAPH_ENDPOINT": tenant.graph, "TENANTKEEP_ARM_ENDPOINT": tenant.arm,
        ]
    }

    /// Makes a backup of these types and groups.
    @discardableResult
    func backUp(
        _ types: String, repository: String = "tenant.git", arguments: [String] = [],
        changing changes: [String: String] = [:],
        whileRunning: (Process) async throws -> Void = { _ in }
    ) async throws -> Program.Ending {
        var environment = environment.merging(changes) { $1 }
        environment["TENANTKEEP_TYPE"] = types
        environment["TENANTKEEP_REPO"] = repository
        return try await program.run(
            ["backup", "--json"] + arguments, environment: environment, whileRunning: whileRunning)
    }

    func tree(in repository: String = "tenant.git") throws -> String {
        try git("--git-dir=\(repository)", "rev-parse", "main^{tree}")
    }

    /// Every ref and where it points.
    func refs(in repository: String = "tenant.git") throws -> [String: String] {
        let lines = try git(
            "--git-dir=\(repository)", "for-each-ref", "--format=%(refname) %(objectname)")
        return Dictionary(
            uniqueKeysWithValues: lines.split(separator: "\n").map { line in
                let parts = line.split(separator: " ").map(String.init)
                return (parts[0], parts[1])
            })
    }

    /// Fails if git finds anything to say about the repository.
    func expectSound(_ repository: String = "tenant.git") throws {
        #expect(try git("--git-dir=\(repository)", "fsck", "--strict", "--full") == "")
    }
}

/// Runs `body` with a made-up tenant and the program.
func endToEnd(
    _ size: GeneratedTenant, settings: TenantSimulator.Settings = .init(),
    _ body: @Sendable (EndToEnd) async throws -> Void
) async throws {
    try await withSimulatedTenant(.init(.generated(size), settings: settings)) {
        try await body(EndToEnd($0))
    }
}

/// Runs `body` with the tenant of the fixtures and the program.
func withContoso(
    settings: TenantSimulator.Settings = .init(), _ body: @Sendable (EndToEnd) async throws -> Void
) async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/Tenants/contoso").path
    try await withSimulatedTenant(.init(.folder(folder), settings: settings)) {
        try await body(EndToEnd($0))
    }
}
