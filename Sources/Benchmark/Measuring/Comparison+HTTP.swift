import Foundation

extension Comparison {
    /// The program itself, from the token to the last page, against a simulated tenant that is a
    /// process of its own and starts anew each time.
    mutating func measureOverHTTP(_ round: Int) async throws {
        let repository = scratch.path("http-\(round).git")
        let simulator = try workshop.start(
            [
                workshop.programs.simulator, "--users", "\(users)", "--throttle", "none",
                "--exit-with-stdin",
            ], input: .pipe)
        let tenant = try JSONDecoder().decode(
            Tenant.self, from: Data(try await simulator.firstLine().utf8))
        let finished = try workshop.measure(
            [workshop.programs.tenantkeep, "backup", "--type", "Users", "--repo", repository],
            adding: tenant.variables)
        let answering = try simulator.finish().usage
        var usage = finished.usage
        usage.othersCPU = max(0, usage.othersCPU - answering.cpu)
        var sample = Sample(usage: usage, repository: try FolderSize(of: repository))
        sample.simulatorCPU = answering.cpu
        add(sample, to: .overHTTP, round: round)
        noteWritten(repository)
    }
}

/// Where a simulated tenant is and how to sign in to it, as the simulator announces it.
struct Tenant: Decodable {
    let graph: String
    let authority: String
    let tenant: String
    let clientID: String
    let clientSecret: String

    /// What the program reads them from.
    var variables: [String: String] {
        [
            "AZURE_TENANT_ID": tenant, "AZURE_CLIENT_ID": clientID,
            "AZURE_CLIENT_SECRET": clientSecret, "AZURE_AUTHORITY_HOST": authority,
            "TENANTKEEP_GRAPH_ENDPOINT": graph,
        ]
    }
}
