import BackupEngine
import FoundationEssentials
import GitObjects
import GraphCatalog
import Synchronization
import TestSupport
import Testing

/// At the time limit what is still being read is given up, and the rest is published.
struct TimeLimitTests {
    private let deadline = Date(timeIntervalSince1970: 1_790_000_000 + 300)

    /// A day's run whose time is what `clock` says.
    private func run(
        _ runs: Runs, from tenant: some GraphSource, _ selection: [SelectedResource],
        by clock: RunTime
    ) async throws -> BackupResult {
        let options = BackupOptions(
            repository: runs.repository.path, branch: try #require(RefName.branch("main")),
            root: .top, selection: selection, tenant: "11111111-1111-1111-1111-111111111111",
            identityName: "Tenantkeep", identityEmail: "tenantkeep@localhost",
            start: Date(timeIntervalSince1970: 1_790_000_000), version: "test",
            readDeadline: deadline)
        return try await Backup(
            from: tenant, options, now: { clock.now }, sleep: { try await clock.sleep(until: $0) }
        ).run()
    }

    private let recorded = RecordedTenant([
        "people": .pages([items(0..<5)]), "policies/access": .object("{\"a\":1}"),
        "teams": .pages([[item("t-1"), item("t-2")]]),
        "teams/t-1/members": .pages([items(0..<2)]), "teams/t-2/members": .pages([items(2..<4)]),
    ])

    @Test func `reads that are open at the limit are kept, and the rest is published`() async throws
    {
        let runs = try Runs()
        try await runs.run(recorded, all(people, policy))
        let before = try runs.git("rev-parse", "main:People")
        recorded.set("policies/access", .object("{\"a\":2}"))
        let clock = RunTime(deadline - 300)
        let stalled = StalledTenant(recorded, stalledAt: ["people"]) { path in
            if path == "people" { clock.set(deadline) }
        }

        let result = try await run(runs, from: stalled, all(people, policy), by: clock)

        #expect(result.isIncomplete)
        #expect(result.record.types["people"]?.outcome == .kept)
        #expect(result.record.types["people"]?.objects == 5)
        #expect(
            result.record.types["people"]?.reason
                == "The time limit left no time to read all of it: reading ended at "
                + "2026-09-21T14:18:20Z")
        #expect(try runs.git("rev-parse", "main:People") == before)
        #expect(result.record.types["policy"]?.updated == 1)
        try runs.expectSound()
    }

    @Test func `what is to be read after the limit is not asked for`() async throws {
        let runs = try Runs()
        let clock = RunTime(deadline - 300)
        // The list of teams is there when the time ends, their members are not.
        let tenant = StalledTenant(recorded, stalledAt: []) { path in
            if path == "teams" { clock.set(deadline) }
        }

        let result = try await run(runs, from: tenant, all(teams), by: clock)

        #expect(result.record.types["teams"]?.outcome == .complete)
        #expect(result.record.types["teams/members"]?.outcome == .kept)
        #expect(!recorded.asked.contains { $0.hasSuffix("members") })
        #expect(try runs.files == ["Teams/t-1/t-1.json", "Teams/t-2/t-2.json"])
        try runs.expectSound()
    }

    @Test func `a limit that is over before the run begins keeps everything`() async throws {
        let runs = try Runs()
        try await runs.run(recorded, all(people))
        let before = try runs.git("rev-parse", "main")

        let result = try await run(runs, from: recorded, all(people), by: RunTime(deadline))

        #expect(result.record.types["people"]?.outcome == .kept)
        #expect(result.isIncomplete)
        #expect(try runs.git("rev-parse", "main") == before)
    }

    @Test func `what was kept is read first in the next run`() async throws {
        let runs = try Runs()
        let types = (0..<8).map { number in
            GraphResource(
                "type\(number)", path: "type\(number)", folder: "Type\(number)", groups: ["All"],
                permissions: Permissions("Everything.Read.All"))
        }
        let tenant = RecordedTenant(
            Dictionary(uniqueKeysWithValues: types.map { ($0.name, .pages([items(0..<1)])) }))
        tenant.set("type7", .failure(.unavailable), .pages([items(0..<1)]))
        let selection = types.map { SelectedResource($0) }
        try await runs.run(tenant, selection)
        let earlier = tenant.asked.count

        // Six are read at the same time, so the last of eight is not among the first to be asked for.
        let result = try await runs.run(tenant, selection)

        #expect(tenant.asked.dropFirst(earlier).prefix(6).contains("type7"))
        #expect(result.record.types["type7"]?.created == 1)
    }

    @Test func `children that were kept come before their siblings, and stand behind them`()
        async throws
    {
        let runs = try Runs()
        let first = GraphResource(
            "places/first", path: "first", folder: "First", groups: ["All"],
            permissions: Permissions("Places.Read.All"),
            children: [
                GraphResource(
                    "places/first/parts", path: "parts", folder: "Parts", groups: ["All"],
                    permissions: Permissions("Places.Read.All"))
            ])
        let second = GraphResource(
            "places/second", path: "second", folder: "Second", groups: ["All"],
            permissions: Permissions("Places.Read.All"))
        let places = GraphResource(
            "places", path: "places", folder: "Places", groups: ["All"],
            permissions: Permissions("Places.Read.All"), children: [first, second])
        func whole(_ resource: GraphResource) -> SelectedResource {
            SelectedResource(resource, children: resource.children.map(whole))
        }
        let tenant = RecordedTenant([
            "places": .pages([[item("p")]]), "places/p/first": .pages([[item("f")]]),
            "places/p/first/f/parts": .pages([[item("x")]]),
            "places/p/second": .failure(.unavailable),
        ])
        try await runs.run(tenant, [whole(places)])
        tenant.set("places/p/second", .pages([[item("s")]]))
        let earlier = tenant.asked.count

        let result = try await runs.run(tenant, [whole(places)])

        #expect(
            Array(tenant.asked.dropFirst(earlier)) == [
                "places", "places/p/second", "places/p/first", "places/p/first/f/parts",
            ])
        #expect(result.record.types.values.allSatisfy { $0.outcome == .complete })
        #expect(
            try runs.files == [
                "Places/p/First/f/Parts/x/x.json", "Places/p/First/f/f.json",
                "Places/p/Second/s/s.json", "Places/p/p.json",
            ])
        try runs.expectSound()
    }
}

/// The time of a run, which stands still until a test moves it; sleepers wake when it is theirs.
final class RunTime: Sendable {
    private let state: Mutex<(now: Date, waiting: [(Date, AsyncStream<Void>.Continuation)])>

    init(_ now: Date) { state = Mutex((now, [])) }

    var now: Date { state.withLock { $0.now } }

    func set(_ now: Date) {
        state.withLock { state in
            state.now = now
            for (time, sleeper) in state.waiting where time <= now { sleeper.finish() }
        }
    }

    func sleep(until time: Date) async throws {
        let (wake, sleeper) = AsyncStream.makeStream(of: Void.self)
        state.withLock { state in
            if time <= state.now { sleeper.finish() } else { state.waiting.append((time, sleeper)) }
        }
        for await _ in wake {}
        try Task.checkCancellation()
    }
}
