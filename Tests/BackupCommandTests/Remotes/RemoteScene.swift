import Foundation
import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand

/// The program between a simulated tenant and a real git host.
struct RemoteScene {
    let run: EndToEnd
    let host: GitHost

    /// What the program is told about the remote.
    func environment(
        url: String? = nil, token: String = GitHost.token
    ) -> [String: String] {
        [
            "TENANTKEEP_PUSH": url ?? host.url, "TENANTKEEP_REMOTE_TOKEN": token,
            "SSL_CERT_FILE": host.certificates,
        ]
    }

    /// Makes a backup that begins at the remote and is pushed to it.
    @discardableResult
    func backUp(
        _ types: String = "users,groups", repository: String, url: String? = nil,
        token: String = GitHost.token, arguments: [String] = [],
        changing changes: [String: String] = [:],
        whileRunning: (Process) async throws -> Void = { _ in }
    ) async throws -> Program.Ending {
        try await run.backUp(
            types, repository: repository, arguments: arguments,
            changing: environment(url: url, token: token).merging(changes) { $1 },
            whileRunning: whileRunning)
    }

    /// Runs another command against the remote.
    func command(
        _ arguments: String..., changing changes: [String: String] = [:]
    ) async throws -> Program.Ending {
        try await run.program.run(
            arguments + ["--json"], environment: environment().merging(changes) { $1 })
    }

    /// Makes a backup as ``backUp(_:repository:url:token:arguments:changing:whileRunning:)`` does, in
    /// this process, with another patience than a user has.
    func backUpHere(
        repository: String, url: String, timing: RemoteTiming,
        changing changes: [String: String] = [:]
    ) async throws -> Program.Ending {
        var environment = run.environment.merging(self.environment(url: url)) { $1 }
        environment["TENANTKEEP_TYPE"] = "users,groups"
        environment["TENANTKEEP_REPO"] = run.program.folder.appending(path: repository).path
        let recorder = Recorder()
        let invocation = Invocation(
            ["backup", "--json"], environment: environment.merging(changes) { $1 },
            remoteTiming: timing, write: recorder.write)
        let status = await invocation.run()
        return Program.Ending(
            status: status.rawValue, output: recorder.output, messages: recorder.messages)
    }

    /// What the host has, by ref.
    func refs() throws -> [String: String] {
        let lines = try host.place.git("for-each-ref", "--format=%(refname) %(objectname)")
        return Dictionary(
            uniqueKeysWithValues: lines.split(separator: "\n").map { line in
                let parts = line.split(separator: " ").map(String.init)
                return (parts[0], parts[1])
            })
    }

    /// The refs of a local repository that a remote has, too.
    func ownRefs(in repository: String) throws -> [String: String] {
        try run.refs(in: repository).filter { !$0.key.hasPrefix("refs/tenantkeep/diverged/") }
    }

    /// Fails if git finds anything to say about the host's repository.
    ///
    /// A host goes on with a push whose sender was killed. `fsck` lists objects before refs, so it is
    /// asked again while a ref moves beside it.
    func expectSoundHost(sourceLocation: SourceLocation = #_sourceLocation) throws {
        while true {
            let before = try host.place.git("for-each-ref")
            let found = Result { try host.place.git("fsck", "--strict", "--full", "--no-dangling") }
            guard try host.place.git("for-each-ref") == before else { continue }
            #expect(try found.get() == "", sourceLocation: sourceLocation)
            return
        }
    }

    /// The host's tree.
    func tree() throws -> String { try host.place.git("rev-parse", "main^{tree}") }

    /// Gives some users of the tenant another title, and deletes one.
    func change(_ title: String, users places: [Int], deleting deleted: Int? = nil) throws {
        let ids = try host.place.git("ls-tree", "--name-only", "main:Users")
            .split(separator: "\n").map(String.init)
        var changes = places.map {
            #"{"update": "users/\#(ids[$0])", "with": {"jobTitle": "\#(title)"}}"#
        }
        if let deleted { changes.append(#"{"delete": "users/\#(ids[deleted])"}"#) }
        try run.tenant.play(
            Scenario(parsing: #"{"changes": [\#(changes.joined(separator: ", "))]}"#))
    }

    /// Commits to the host's branch as somebody else.
    func commitAtHost(_ text: String = "Somebody else") throws {
        let tree = try tree()
        let commit = try host.place.git(
            "commit-tree", tree, "-p", "refs/heads/main", "-m", text)
        try host.place.git("update-ref", "refs/heads/main", commit)
    }

    /// The tree that a run without a remote makes of the tenant as it is.
    func treeOfTenant(_ types: String = "users,groups") async throws -> String {
        let name = "fresh-\(UUID().uuidString).git"
        let ending = try await run.backUp(types, repository: name)
        #expect(ending.status == 0, "\(ending.messages)")
        return try run.tree(in: name)
    }
}

/// Runs `body` with a tenant of some users and groups, and an empty remote.
func withRemote(
    _ size: GeneratedTenant = GeneratedTenant(users: 120, groups: 12, membersPerGroup: 3),
    rules: String = "", _ body: @Sendable (RemoteScene) async throws -> Void
) async throws {
    try await withRemote(size, at: try GitHost(rules: rules), body)
}

/// The same, with a host of the caller's.
func withRemote(
    _ size: GeneratedTenant = GeneratedTenant(users: 120, groups: 12, membersPerGroup: 3),
    at host: GitHost, _ body: @Sendable (RemoteScene) async throws -> Void
) async throws {
    try await endToEnd(size) { run in
        try await body(RemoteScene(run: run, host: host))
    }
}
