import Foundation
import TestSupport

/// A git host with a long history, and runs of the program against it.
///
/// Each run finds host and tenant as the run before found them.
struct RemoteBench {
    /// What a run begins with.
    enum Disk: String, CaseIterable {
        /// Its repository, with all of the history.
        case warm
        /// Nothing.
        case empty
    }

    let workshop: Workshop
    let users: Int
    let history: LongHistory
    private let host: GitHost
    /// What the host holds before each run.
    private let kept: String

    /// Lives the history and pushes it, as a first push does.
    init(_ workshop: Workshop, users: Int, changes: Int) async throws {
        self.workshop = workshop
        self.users = users
        Console().say("Living \(LongHistory.days) days")
        history = try await LongHistory(workshop, users: users, changes: changes)
        host = try GitHost()
        // As the large hosts are set up.
        try host.place.git("config", "uploadpack.allowFilter", "true")
        try host.place.git("config", "uploadpack.allowAnySHA1InWant", "true")
        kept = workshop.scratch.path("host.git")
        Console().say("Pushing the history")
        try workshop.run(
            [workshop.programs.tenantkeep, "push", host.url, "--repo", history.repository],
            adding: environment)
        try workshop.run(["cp", "-a", host.place.path, kept])
    }

    private var environment: [String: String] {
        ["TENANTKEEP_REMOTE_TOKEN": GitHost.token, "SSL_CERT_FILE": host.certificates]
    }

    // MARK: Runs

    /// Measures a backup that ends with a push.
    func measure(_ disk: Disk) async throws -> Usage {
        try await backUp(disk, to: host.url)
    }

    /// Counts the bytes of a backup that ends with a push.
    func traffic(_ disk: Disk) async throws -> Traffic {
        try await CutProxy.run(to: host.port) { proxy in
            _ = try await backUp(disk, to: host.url(port: proxy.port))
            return Traffic(up: proxy.uploaded, down: proxy.downloaded)
        }
    }

    /// Counts the bytes of git's clone.
    func trafficOfClone() async throws -> Traffic {
        try restoreHost()
        return try await CutProxy.run(to: host.port) { proxy in
            try workshop.run([
                "git", "-c", "http.sslCAInfo=\(host.certificates)", "-c",
                "http.extraHeader=Authorization: Bearer \(GitHost.token)", "clone", "--quiet",
                "--bare", host.url(port: proxy.port), workshop.scratch.path("clone.git"),
            ])
            try workshop.scratch.remove("clone.git")
            return Traffic(up: proxy.uploaded, down: proxy.downloaded)
        }
    }

    private func backUp(_ disk: Disk, to url: String) async throws -> Usage {
        let repository = workshop.scratch.path("disk.git")
        try restoreHost()
        if disk == .warm { try workshop.run(["cp", "-a", history.repository, repository]) }
        let simulator = try workshop.start(
            [
                workshop.programs.simulator, "--users", "\(users)", "--throttle", "none",
                "--scenario", history.past, "--scenario", history.today, "--exit-with-stdin",
            ], input: .pipe)
        let tenant = try JSONDecoder().decode(
            Tenant.self, from: Data(try await simulator.firstLine().utf8))
        let finished = try workshop.measure(
            [
                workshop.programs.tenantkeep, "backup", "--json", "--type", "users", "--push", url,
                "--repo", repository,
            ], adding: tenant.variables.merging(environment) { $1 })
        _ = try simulator.finish()
        try check(finished.decoded(Document.self))
        try workshop.scratch.remove("disk.git")
        return finished.usage
    }

    private func restoreHost() throws {
        try FileManager.default.removeItem(atPath: host.place.path)
        try workshop.run(["cp", "-a", kept, host.place.path])
    }

    // MARK: Checking

    /// What the program says of its run.
    private struct Document: Decodable {
        let types: [String: TypeRecord]
        let branch: Branch

        struct TypeRecord: Decodable {
            let updated: Int?
        }

        struct Branch: Decodable {
            let after: String
        }
    }

    /// - Throws: if the run did not find the changes, or the host does not hold them.
    private func check(_ document: Document) throws {
        let updated = document.types["users"]?.updated ?? 0
        guard updated == history.changes else {
            throw Failed("A backup found \(updated) of \(history.changes) users changed.")
        }
        guard try workshop.git(host.place.path, "rev-parse", "main") == document.branch.after else {
            throw Failed("The host does not hold what was pushed.")
        }
    }

    /// Lets git judge what the last run left at the host.
    func checkHost() throws {
        try RepositoryChecks(workshop: workshop).checkObjects(of: host.place.path)
    }
}

/// Bytes of all connections with a host, those of TLS included.
struct Traffic: Codable {
    let up: Int
    let down: Int

    var bytes: Int { up + down }
}
