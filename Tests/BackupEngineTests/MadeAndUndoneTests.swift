import BackupEngine
import FoundationEssentials
import GraphCatalog
import TestSupport
import Testing

/// What a record lists of acts that left nothing behind.
struct MadeAndUndoneTests {
    private let adele = (id: "a1", name: "Adele Vance", email: Optional("adele@contoso.com"))

    private func audited(_ options: inout BackupOptions) { options.audit = AuditOptions() }

    private func event(
        _ id: String, _ activity: String, on targets: [String], changing members: [String] = []
    ) -> Event {
        let time = Date(timeIntervalSince1970: 1_790_000_000 + 2 * 86_400 - 90 * 60)
        return Event(id, activity, at: time, by: adele, on: targets, changing: members)
    }

    /// IDs of the events that the second run lists, in whose tenant nothing has changed.
    private func undone(
        _ events: [Event], reading selection: [SelectedResource] = all(people, crews),
        _ change: (AuditedTenant) -> Void = { _ in }
    ) async throws -> [String] {
        let runs = try Runs()
        let tenant = AuditedTenant([
            "people": .pages([(0..<2).map { item("person-number-\($0)", "\"value\":\"x\"") }]),
            "teams": .pages([[item("t1", "\"kinds\":[\"Dynamic\"]")]]),
            "teams/t1/members": .pages([[item("m1")]]),
            "policies/access": .object(item("p", "\"isOn\":true")),
        ])
        try await runs.run(from: tenant, selection, audited)
        change(tenant)
        tenant.log(events)
        let result = try await runs.run(from: tenant, selection, audited)
        return result.record.audit.undone.compactMap {
            $0.split(separator: " ").last.map(String.init)
        }
    }

    @Test func `what no backup holds is not listed`() async throws {
        let person = ["person-number-1"]
        let listed = try await undone([
            event("n1", "Reset user password", on: person),
            event("n2", "Change user password", on: person, changing: ["LastPasswordChange"]),
            event(
                "n3", "Update StsRefreshTokenValidFrom Timestamp", on: person,
                changing: ["StsRefreshTokensValidFrom"]),
            event("n4", "Update user", on: person, changing: ["LastDirSyncTime"]),
            event("n5", "Update user", on: person),
            event("n6", "User registered security info", on: person),
            event("n7", "Delete passkey", on: person),
            event("n8", "Add device", on: ["never-there"]),
            event("n9", "Update user", on: ["never-there"], changing: ["value"]),
            event("na", "Update access policy", on: ["p-in-the-log"]),
            event("nb", "Add member to group", on: ["m2", "t9"]),
        ])

        #expect(listed == [])
    }

    @Test func `what was put back is listed, whatever it was`() async throws {
        let listed = try await undone(
            [
                event("y1", "Add user", on: ["gone"]), event("y2", "Delete user", on: ["gone"]),
                event("y3", "Delete user", on: ["person-number-1"]),
                event("y4", "Restore user", on: ["person-number-1"]),
                event("y5", "Update user", on: ["person-number-1"], changing: ["value"]),
                event("y6", "Change user license", on: ["person-number-0"], changing: ["Value"]),
                event("y7", "Add member to group", on: ["m2", "t1"]),
                event("y8", "Remove member from group", on: ["m2", "t1"]),
                event("y9", "Update access policy", on: ["p-in-the-log"], changing: ["IsOn"]),
                event("z1", "Update access policy", on: ["p-in-the-log"], changing: ["Other"]),
            ], reading: all(people, crews, accessPolicy))

        #expect(listed == (1...9).map { "y\($0)" })
    }

    @Test func `of a narrowed type only what is there is known to be of it`() async throws {
        let narrowing = try #require(teams.narrowings.first)
        let narrowed = [SelectedResource(crews, filter: narrowing)]
        let listed = try await undone(
            [
                event("n1", "Add group", on: ["gone"]), event("n2", "Delete group", on: ["gone"]),
                event("y1", "Delete group", on: ["t1"]), event("y2", "Restore group", on: ["t1"]),
            ], reading: narrowed)

        #expect(listed == ["y1", "y2"])
    }

    @Test func `what is read again for a new type is not listed again`() async throws {
        let runs = try Runs()
        let tenant = AuditedTenant([
            "people": .pages([[item("person-number-1", "\"value\":\"x\"")]]),
            "policies/access": .object(item("p")),
        ])
        try await runs.run(from: tenant, all(people), audited)
        tenant.log(event("e1", "Update user", on: ["person-number-1"], changing: ["value"]))

        let second = try await runs.run(from: tenant, all(people), audited)
        let third = try await runs.run(from: tenant, all(people, policy)) {
            audited(&$0)
            $0.start = Date(timeIntervalSince1970: 1_790_000_000 + 2 * 86_400 + 7_200)
        }

        #expect(second.record.audit.undone.count == 1)
        #expect(third.record.audit.undone == [])
    }

    @Test func `what a type that was not read may show later is not listed`() async throws {
        let listed = try await undone([event("n1", "Add user", on: ["gone"])]) { tenant in
            tenant.set("people", .failure(.unavailable))
        }

        #expect(listed == [])
    }
}

private let crews = GraphResource(
    "teams", path: "teams", folder: "Teams", groups: ["All", "Teams"],
    permissions: Permissions("Teams.Read.All"), auditNouns: ["group"],
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

private let accessPolicy = GraphResource(
    "policy", path: "policies/access", answer: .object, folder: "Policies/Access",
    groups: ["All", "Config"], permissions: Permissions("Policy.Read.All"),
    auditActivities: ["Update access policy"])
