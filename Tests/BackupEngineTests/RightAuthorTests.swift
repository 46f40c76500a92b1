import BackupEngine
import FoundationEssentials
import GraphCatalog
import TestSupport
import Testing

/// Whom a run takes for the author of a change, where there are several ways to be wrong.
struct RightAuthorTests {
    private let adele = (id: "a1", name: "Adele Vance", email: Optional("adele@contoso.com"))

    private func people(changed: Int) -> RecordedTenant.Answer {
        .pages([
            (0..<8).map {
                item("person-number-\($0)", "\"value\":\"\($0 < changed ? "new" : "old")\"")
            }
        ])
    }

    private func audited(_ options: inout BackupOptions) { options.audit = AuditOptions() }

    private func day(_ number: Int, minutes: Double) -> Date {
        Date(timeIntervalSince1970: 1_790_000_000 + Double(number) * 86_400 + minutes * 60)
    }

    @Test func `what was done and undone before the last run is no part of a later change`()
        async throws
    {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people(changed: 0)])
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        // There and back, within the overlap of the next sweep but one.
        tenant.log(
            Event(
                "e1", at: day(2, minutes: -40), by: adele, on: "person-number-0",
                changing: ["Value"]),
            Event(
                "e2", at: day(2, minutes: -35), by: adele, on: "person-number-0",
                changing: ["Value"]))
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.set("people", people(changed: 1))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(try runs.git("log", "-1", "--format=%an", "main") == "unknown")
        #expect(result.record.audit.undone.count == 2)
    }

    @Test func `an application is one author by either of its IDs`() async throws {
        let apps = GraphResource(
            "apps", path: "apps", folder: "Apps", groups: ["All"],
            permissions: Permissions("Apps.Read.All"), actorID: "appId")
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people(changed: 0)])
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.set("people", people(changed: 3))
        tenant.set(
            "apps",
            .pages([
                (0..<600).map {
                    item("r\($0)", "\"appId\":\"APP-\($0)\",\"displayName\":\"Robot \($0)\"")
                }
            ]))
        func event(_ id: String, on target: String, _ app: String, _ name: String) -> Event {
            Event(
                id, at: day(2, minutes: -90), by: (id: app, name: name, email: nil), on: target)
        }
        tenant.log(
            event("e1", on: "person-number-0", "r512", "r512"),
            event("e2", on: "person-number-1", "app-512", "Robot before"),
            event("e3", on: "person-number-2", "app-900", "app-900"))

        try await runs.run(from: tenant, all(BackupEngineTests.people, apps), audited)

        let commits = try runs.git("log", "--format=%an|%s", "main~3..main")
        #expect(
            commits.split(separator: "\n").map(String.init) == [
                "unknown|unknown: 600 created in apps",
                "app-900 (SP)|app-900 (SP): 1 updated in People",
                "Robot 512 (SP)|Robot 512 (SP): 2 updated in People",
            ])
        try runs.expectSound()
    }
}
