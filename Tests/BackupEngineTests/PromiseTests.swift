import BackupEngine
import FoundationEssentials
import GitObjects
import GitRemote
import GraphCatalog
import TestSupport
import Testing

/// Partial repositories whose remote no longer has what it promised.
struct PromiseTests {
    private let tenant = RecordedTenant([
        "people": .pages([items(0..<40)]), "organization": .pages([[item("o")]]),
    ])

    private func options(_ host: TestHost) throws -> RemoteOptions {
        RemoteOptions(
            GitRemote(carrier: host, agent: "tenantkeep/test", tries: 1),
            branch: try #require(RefName.branch("main")))
    }

    @discardableResult
    private func backUp(_ runs: Runs, to host: TestHost, day: Int) async throws -> BackupResult {
        let remote = try options(host)
        return try await runs.run(tenant, all(people, organization)) {
            $0.remote = remote
            $0.start = Date(timeIntervalSince1970: 1_790_000_000 + Double(day) * 86_400)
        }
    }

    /// A repository without history and blobs, whose remote has three runs.
    private func partial(of host: TestHost) async throws -> Runs {
        let (whole, partial) = (try Runs(), try Runs())
        for day in 1...2 {
            tenant.set("people", .pages([items(day..<(40 + day))]))
            try await backUp(whole, to: host, day: day)
        }
        tenant.set("people", .pages([items(3..<43)]))
        try await backUp(partial, to: host, day: 3)
        #expect(try partial.repository.files().contains("tenantkeep/partial"))
        return partial
    }

    private func diverged(_ runs: Runs) throws -> [String] {
        try runs.git("for-each-ref", "--format=%(refname)", "refs/tenantkeep/diverged")
            .split(separator: "\n").map(String.init)
    }

    /// Whether the remote has all that the tenant holds, in the judgement of git.
    private func expectWhole(_ host: TestHost) async throws {
        #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
        #expect(
            try !host.place.git("rev-list", "--objects", "--missing=print", "main").contains("?"))
        let whole = try Runs()
        try await whole.run(tenant, all(people, organization))
        #expect(
            try whole.git("rev-parse", "main^{tree}") == host.place.git("rev-parse", "main^{tree}"))
    }

    @Test(arguments: [true, false])
    func `a remote that was made anew gets all that is read, and the next run is an ordinary one`(
        isNoted: Bool
    ) async throws {
        let (host, new) = (try TestHost(), try TestHost())
        let runs = try await partial(of: host)
        // As an older version has left it.
        if !isNoted {
            try runs.repository.run(["rm", "\(runs.repository.path)/tenantkeep/partial-from"])
        }
        let before = try runs.git("rev-parse", "main")

        let first = try await backUp(runs, to: new, day: 4)
        tenant.set("people", .pages([items(4..<44)]))
        let second = try await backUp(runs, to: new, day: 5)

        #expect(first.push?.failure == nil, "\(String(describing: first.push?.failure))")
        #expect(second.push?.failure == nil, "\(String(describing: second.push?.failure))")
        #expect(second.record.types["people"]?.created == 1)
        #expect(try new.place.git("rev-list", "--count", "main") == "2")
        #expect(
            try runs.git("for-each-ref", "--format=%(objectname)", "refs/tenantkeep/diverged")
                .contains(before))
        try await expectWhole(new)
        let whole = try Runs()
        try await backUp(whole, to: new, day: 6)
    }

    @Test func `another remote's history is gone on with, and its own promises only are believed`()
        async throws
    {
        let (host, other) = (try TestHost(), try TestHost())
        let runs = try await partial(of: host)
        tenant.set("people", .pages([items(20..<60)]))
        try await backUp(try Runs(), to: other, day: 2)
        tenant.set("people", .pages([items(3..<43)]))

        let first = try await backUp(runs, to: other, day: 4)
        let second = try await backUp(runs, to: other, day: 5)

        #expect(first.push?.failure == nil, "\(String(describing: first.push?.failure))")
        #expect(second.push?.failure == nil)
        #expect(second.changes.isEmpty)
        #expect(try other.place.git("rev-list", "--count", "main") == "2")
        try await expectWhole(other)
    }

    @Test func `a remote that was set back is given what it lacks`() async throws {
        let host = try TestHost()
        let runs = try await partial(of: host)
        try await backUp(runs, to: host, day: 4)
        for (ref, old) in [
            ("refs/heads/main", "main~2"), ("refs/tenantkeep/runs", "refs/tenantkeep/runs~3"),
        ] {
            try host.place.git("update-ref", ref, try host.place.git("rev-parse", old))
        }
        let tags = try host.place.git("tag", "--list").split(separator: "\n").map(String.init)
        for tag in tags.dropFirst() { try host.place.git("tag", "--delete", tag) }
        try host.place.git("reflog", "expire", "--expire=now", "--all")
        try host.place.git("gc", "--prune=now", "--quiet")

        let first = try await backUp(runs, to: host, day: 5)
        let second = try await backUp(runs, to: host, day: 6)

        #expect(first.push?.failure == nil, "\(String(describing: first.push?.failure))")
        #expect(second.push?.failure == nil, "\(String(describing: second.push?.failure))")
        try await expectWhole(host)
    }

    @Test func `a remote that only goes on keeps its promises`() async throws {
        let host = try TestHost()
        let runs = try await partial(of: host)
        for day in 4...6 {
            tenant.set("people", .pages([items(day..<(40 + day))]))
            try await backUp(day == 5 ? try Runs() : runs, to: host, day: day)
        }

        let result = try await backUp(runs, to: host, day: 7)

        #expect(result.push?.failure == nil)
        #expect(try diverged(runs) == [])
        let origin = String(
            decoding: try runs.repository.file("tenantkeep/partial-from"), as: UTF8.self)
        #expect(origin.hasPrefix("remote https://host.example/tenant.git\ncommit "))
        try await expectWhole(host)
    }

    @Test func `a fetch of all says what neither side has, and leaves the mark`() async throws {
        let (host, other) = (try TestHost(), try TestHost())
        let runs = try await partial(of: host)
        tenant.set("people", .pages([items(20..<60)]))
        try await backUp(try Runs(), to: other, day: 2)
        let main = try #require(RefName.branch("main"))
        func fetch(_ host: TestHost) async throws -> FetchRecord {
            try await RemoteTransfer(
                of: runs.repository.path, branch: main, with: try options(host),
                start: Date(timeIntervalSince1970: 1_792_000_000)
            ).fetch()
        }

        let record = try await fetch(other)

        // Those of the people whom the other never had.
        #expect(record.missing >= 15)
        #expect(try runs.repository.files().contains("tenantkeep/partial"))
        tenant.set("people", .pages([items(3..<43)]))
        let result = try await backUp(runs, to: other, day: 9)
        #expect(result.push?.failure == nil, "\(String(describing: result.push?.failure))")
        try await expectWhole(other)
    }
}
