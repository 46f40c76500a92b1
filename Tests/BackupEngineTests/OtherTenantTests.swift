import BackupEngine
import FoundationEssentials
import GitObjects
import GitRemote
import TestSupport
import Testing

/// A branch that another tenant's runs have made, whether or not a record says so.
struct OtherTenantTests {
    private let tenant = RecordedTenant(["people": .pages([items(0..<40)])])
    private static let ours = "11111111-1111-1111-1111-111111111111"
    private static let theirs = "22222222-2222-2222-2222-222222222222"

    /// Says of which tenant the backup in the repository is.
    private func isOther(_ error: (any Error)?, recorded: String = ours) -> Bool {
        guard case .otherTenant(_, recorded, Self.theirs)? = error as? BackupError else {
            return false
        }
        return true
    }

    private func options(_ host: TestHost) throws -> RemoteOptions {
        RemoteOptions(
            GitRemote(carrier: host, agent: "tenantkeep/test", tries: 1),
            branch: try #require(RefName.branch("main")))
    }

    /// Runs with another tenant's credentials; returns the error.
    private func runOther(
        on runs: Runs, with remote: RemoteOptions? = nil
    ) async throws -> (any Error)? {
        let others = RecordedTenant(["people": .pages([items(50..<60)])])
        let error = await #expect(throws: BackupError.self) {
            try await runs.run(others, all(people)) {
                $0.remote = remote
                $0.tenant = Self.theirs
            }
        }
        #expect(others.asked == [])
        return error
    }

    /// Takes the trailer out of the newest commit, as older versions wrote it, and its tag too.
    private func makeOlder(_ place: TemporaryRepository, hasTag: Bool = true) throws {
        let text = try place.git("log", "-1", "--format=%B", "main")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("Tenantkeep-Tenant:") }.joined(separator: "\n")
        let commit = try place.git(
            "commit-tree", "main^{tree}", "-F", "-", input: Array("\(text)\n".utf8))
        let tag = try place.git("for-each-ref", "--format=%(refname:short)", "refs/tags")
        let message = try place.git("for-each-ref", "--format=%(contents)", "refs/tags")
        try place.git("update-ref", "refs/heads/main", commit)
        try place.git("tag", "--delete", tag)
        guard hasTag else { return }
        try place.git("tag", "-a", "-F", "-", tag, "main", input: Array("\(message)\n".utf8))
    }

    private func addCommit(to place: TemporaryRepository) throws {
        let commit = try place.git(
            "commit-tree", "main^{tree}", "-p", "main", "-m", "A person's own commit")
        try place.git("update-ref", "refs/heads/main", commit)
    }

    @Test func `every commit of a run names its tenant behind the run`() async throws {
        let runs = try Runs()
        let audited = AuditedTenant(["people": .pages([[item("a"), item("b")]])])
        audited.log(
            Event(
                "e1", at: Date(timeIntervalSince1970: 1_790_000_000 + 80_000),
                by: (id: "a1", name: "Adele Vance", email: nil), on: "a"))

        try await runs.run(from: audited, all(people)) {
            $0.audit = AuditOptions()
            $0.skipsCI = true
        }

        for ref in ["main", "main~1", "refs/tenantkeep/runs", "refs/notes/tenantkeep-audit"] {
            #expect(
                try runs.git(
                    "log", "-1", "--format=%(trailers:key=Tenantkeep-Tenant,valueonly,separator=)",
                    ref)
                    == Self.ours, "\(ref)")
        }
        for commit in ["main", "main~1"] {
            let lines = try runs.git("log", "-1", "--format=%(trailers:only)", commit)
                .split(separator: "\n").prefix(2).map { $0.prefix { $0 != ":" } }
            #expect(lines == ["Tenantkeep-Run", "Tenantkeep-Tenant"])
        }
    }

    @Test(arguments: [false, true], [false, true])
    func `a branch whose record is lost is another tenant's all the same`(
        isOlder: Bool, hasCommitOnTop: Bool
    ) async throws {
        let runs = try Runs()
        try await runs.run(tenant, all(people))
        if isOlder { try makeOlder(runs.repository) }
        if hasCommitOnTop { try addCommit(to: runs.repository) }
        _ = try runs.git("update-ref", "-d", "refs/tenantkeep/runs")
        let refs = try runs.git("for-each-ref")

        let error = try await runOther(on: runs)

        #expect(isOther(error))
        #expect(try runs.git("for-each-ref") == refs)
    }

    @Test func `a record of ours on commits of another tenant is refused`() async throws {
        let (runs, other) = (try Runs(), try Runs())
        try await other.run(tenant, all(people))
        try await runs.run(tenant, all(people)) { $0.tenant = Self.theirs }
        try runs.repository.git("fetch", "-q", other.repository.path, "+main:main")

        #expect(isOther(try await runOther(on: runs)))
    }

    @Test func `commits that name no tenant go on, if they are nobody else's`() async throws {
        let runs = try Runs()
        try await runs.run(tenant, all(people))
        try makeOlder(runs.repository)
        _ = try runs.git("update-ref", "-d", "refs/tenantkeep/runs")
        tenant.set("people", .pages([items(1..<40)]))

        let result = try await runs.run(tenant, all(people))

        #expect(result.record.types["people"]?.deleted == 1)
    }

    // MARK: Remotes

    @Test(arguments: [false, true], [false, true])
    func `a remote's branch whose record is lost is refused, and nothing moves`(
        isOlder: Bool, hasCommitOnTop: Bool
    ) async throws {
        let host = try TestHost()
        let remote = try options(host)
        try await Runs().run(tenant, all(people)) { $0.remote = remote }
        if isOlder { try makeOlder(host.place) }
        if hasCommitOnTop { try addCommit(to: host.place) }
        try host.place.git("update-ref", "-d", "refs/tenantkeep/runs")
        let refs = try host.place.git("for-each-ref")
        let local = RemoteOptions(LocalRemote(path: host.place.path), branch: remote.branch)

        for remote in [remote, local] {
            let empty = try Runs()

            let error = try await runOther(on: empty, with: remote)

            #expect(isOther(error), "\(remote.remote.name)")
            #expect(try empty.git("for-each-ref") == "")
        }
        #expect(try host.place.git("for-each-ref") == refs)
    }

    @Test func `no record is made anew for commits of another tenant`() async throws {
        let host = try TestHost()
        let remote = try options(host)
        let runs = try Runs()
        try await runs.run(tenant, all(people)) { $0.remote = remote }
        _ = try runs.git("update-ref", "-d", "refs/tenantkeep/runs")
        let refs = try runs.git("for-each-ref")
        // It does not answer, so what is here counts.
        var dead = host
        dead.disguise = { _ in [] }

        #expect(isOther(try await runOther(on: runs, with: try options(dead))))
        #expect(try runs.git("for-each-ref") == refs)
    }

    @Test func `a fetch does not mix two tenants, even without a record`() async throws {
        let host = try TestHost()
        let remote = try options(host)
        try await Runs().run(tenant, all(people)) { $0.remote = remote }
        try host.place.git("update-ref", "-d", "refs/tenantkeep/runs")
        let runs = try Runs()
        try await runs.run(tenant, all(people)) { $0.tenant = Self.theirs }
        _ = try runs.git("update-ref", "-d", "refs/tenantkeep/runs")
        let refs = try runs.git("for-each-ref")

        let error = await #expect(throws: BackupError.self) {
            try await RemoteTransfer(
                of: runs.repository.path, branch: remote.branch, with: remote,
                start: Date(timeIntervalSince1970: 1_792_000_000)
            ).fetch()
        }

        #expect(isOther(error))
        #expect(try runs.git("for-each-ref") == refs)
    }

    // MARK: Newer versions

    @Test(arguments: [
        #"{"schema": 2, "version": "9.0", "runs": []}"#, #"{"schema": 3, "version": {"major": 9}}"#,
    ])
    func `a record of a newer schema is not written over`(json: String) async throws {
        let host = try TestHost()
        let remote = try options(host)
        let runs = try Runs()
        try await runs.run(tenant, all(people)) { $0.remote = remote }
        let blob = try runs.repository.git(
            "hash-object", "-w", "--stdin", input: Array(json.utf8))
        let tree = try runs.repository.git(
            "mktree", input: Array("100644 blob \(blob)\trun.json\n".utf8))
        let commit = try runs.repository.git(
            "commit-tree", tree, "-p", "refs/tenantkeep/runs", "-m", "Run")
        _ = try runs.git("update-ref", "refs/tenantkeep/runs", commit)
        try runs.repository.git(
            "push", "-q", host.place.path, "refs/tenantkeep/runs:refs/tenantkeep/runs")
        let refs = try runs.git("for-each-ref")
        let empty = try Runs()

        for (runs, remote) in [(runs, nil), (runs, remote), (empty, remote)] {
            let error = await #expect(throws: BackupError.self) {
                try await runs.run(tenant, all(people)) { $0.remote = remote }
            }
            guard case .newerRecord(let schema, _)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(json.contains("\"schema\": \(schema),"))
        }
        #expect(try runs.git("for-each-ref") == refs)
        #expect(try empty.git("for-each-ref") == "")
    }
}
