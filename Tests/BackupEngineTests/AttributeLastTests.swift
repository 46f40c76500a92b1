import BackupEngine
import FoundationEssentials
import GitObjects
import GitRemote
import GraphCatalog
import TestSupport
import Testing

/// Runs that do nothing but look for the authors that earlier ones left out.
struct AttributeLastTests {
    private let adele = (id: "a1", name: "Adele Vance", email: Optional("adele@contoso.com"))
    private let diego = (id: "d1", name: "Diego Siciliani", email: Optional("diego@contoso.com"))

    private func people(_ value: String, changed: Int = 1) -> RecordedTenant.Answer {
        .pages([
            (0..<4).map {
                item("person-number-\($0)", "\"value\":\"\($0 < changed ? value : "old")\"")
            }
        ])
    }

    private func audited(_ options: inout BackupOptions) { options.audit = AuditOptions() }

    private func day(_ number: Int, minutes: Double) -> Date {
        Date(timeIntervalSince1970: 1_790_000_000 + Double(number) * 86_400 + minutes * 60)
    }

    /// A repository whose second and third runs gave the log up, and a log that tells of them.
    private func givenUp() async throws -> (Runs, AuditedTenant) {
        try await givenUp(
            Event("e1", at: day(2, minutes: -600), by: adele, on: "person-number-0"),
            Event("e2", at: day(3, minutes: -600), by: diego, on: "person-number-0"),
            Event("e3", at: day(3, minutes: -500), by: adele, on: "person-number-1"))
    }

    /// The same with a log of these events.
    private func givenUp(_ events: Event...) async throws -> (Runs, AuditedTenant) {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people("old")])
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.behave(.fails(.unavailable))
        for (value, changed) in [("new", 1), ("newer", 2)] {
            tenant.set("people", people(value, changed: changed))
            try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        }
        tenant.behave(.answers)
        tenant.log(events)
        return (runs, tenant)
    }

    @discardableResult
    private func attribute(
        _ runs: Runs, _ tenant: AuditedTenant
    ) async throws -> BackupResult {
        try await runs.run(
            from: tenant, all(BackupEngineTests.people), audited, isAttribution: true)
    }

    private func refs(_ runs: Runs) throws -> String {
        try runs.git("for-each-ref", "--format=%(refname) %(objectname)")
    }

    @Test func `commits that lack authors get their events as notes, and nothing else moves`()
        async throws
    {
        let (runs, tenant) = try await givenUp()
        let (branch, tags) = (try runs.git("rev-parse", "main"), try runs.git("tag"))
        let asked = tenant.tenant.asked
        let filters = tenant.filters.count

        let result = try await attribute(runs, tenant)

        #expect(try runs.git("rev-parse", "main") == branch && runs.git("tag") == tags)
        #expect(tenant.tenant.asked == asked)
        #expect(tenant.filters.count == filters + 1)
        #expect(
            result.record.audit.noted == [branch: 2, try runs.git("rev-parse", "main~1"): 1])
        for (commit, ids) in [("main~1", ["e1"]), ("main", ["e2", "e3"])] {
            let note = try runs.git("notes", "--ref=tenantkeep-audit", "show", commit)
            #expect(["e1", "e2", "e3"].filter { note.contains("\"id\": \"\($0)\"") } == ids)
        }
        #expect(!result.isIncomplete && result.record.types.isEmpty)
        #expect(try runs.git("rev-list", "--count", "refs/tenantkeep/runs") == "4")
        #expect(try runs.files(named: ".pack").count == 4)
        try runs.expectSound()
    }

    /// What was done in the minutes before a run does at times not show when it reads.
    @Test func `an event just before a run explains the next one's change, if that needs it`()
        async throws
    {
        let (runs, tenant) = try await givenUp(
            Event("e1", at: day(1, minutes: -2), by: adele, on: "person-number-0"),
            Event("e2", at: day(2, minutes: -2), by: diego, on: "person-number-0"),
            Event("e3", at: day(2, minutes: -3), by: adele, on: "person-number-2"))

        let result = try await attribute(runs, tenant)

        #expect(
            result.record.audit.noted == [
                try runs.git("rev-parse", "main~1"): 2
            ])
        let note = try runs.git("notes", "--ref=tenantkeep-audit", "show", "main~1")
        #expect(["e1", "e2", "e3"].filter { note.contains("\"id\": \"\($0)\"") } == ["e1", "e2"])
        try runs.expectSound()
    }

    @Test func `the next run goes on from the marks it would have had`() async throws {
        let (runs, tenant) = try await givenUp()
        try await attribute(runs, tenant)
        tenant.set("people", people("newest"))
        tenant.log(Event("e4", at: day(5, minutes: -600), by: diego, on: "person-number-0"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(
            tenant.filters.last?.split(separator: " ")[2] == day(1, minutes: -60).timestamp[...])
        #expect(result.record.audit.noted == nil)
        #expect(result.record.audit.used.contains("e4") && result.record.audit.undone == [])
        #expect(try runs.git("log", "-1", "--format=%an", "main~1") == "Diego Siciliani")
        try runs.expectSound()
    }

    @Test func `twice is once`() async throws {
        let (runs, tenant) = try await givenUp()
        try await attribute(runs, tenant)
        let before = try refs(runs)
        let filters = tenant.filters.count

        let result = try await attribute(runs, tenant)

        #expect(try refs(runs) == before && tenant.filters.count == filters)
        #expect(result.record.audit.noted == nil && result.record.audit.requests == 0)
    }

    @Test func `a first run without a log is explained, and its window not lost`() async throws {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people("old")])
        tenant.behave(.fails(.notPermitted))
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.behave(.answers)
        tenant.log(
            Event("e1", "Add user", at: day(1, minutes: -600), by: adele, on: "person-number-2"))

        let result = try await attribute(runs, tenant)
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(result.record.audit.noted?.count == 1)
        let from = tenant.filters.map { $0.split(separator: " ")[2] }
        #expect(
            from.suffix(2)
                == [day(0, minutes: 0), day(1, minutes: -60)].map { $0.timestamp[...] })
    }

    @Test(arguments: [AuditedTenant.Behaviour.fails(.unavailable), .fails(.notPermitted)])
    func `a log that cannot be read changes nothing`(
        behaviour: AuditedTenant.Behaviour
    ) async throws {
        let (runs, tenant) = try await givenUp()
        let before = try refs(runs)
        tenant.behave(behaviour)

        await #expect(throws: BackupError.self) { try await attribute(runs, tenant) }

        #expect(try refs(runs) == before)
        try runs.expectSound()
    }

    @Test(arguments: [[], ["filter"], ["filter", "shallow"]] as [Set<String>])
    func `from an empty disk, runs of weeks ago get their authors, too`(
        lacks: Set<String>
    ) async throws {
        var host = try TestHost()
        host.lacks = lacks
        let remote = RemoteOptions(
            GitRemote(carrier: host, agent: "tenantkeep/test", tries: 1),
            branch: try #require(RefName.branch("main")))
        let pushed = { (options: inout BackupOptions) in
            audited(&options)
            options.remote = remote
        }
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people("old")])
        try await runs.run(from: tenant, all(BackupEngineTests.people), pushed)
        tenant.behave(.fails(.unavailable))
        for number in 1...20 {
            tenant.set("people", people("value \(number)"))
            try await runs.run(from: tenant, all(BackupEngineTests.people), pushed)
        }
        tenant.behave(.answers)
        for number in 1...20 {
            let time = day(number + 1, minutes: -600)
            tenant.log(Event("e\(number)", at: time, by: adele, on: "person-number-0"))
        }

        let result = try await Runs().run(
            from: tenant, all(BackupEngineTests.people),
            {
                pushed(&$0)
                $0.start = day(22, minutes: 0)
            }, isAttribution: true)

        #expect(result.push?.failure == nil)
        #expect(result.record.audit.noted?.count == 20)
        let notes = try host.place.git("notes", "--ref=tenantkeep-audit", "list")
        #expect(notes.split(separator: "\n").count >= 20)
        #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
    }

    @Test func `without a repository nothing is made`() async throws {
        let runs = try Runs()
        let tenant = AuditedTenant([:])

        await #expect(throws: BackupError.self) { try await attribute(runs, tenant) }

        #expect(throws: GitFailure.self) { try runs.git("rev-parse", "--git-dir") }
    }
}

extension Runs {
    fileprivate func files(named end: String) throws -> [String] {
        try repository.files().filter { $0.hasSuffix(end) }
    }
}
