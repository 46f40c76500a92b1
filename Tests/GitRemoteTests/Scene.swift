import Foundation
import GitObjects
import GitPack
import GitRemote
import HTTPCarrier
import HTTPTransport
import TestSupport
import Testing

/// A local repository with real git in it, and a remote that stands somewhere.
struct Scene {
    let host: GitHost
    let local: TemporaryRepository

    let main: RefName

    init(rules: String = "") throws {
        main = try #require(RefName.branch("main"))
        host = try GitHost(rules: rules)
        local = try TemporaryRepository()
        try local.initialize()
    }

    /// Makes a commit of one file on top of `parent` and returns it.
    func commit(
        _ text: String, on parent: ObjectID? = nil, in repository: TemporaryRepository? = nil
    ) throws -> ObjectID {
        let repository = repository ?? local
        let blob = try repository.git("hash-object", "-w", "--stdin", input: Array(text.utf8))
        let tree = try repository.git("mktree", input: Array("100644 blob \(blob)\tfile\n".utf8))
        let commit =
            try parent.map { try repository.git("commit-tree", "-m", text, "-p", "\($0)", tree) }
            ?? repository.git("commit-tree", "-m", text, tree)
        return try #require(ObjectID(hex: commit))
    }

    /// Packs what leads to `commit` and not to `old`.
    func pack(_ commit: ObjectID, without old: ObjectID? = nil) throws -> PackFile {
        let wanted = "\(commit)\n" + (old.map { "^\($0)\n" } ?? "")
        let bytes = try local.gitBytes(
            "pack-objects", "--revs", "--stdout", "-q", input: Array(wanted.utf8))
        let path = "\(local.folder)/push-\(UUID().uuidString).pack"
        try Data(bytes).write(to: URL(filePath: path))
        return try PackFile(path)
    }

    /// What the remote has, by git's own word, which must find nothing to say about it.
    func remoteRef(_ name: String = "refs/heads/main") throws -> ObjectID? {
        #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
        let text = try? host.place.git("rev-parse", "--verify", "--quiet", name)
        return text.flatMap { ObjectID(hex: $0) }
    }

    /// Runs `body` with the remote at the host, or by way of a proxy.
    func withRemote<Value>(
        port: Int? = nil, path: String = "git/tenant.git",
        credential: RemoteCredential? = .bearer(GitHost.token), tries: Int = 4,
        patience: RemotePatience = RemotePatience(),
        _ body: (GitRemote) async throws -> Value
    ) async throws -> Value {
        try await withTestRemote(
            host.url(port: port, path: path), certificates: host.certificates,
            credential: credential, tries: tries, patience: patience, body)
    }
}

/// Runs `body` with the remote at `url`; waits take no time.
func withTestRemote<Value>(
    _ url: String, certificates: String? = nil,
    credential: RemoteCredential? = .bearer(GitHost.token), tries: Int = 4,
    patience: RemotePatience = RemotePatience(), clock: TestClock = TestClock(),
    _ body: (GitRemote) async throws -> Value
) async throws -> Value {
    let network = try Network(
        environment: certificates.map { ["SSL_CERT_FILE": $0] } ?? [:])
    return try await withHTTPCarrier(
        to: try #require(RepositoryURL(url)), network: network, version: "0.1.0",
        patience: patience, credential: { () async throws(RemoteError) in credential }
    ) { carrier in
        try await body(
            GitRemote(carrier: carrier, agent: "tenantkeep/0.1.0", clock: clock, tries: tries)
        )
    }
}
