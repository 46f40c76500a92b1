import BackupEngine
import FoundationEssentials
import GitObjects
import GitRemote
import GraphCatalog
import Synchronization
import TestSupport
import Testing

/// Runs on a machine whose clock is wrong, or was.
struct WrongClockTests {
    private let adele = (id: "a1", name: "Adele Vance", email: Optional("adele@contoso.com"))

    /// A tenant whose clock is so many seconds ahead of the machine's.
    private struct ShiftedTenant: GraphSource {
        let tenant: AuditedTenant
        let offset: Double

        func page(
            _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
        ) async throws(GraphError) -> GraphPage {
            try await tenant.page(target, found: found)
        }

        func batch(
            _ requests: [GraphRequest]
        ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
            try await tenant.batch(requests)
        }

        func clockOffset() async -> Duration { .seconds(offset) }
    }

    /// One person, who is changed by each number.
    private func people(_ value: Int) -> RecordedTenant.Answer {
        .pages([[item("person-number-0", "\"value\":\"\(value)\""), item("person-number-1")]])
    }

    private func day(_ number: Int, minutes: Double) -> Date {
        Date(timeIntervalSince1970: 1_790_000_000 + Double(number) * 86_400 + minutes * 60)
    }

    private func change(_ tenant: AuditedTenant, _ value: Int, at time: Date) {
        tenant.set("people", people(value))
        tenant.log(Event("e\(value)", at: time, by: adele, on: "person-number-0"))
    }

    @discardableResult
    private func run(
        _ runs: Runs, _ tenant: AuditedTenant, offset: Double = 0, start: Date? = nil
    ) async throws -> BackupResult {
        try await runs.run(
            from: ShiftedTenant(tenant: tenant, offset: offset), all(BackupEngineTests.people)
        ) {
            $0.audit = AuditOptions()
            if let start { $0.start = start }
        }
    }

    private func author(_ runs: Runs) throws -> String {
        try runs.git("log", "-1", "--format=%an", "main")
    }

    // MARK: What came before the read

    @Test func `an event that the service dates before its answer explains the change`()
        async throws
    {
        let (runs, tenant) = (try Runs(), AuditedTenant(["people": people(0)]))
        try await run(runs, tenant, offset: 240)
        // A minute old by the service's clock, three minutes ahead of this one's.
        change(tenant, 1, at: day(2, minutes: 3))

        let result = try await run(runs, tenant, offset: 240)

        #expect(try author(runs) == "Adele Vance")
        #expect(result.record.audit.clockOffset == 240)
        #expect(result.record.audit.to == day(2, minutes: 4).timestamp)
        // The commit keeps the time of the machine.
        #expect(
            try runs.git("log", "-1", "--format=%ct", "main")
                == "\(Int(day(2, minutes: 0).timeIntervalSince1970))")
        #expect(tenant.filters[1].contains(day(1, minutes: 4 - 60).timestamp))
    }

    @Test func `an event after the read by the service's clock explains nothing`() async throws {
        let (runs, tenant) = (try Runs(), AuditedTenant(["people": people(0)]))
        try await run(runs, tenant, offset: -240)
        // By this machine's clock it was before the run.
        change(tenant, 1, at: day(2, minutes: -2))

        try await run(runs, tenant, offset: -240)

        #expect(try author(runs) == "unknown")
    }

    @Test(arguments: [(59.0, 0), (61, 1), (-61, 1)])
    func `a clock that is wrong by more than a minute is told of`(
        offset: Double, count: Int
    ) async throws {
        let runs = try Runs()
        let told = Mutex<[Double]>([])
        let options = BackupOptions(
            repository: runs.repository.path, branch: try #require(RefName.branch("main")),
            root: .top, selection: all(BackupEngineTests.people),
            tenant: "11111111-1111-1111-1111-111111111111", identityName: "Tenantkeep",
            identityEmail: "tenantkeep@localhost", start: day(1, minutes: 0), version: "test",
            audit: AuditOptions())
        let tenant = ShiftedTenant(
            tenant: AuditedTenant(["people": people(0)]), offset: offset)

        let backup = Backup(
            from: tenant, options, now: { day(1, minutes: 1) },
            progress: { event in
                if case .clock(let seconds) = event { told.withLock { $0.append(seconds) } }
            })
        _ = try await backup.run()

        #expect(told.withLock { $0 } == Array(repeating: -offset, count: count))
    }

    // MARK: Runs in the future

    @Test(arguments: [false, true])
    func `a run recorded in the future does not empty the next window`(
        hasRunBefore: Bool
    ) async throws {
        let (runs, tenant) = (try Runs(), AuditedTenant(["people": people(0)]))
        if hasRunBefore { try await run(runs, tenant, start: day(0, minutes: 0)) }
        // The clock is a day ahead, and nobody knows.
        try await run(runs, tenant, start: day(2, minutes: -360))
        change(tenant, 1, at: day(1, minutes: -300))

        let result = try await run(runs, tenant, start: day(1, minutes: 0))

        #expect(try author(runs) == "Adele Vance")
        #expect(result.record.audit.to == day(1, minutes: 0).timestamp)
        let from = hasRunBefore ? day(0, minutes: -60) : day(0, minutes: 0)
        #expect(result.record.audit.from == from.timestamp)
        #expect(result.record.audit.marks == ["people": day(1, minutes: 0).timestamp])
        let next = try await run(runs, tenant, start: day(2, minutes: 0))
        #expect(next.record.audit.from == day(1, minutes: -60).timestamp)
        #expect(next.changes.isEmpty && next.record.audit.noted == nil)
    }

    @Test func `a known offset keeps the window, whatever the machine's clock says`()
        async throws
    {
        let (runs, tenant) = (try Runs(), AuditedTenant(["people": people(0)]))
        // A day ahead, and the answers say so.
        try await run(runs, tenant, offset: -86_400, start: day(2, minutes: -360))
        change(tenant, 1, at: day(1, minutes: -300))

        let result = try await run(runs, tenant, start: day(1, minutes: 0))

        #expect(try author(runs) == "Adele Vance")
        #expect(result.record.audit.from == day(1, minutes: -360 - 60).timestamp)
    }

    @Test func `a branch with a tip in the future is adopted with a first run's window`()
        async throws
    {
        let (runs, tenant) = (try Runs(), AuditedTenant(["people": people(0)]))
        try await run(runs, tenant, start: day(9, minutes: 0))
        _ = try runs.git("update-ref", "-d", "refs/tenantkeep/runs")
        change(tenant, 1, at: day(1, minutes: -300))

        let result = try await run(runs, tenant, start: day(1, minutes: 0))

        #expect(result.record.audit.from == day(0, minutes: 0).timestamp)
        #expect(try author(runs) == "Adele Vance")
    }

    @Test func `a run by a clock that was slow does not hide the ones before it`() async throws {
        let (runs, tenant) = (try Runs(), AuditedTenant(["people": people(0)]))
        try await run(runs, tenant, start: day(20, minutes: 0))
        tenant.set("people", people(1))
        try await run(runs, tenant, start: day(20, minutes: 30))
        let changed = try runs.git("rev-parse", "main")
        try await run(runs, tenant, start: day(10, minutes: 0))
        try await run(runs, tenant, start: day(20, minutes: 70))
        change(tenant, 1, at: day(20, minutes: 25))

        let result = try await run(runs, tenant, start: day(20, minutes: 100))

        #expect(result.record.audit.noted == [changed: 1])
    }

    // MARK: Remotes

    @Test(arguments: [-10.0, 10])
    func `unpushed runs of a wrong clock reach the branch`(days: Double) async throws {
        let host = try TestHost()
        let remote = RemoteOptions(
            GitRemote(carrier: host, agent: "tenantkeep/test", tries: 1),
            branch: try #require(RefName.branch("main")))
        let (runs, tenant) = (try Runs(), RecordedTenant(["people": people(0)]))
        func run(_ value: Int, at start: Date, pushing: Bool) async throws -> BackupResult {
            tenant.set("people", people(value))
            return try await runs.run(tenant, all(BackupEngineTests.people)) {
                $0.start = start
                $0.remote = pushing ? remote : nil
            }
        }
        for number in 0..<15 {
            _ = try await run(number, at: day(number, minutes: 0), pushing: true)
        }
        let wrong = 15 + days
        for number in [0.0, 1] {
            let start = day(0, minutes: (wrong + number) * 24 * 60)
            _ = try await run(100 + Int(number), at: start, pushing: false)
        }

        let result = try await run(200, at: day(17, minutes: 0), pushing: true)

        #expect(result.push?.failure == nil)
        #expect(try runs.git("for-each-ref", "refs/tenantkeep/diverged") == "")
        #expect(try host.place.git("rev-list", "--count", "main") == "18")
        #expect(try host.place.git("rev-list", "--count", "refs/tenantkeep/runs") == "18")
        #expect(try runs.git("rev-parse", "main") == host.place.git("rev-parse", "main"))
    }

    @Test(arguments: [false, true])
    func `whether a record is lost is not told by its time`(isMovedBack: Bool) async throws {
        let host = try TestHost()
        let remote = RemoteOptions(
            GitRemote(carrier: host, agent: "tenantkeep/test", tries: 1),
            branch: try #require(RefName.branch("main")))
        let (runs, tenant) = (try Runs(), RecordedTenant(["people": people(0)]))
        func run(_ value: Int, at start: Date) async throws {
            tenant.set("people", people(value))
            try await runs.run(tenant, all(BackupEngineTests.people)) {
                $0.start = start
                $0.remote = remote
            }
        }
        try await run(0, at: day(20, minutes: 0))
        try await run(1, at: day(21, minutes: 0))
        let record = try host.place.git("rev-parse", "refs/tenantkeep/runs")
        if isMovedBack {
            // A person takes the last run back; its clock was right, that of the one before was not.
            try await run(2, at: day(5, minutes: 0))
            try host.place.git("update-ref", "refs/heads/main", "main~1")
        } else {
            // A person's commit, then a run by a slow clock whose record is lost.
            let person = try host.place.git(
                "commit-tree", "main^{tree}", "-p", "main", "-m", "A person's")
            try host.place.git("update-ref", "refs/heads/main", person)
            try await run(2, at: day(5, minutes: 0))
            try host.place.git("update-ref", "refs/tenantkeep/runs", record)
        }
        let tip = try host.place.git("rev-parse", "main")
        let before = try host.place.git("rev-list", "--count", "refs/tenantkeep/runs")
        let empty = try Runs()

        try await empty.run(tenant, all(BackupEngineTests.people)) {
            $0.start = day(30, minutes: 0)
            $0.remote = remote
        }

        let rebuilt = isMovedBack ? 0 : 1
        let after = try host.place.git("rev-list", "--count", "refs/tenantkeep/runs")
        #expect(Int(after) == (Int(before) ?? 0) + 1 + rebuilt)
        if !isMovedBack {
            let made = try host.place.git("show", "refs/tenantkeep/runs~1:run.json")
            #expect(made.contains("\"after\": \"\(tip)\""))
        }
    }
}
