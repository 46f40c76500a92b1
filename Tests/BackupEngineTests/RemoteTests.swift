import BackupEngine
import FoundationEssentials
import GitObjects
import GitRemote
import GraphCatalog
import TestSupport
import Testing

/// Runs from empty and warm disks against hosts that can do more or less.
struct RemoteTests {
    private let tenant = RecordedTenant([
        "people": .pages([items(0..<400)]), "organization": .pages([[item("o")]]),
    ])

    private func options(
        _ host: TestHost, runs: RefName? = nil
    ) throws -> RemoteOptions {
        RemoteOptions(
            GitRemote(carrier: host, agent: "tenantkeep/test", tries: 1),
            branch: try #require(RefName.branch("main")), runs: runs)
    }

    /// Backs up on a disk of these runs' own; days count on.
    @discardableResult
    private func backUp(
        _ runs: Runs, to host: TestHost, day: Int, runsRef: RefName? = nil
    ) async throws -> BackupResult {
        let remote = try options(host, runs: runsRef)
        return try await runs.run(tenant, all(people, organization)) {
            $0.remote = remote
            $0.start = Date(timeIntervalSince1970: 1_790_000_000 + Double(day) * 86_400)
        }
    }

    /// What a host may not be able to do.
    private static let lacks: [Set<String>] = [
        [], ["filter"], ["filter", "shallow"], ["atomic"], ["ofs-delta", "atomic", "filter"],
        ["side-band-64k", "multi_ack_detailed", "thin-pack", "no-progress"],
    ]

    @Test(arguments: lacks)
    func `a run from an empty disk goes on with the remote's history`(
        lacks: Set<String>
    ) async throws {
        var host = try TestHost()
        host.lacks = lacks
        let (first, second, third) = (try Runs(), try Runs(), try Runs())
        try await backUp(first, to: host, day: 1)
        tenant.set("people", .pages([items(1..<401)]))
        let result = try await backUp(second, to: host, day: 2)
        tenant.set("people", .pages([items(1..<401).dropLast() + [item("id-400", "\"a\":1")]]))
        let warm = try await backUp(second, to: host, day: 3)
        let again = try await backUp(third, to: host, day: 4)

        for result in [result, warm, again] { #expect(result.push?.failure == nil) }
        #expect(result.record.types["people"]?.created == 1)
        #expect(result.record.types["people"]?.deleted == 1)
        #expect(result.changes.contains { $0.kind == .deleted && $0.name == "Number 0" })
        #expect(warm.record.types["people"]?.updated == 1)
        #expect(again.changes.isEmpty)
        #expect(try host.place.git("rev-list", "--count", "main") == "3")
        #expect(try host.place.git("rev-list", "--count", "refs/tenantkeep/runs") == "4")
        #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
        let whole = try Runs()
        try await whole.run(tenant, all(people, organization))
        #expect(
            try whole.git("rev-parse", "main^{tree}") == host.place.git("rev-parse", "main^{tree}"))
        if lacks.contains("shallow") {
            try second.expectSound()
            #expect(try second.git("rev-list", "--count", "main") == "3")
        } else {
            #expect(try second.git("rev-list", "--count", "main") == "3")
            #expect(try third.repository.files().contains("shallow"))
        }
    }

    @Test(arguments: [true, false])
    func `hosts that want whole packs get them`(isSaid: Bool) async throws {
        var host = try TestHost()
        try host.refuseThinPacks()
        if isSaid { host.adds = ["no-thin"] }
        let runs = try Runs()
        try await backUp(runs, to: host, day: 1)
        tenant.set("people", .pages([items(1..<400)]))

        let result = try await backUp(runs, to: host, day: 2)

        // One that does not say so shows that the others are thin.
        #expect((result.push?.failure == nil) == isSaid)
        #expect(
            try (runs.git("rev-parse", "main") == host.place.git("rev-parse", "main")) == isSaid)
        #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
    }

    @Test(arguments: [[], ["no-thin"]])
    func `hosts that do not know deltas by distance get them by name`(
        adds: [String]
    ) async throws {
        for lacks in [[], ["ofs-delta"]] as [Set<String>] {
            var host = try TestHost()
            host.lacks = lacks
            host.adds = adds
            if !adds.isEmpty { try host.refuseThinPacks() }
            let runs = try Runs()
            for number in 0..<3 {
                tenant.set("people", .pages([items(number..<(400 + number))]))
                try await runs.run(tenant, all(people, organization))
            }
            let result = try await backUp(runs, to: host, day: 9)
            let types = try host.entryTypes(try #require(host.packs.first))

            #expect(result.push?.failure == nil)
            #expect(host.packs.count == 1)
            #expect(types.contains(6) == lacks.isEmpty)
            #expect(types.contains(7) == !lacks.isEmpty)
            #expect(try host.place.git("rev-list", "--count", "main") == "3")
            #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
        }
    }

    @Test func `what is unchanged is not fetched, and costs a record only`() async throws {
        let host = try TestHost()
        try await backUp(try Runs(), to: host, day: 1)

        let result = try await backUp(try Runs(), to: host, day: 2)

        #expect(result.changes.isEmpty)
        #expect(result.push?.refs.count == 1)
        #expect((result.push?.byteCount ?? 0) < 1_500)
    }

    @Test func `thousands of tags on both sides are in nobody's way`() async throws {
        let (host, runs) = (try TestHost(), try Runs())
        try await backUp(runs, to: host, day: 1)
        let commit = try host.place.git("rev-parse", "main")
        let lines = (0..<2_000).map { "create refs/tags/old/\($0) \(commit)\n" }.joined()
        for repository in [host.place, runs.repository] {
            try repository.git("update-ref", "--stdin", input: Array(lines.utf8))
            try repository.git("pack-refs", "--all")
        }
        tenant.set("people", .pages([items(1..<401)]))

        let result = try await backUp(runs, to: host, day: 2)

        #expect(result.push?.failure == nil)
        #expect(try host.place.git("rev-list", "--count", "main") == "2")
        #expect(try runs.git("tag", "--list", "old/*").split(separator: "\n").count == 2_000)
    }

    @Test func `a tag name that only the remote has is not taken again`() async throws {
        let host = try TestHost()
        try await backUp(try Runs(), to: host, day: 1)
        tenant.set("people", .pages([items(1..<401)]))

        let result = try await backUp(try Runs(), to: host, day: 1)

        #expect(result.record.tag?.hasSuffix("-2") == true)
        #expect(result.push?.failure == nil)
    }

    @Test(arguments: [0.0, -120])
    func `a lost record is made anew, even of a run in the same second or by a late clock`(
        late: Double
    ) async throws {
        let host = try TestHost()
        let remote = try options(host)
        func backUp(_ runs: Runs, from tenant: AuditedTenant, at time: Double) async throws
            -> BackupResult
        {
            try await runs.run(from: tenant, all(people)) {
                $0.remote = remote
                $0.audit = AuditOptions()
                $0.start = Date(timeIntervalSince1970: 1_790_000_000 + time)
            }
        }
        func old(_ numbers: Range<Int>) -> [String] {
            numbers.map { item("person-number-\($0)", "\"value\":\"old\"") }
        }
        let new = (0..<2).map { item("person-number-\($0)", "\"value\":\"new\"") }
        let tenant = AuditedTenant(["people": .pages([old(0..<4)])])
        let runs = try Runs()
        _ = try await backUp(runs, from: tenant, at: 0)
        let record = try host.place.git("rev-parse", "refs/tenantkeep/runs")
        tenant.set("people", .pages([new + old(2..<4)]))
        let time = Date(timeIntervalSince1970: 1_790_000_000 + late - 60)
        for (number, name) in ["Adele Vance", "Diego Siciliani"].enumerated() {
            tenant.log(
                Event(
                    "e\(number)", at: time, by: (id: "a\(number)", name: name, email: nil),
                    on: "person-number-\(number)", changing: ["value"]))
        }
        let lost = try await backUp(runs, from: tenant, at: late)
        let tip = try host.place.git("rev-parse", "main")
        try host.place.git("update-ref", "refs/tenantkeep/runs", record)
        try host.place.git("tag", "--delete", try #require(lost.record.tag))

        let result = try await backUp(try Runs(), from: tenant, at: 86_400)

        #expect(result.push?.failure == nil)
        let records = try host.place.git("rev-list", "refs/tenantkeep/runs")
            .split(separator: "\n")
        #expect(records.count == 3)
        let made = try host.place.git("show", "\(records[1]):run.json")
        #expect(made.contains("\"after\": \"\(tip)\""))
        // Both commits of that run count, though a fetch of the tip brings one.
        #expect(try host.place.git("rev-list", "--count", "main") == "3")
        #expect(made.contains("\"e0\"") && made.contains("\"e1\""), "\(made)")
    }

    @Test func `the remote moved and this repository too: what it has is kept beside`()
        async throws
    {
        let host = try TestHost()
        let (one, other) = (try Runs(), try Runs())
        try await backUp(one, to: host, day: 1)
        try await backUp(other, to: host, day: 2)
        tenant.set("people", .pages([items(1..<401)]))
        try await one.run(tenant, all(people, organization)) {
            $0.start = Date(timeIntervalSince1970: 1_790_000_000 + 3 * 86_400)
        }
        let alone = try one.git("rev-parse", "main")
        tenant.set("people", .pages([items(2..<402)]))
        try await backUp(other, to: host, day: 4)
        let theirs = try host.place.git("rev-parse", "main")

        let result = try await backUp(one, to: host, day: 5)

        #expect(result.push?.failure == nil)
        let kept = try one.git(
            "for-each-ref", "--format=%(objectname) %(refname)",
            "refs/tenantkeep/diverged")
        #expect(kept.contains("\(alone) refs/tenantkeep/diverged/2026-09-24T"))
        #expect(try one.git("rev-parse", "main") == theirs)
        #expect(try host.place.git("rev-list", "--count", "refs/tenantkeep/runs") == "4")
        try one.expectSound()
    }

    @Test func `another tenant's record is refused, and nothing moves`() async throws {
        let host = try TestHost()
        try await backUp(try Runs(), to: host, day: 1)
        let runs = try Runs()
        let remote = try options(host)

        await #expect(throws: BackupError.self) {
            try await runs.run(tenant, all(people)) {
                $0.remote = remote
                $0.tenant = "22222222-2222-2222-2222-222222222222"
            }
        }

        #expect(try runs.git("for-each-ref") == "")
    }

    // MARK: Tags that cannot stand side by side

    @Test(arguments: [true, false])
    func `a tag of the remote that is a folder of ours is passed over`(isFirst: Bool) async throws {
        let host = try TestHost()
        let runs = try Runs()
        if !isFirst { try await runs.run(tenant, all(people, organization)) }
        let tree = try host.place.git("mktree")
        let commit = try host.place.git("commit-tree", tree, "-m", "Mine")
        try host.place.git("update-ref", "refs/tags/backup", commit)
        tenant.set("people", .pages([items(1..<400)]))

        let result = try await backUp(runs, to: host, day: 5)

        #expect(result.push?.failure == nil)
        let tags = try runs.git("for-each-ref", "--format=%(refname)", "refs/tags")
        #expect(tags.split(separator: "\n").allSatisfy { $0.hasPrefix("refs/tags/backup/") })
        #expect(tags.split(separator: "\n").count == (isFirst ? 1 : 2))
        for ref in ["main", "refs/tenantkeep/runs"] {
            #expect(try host.place.git("rev-parse", ref) == runs.git("rev-parse", ref))
        }
    }
}
