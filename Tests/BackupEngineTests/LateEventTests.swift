import BackupEngine
import FoundationEssentials
import GraphCatalog
import TestSupport
import Testing

/// Events that come too late for the run whose changes they explain.
struct LateEventTests {
    private let adele = (id: "a1", name: "Adele Vance", email: Optional("adele@contoso.com"))
    private let diego = (id: "d1", name: "Diego Siciliani", email: Optional("diego@contoso.com"))

    private func people(_ values: [Int: String], of count: Int = 4) -> RecordedTenant.Answer {
        .pages([
            (0..<count).map {
                item("person-number-\($0)", values[$0] ?? "\"value\":\"old\",\"other\":\"old\"")
            }
        ])
    }

    private let changed = "\"value\":\"new\",\"other\":\"old\""
    private let changedAgain = "\"value\":\"newer\",\"other\":\"old\""

    private func audited(_ options: inout BackupOptions) { options.audit = AuditOptions() }

    private func day(_ number: Int, minutes: Double) -> Date {
        Date(timeIntervalSince1970: 1_790_000_000 + Double(number) * 86_400 + minutes * 60)
    }

    /// A repository whose second run has committed one change that nothing explains.
    private func unexplained(
        _ behaviour: AuditedTenant.Behaviour = .answers, _ value: String? = nil
    ) async throws -> (Runs, AuditedTenant) {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people([:])])
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.set("people", people([0: value ?? changed]))
        tenant.behave(behaviour)
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.behave(.answers)
        #expect(try runs.git("log", "-1", "--format=%an", "main") == "unknown")
        return (runs, tenant)
    }

    private func note(_ runs: Runs, on commit: String) throws -> String {
        try runs.git("notes", "--ref=tenantkeep-audit", "show", commit)
    }

    @Test func `a late event becomes a note on the commit it explains, once`() async throws {
        let (runs, tenant) = try await unexplained()
        let branch = try runs.git("rev-parse", "main")
        tenant.log(Event("e1", at: day(2, minutes: -30), by: adele, on: "person-number-0"))

        let third = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        let notes = try runs.git("rev-parse", "refs/notes/tenantkeep-audit")
        let fourth = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(try runs.git("rev-parse", "main") == branch)
        #expect(try note(runs, on: "main").ranges(of: "\"id\": \"e1\"").count == 1)
        #expect(third.record.audit.noted == [branch: 1])
        #expect(third.record.audit.used == ["e1"])
        #expect(fourth.record.audit.noted == nil && fourth.record.audit.undone == [])
        #expect(try runs.git("rev-parse", "refs/notes/tenantkeep-audit") == notes)
        try runs.expectSound()
    }

    @Test(arguments: [["value"], []])
    func `an event before the first backup explains a change that nothing else does`(
        members: [String]
    ) async throws {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people([:])])
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.set("people", people([0: changed]))
        tenant.log(
            Event(
                "e1", at: day(1, minutes: -10), by: adele, on: "person-number-0",
                changing: members),
            Event("e2", at: day(1, minutes: -10), by: diego, on: "person-number-1"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(try runs.git("log", "-1", "--format=%an", "main") == "Adele Vance")
        #expect(result.record.audit.used == ["e1", "e2"])
        #expect(try !note(runs, on: "main~1").contains("\"id\": \"e1\""))
        #expect(try note(runs, on: "main~1").contains("\"id\": \"e2\""))
        try runs.expectSound()
    }

    @Test func `a late event is no author of what somebody else did since`() async throws {
        let (runs, tenant) = try await unexplained()
        tenant.set("people", people([0: changedAgain]))
        tenant.log(
            Event(
                "e1", at: day(2, minutes: -30), by: adele, on: "person-number-0",
                changing: ["value"]),
            Event(
                "e2", at: day(3, minutes: -90), by: diego, on: "person-number-0",
                changing: ["value"]))

        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(try runs.git("log", "-1", "--format=%an", "main") == "Diego Siciliani")
        #expect(try note(runs, on: "main").contains("\"id\": \"e2\""))
        #expect(try !note(runs, on: "main").contains("\"id\": \"e1\""))
        #expect(try note(runs, on: "main~1").contains("\"id\": \"e1\""))
        try runs.expectSound()
    }

    @Test func `a note that is there already is extended by what it does not explain`()
        async throws
    {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people([:])])
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.set("people", people([0: "\"value\":\"new\",\"other\":\"new\""]))
        tenant.log(
            Event(
                "e1", at: day(2, minutes: -40), by: adele, on: "person-number-0",
                changing: ["value"]))
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.log(
            Event(
                "e2", at: day(2, minutes: -50), by: diego, on: "person-number-0",
                changing: ["other"]),
            Event("e3", at: day(2, minutes: -20), by: diego, on: "person-number-1"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(try runs.git("log", "-1", "--format=%an", "main") == "Adele Vance")
        let ids = try note(runs, on: "main").split(separator: "\n").filter {
            $0.hasPrefix("    \"id\": \"e")
        }
        #expect(ids == ["    \"id\": \"e1\",", "    \"id\": \"e2\","])
        #expect(result.record.audit.used == ["e2"])
        #expect(try runs.git("rev-list", "--count", "refs/notes/tenantkeep-audit") == "2")
        try runs.expectSound()
    }

    @Test(arguments: [AuditedTenant.Behaviour.fails(.unavailable), .fails(.notPermitted)])
    func `the run after one that gave the log up explains the changes of both`(
        behaviour: AuditedTenant.Behaviour
    ) async throws {
        let (runs, tenant) = try await unexplained(behaviour)
        tenant.set("people", people([0: changedAgain]))
        tenant.log(
            Event("e1", at: day(2, minutes: -600), by: adele, on: "person-number-0"),
            Event("e2", at: day(3, minutes: -600), by: diego, on: "person-number-0"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(
            tenant.filters.last?.split(separator: " ")[2] == day(1, minutes: -60).timestamp[...])
        #expect(try runs.git("log", "-1", "--format=%an", "main") == "Diego Siciliani")
        #expect(try note(runs, on: "main~1").contains("\"id\": \"e1\""))
        #expect(result.record.audit.used == ["e1", "e2"])
        try runs.expectSound()
    }

    @Test func `a first run that gave the log up is explained by the next`() async throws {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people([:])])
        tenant.behave(.fails(.unavailable))
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.behave(.answers)
        tenant.log(
            Event("e1", "Add user", at: day(1, minutes: -600), by: adele, on: "person-number-2"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(tenant.filters.last?.split(separator: " ")[2] == day(0, minutes: 0).timestamp[...])
        #expect(result.record.audit.noted?.count == 1)
        #expect(try note(runs, on: "main").contains("\"id\": \"e1\""))
    }

    @Test func `what came after a run is none of its changes`() async throws {
        let (runs, tenant) = try await unexplained()
        tenant.log(Event("e1", at: day(2, minutes: 10), by: adele, on: "person-number-0"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(result.record.audit.noted == nil)
        #expect(try runs.git("for-each-ref", "refs/notes") == "")
    }

    @Test func `deletions and members are explained late, too`() async throws {
        let runs = try Runs()
        let member = { (ids: [String]) in RecordedTenant.Answer.pages([ids.map { item($0) }]) }
        let tenant = AuditedTenant([
            "people": people([:]), "teams": .pages([[item("t1")]]),
            "teams/t1/members": member(["m1"]),
        ])
        let selection = all(BackupEngineTests.people, crews)
        try await runs.run(from: tenant, selection, audited)
        tenant.set("people", people([:], of: 3))
        tenant.set("teams/t1/members", member(["m1", "m2"]))
        try await runs.run(from: tenant, selection, audited)
        tenant.log(
            Event("e1", "Delete user", at: day(2, minutes: -30), by: adele, on: "person-number-3"),
            Event(
                "e2", "Add member to group", at: day(2, minutes: -20), by: diego, on: "m2", "t1"),
            Event(
                "e3", "Remove member from group", at: day(2, minutes: -20), by: diego, on: "m3",
                "t1"))

        let result = try await runs.run(from: tenant, selection, audited)

        #expect(result.record.audit.used == ["e1", "e2"])
        #expect(result.record.audit.noted == [try runs.git("rev-parse", "main"): 2])
    }

    @Test func `without evidence nothing is noted, and nobody is blamed for it`() async throws {
        let (runs, tenant) = try await unexplained()
        tenant.set("people", people([0: changedAgain]))
        tenant.log(Event("e1", at: day(2, minutes: -30), by: adele, on: "person-number-0"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people)) {
            $0.audit = AuditOptions(keepsEvidence: false)
        }

        #expect(result.record.audit.used == ["e1"] && result.record.audit.noted == nil)
        #expect(try runs.git("for-each-ref", "refs/notes") == "")
        #expect(try runs.git("log", "-1", "--format=%an", "main") == "unknown")
    }

    @Test func `a person's own note on a commit stays as it is`() async throws {
        let (runs, tenant) = try await unexplained()
        try runs.repository.git(
            "notes", "--ref=tenantkeep-audit", "add", "-m", "Ticket 17", "main")
        tenant.log(Event("e1", at: day(2, minutes: -30), by: adele, on: "person-number-0"))

        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(try note(runs, on: "main").contains("Ticket 17"))
        #expect(try note(runs, on: "main").contains("\"id\": \"e1\""))
        let complaints = try runs.git("fsck", "--strict", "--no-dangling")
        #expect(complaints == "")
    }
}

/// Teams with members that the log names by both ends.
private let crews = GraphResource(
    "teams", path: "teams", folder: "Teams", groups: ["All", "Teams"],
    permissions: Permissions("Teams.Read.All"),
    children: [
        GraphResource(
            "teams/members", path: "members", folder: "Members", groups: ["All", "Teams"],
            permissions: Permissions("Teams.Read.All"),
            evidence: [
                Evidence(
                    added: ["Add member to group"], removed: ["Remove member from group"],
                    clues: [.init(.object), .init(.parent)])
            ])
    ])
