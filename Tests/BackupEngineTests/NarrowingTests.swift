import BackupEngine
import GraphCatalog
import Testing

/// What narrowed reads cover, and what they leave alone.
struct NarrowingTests {
    private static let cloud = Narrowing(
        isCloudOnly: true, filter: "isSynced ne true", isAdvanced: true,
        covers: .isNotTrue(member: "isSynced"))
    private static let both = Narrowing(
        filter: "kinds/any(k:k eq 'Dynamic') and isSynced ne true", isAdvanced: true,
        covers: .both([
            .array(member: "kinds", contains: "Dynamic"), .isNotTrue(member: "isSynced"),
        ]))

    private let synced = "\"isSynced\":true"
    private let dynamic = "\"kinds\":[\"Dynamic\"]"

    @Test(arguments: ["", "\"isSynced\":null", "\"isSynced\":false"])
    func `what is not synchronised and gone is deleted`(member: String) async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([[item("a", member), item("b", synced)]])])
        try await runs.run(tenant, all(people))
        tenant.set("people", .pages([[item("c")]]))
        tenant.set("people/a", .failure(.notFound))
        tenant.set("people/b", .failure(.notFound))

        let result = try await runs.run(tenant, [SelectedResource(people, filter: Self.cloud)])

        #expect(result.changes.map(\.path) == ["People/a/a.json", "People/c/c.json"])
        #expect(result.record.types["people"]?.objects == 2)
        #expect(!tenant.asked.contains("people/b"))
    }

    @Test
    func `what became synchronised stays as it was, and changes when the scope is wide again`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([[item("a"), item("b")]])])
        try await runs.run(tenant, [SelectedResource(people, filter: Self.cloud)])
        tenant.set("people", .pages([[item("b")]]), .pages([[item("a", synced), item("b")]]))
        tenant.set("people/a", .object(item("a", synced)))

        let narrow = try await runs.run(tenant, [SelectedResource(people, filter: Self.cloud)])
        let wide = try await runs.run(tenant, all(people))

        #expect(narrow.changes.isEmpty)
        #expect(narrow.record.types["people"]?.scope == "isSynced ne true")
        #expect(wide.changes.map(\.path) == ["People/a/a.json"])
        #expect(wide.changes.map(\.kind) == [.updated])
    }

    @Test(arguments: [
        ("", false), ("\"kinds\":[\"Dynamic\"]", true),
        ("\"kinds\":[\"Dynamic\"],\"isSynced\":true", false), ("\"isSynced\":true", false),
    ])
    func `two narrowings together cover what both do`(members: String, isCovered: Bool) async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "teams": .pages([[item("a", members), item("b", dynamic)]]),
            "teams/a/members": .pages([[item("m")]]), "teams/b/members": .pages([[]]),
        ])
        try await runs.run(tenant, all(teams))
        tenant.set("teams", .pages([[item("b", dynamic)]]))
        tenant.set("teams/a", .failure(.notFound))

        let result = try await runs.run(tenant, [SelectedResource(teams, filter: Self.both)])

        #expect(try runs.files.contains("Teams/a/a.json") == !isCovered)
        #expect(try runs.files.contains("Teams/a/Members/m/m.json") == !isCovered)
        #expect(result.record.types["teams"]?.deleted == (isCovered ? 1 : 0))
        #expect(result.record.types["teams"]?.objects == (isCovered ? 1 : 2))
    }

    @Test func `what is spared with its parent does not hide what others lost at once`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "teams": .pages([[item("a", synced), item("b")]]),
            "teams/a/members": .pages([items(0..<40)]),
            "teams/b/members": .pages([items(0..<61)]),
        ])
        try await runs.run(tenant, all(teams))
        tenant.set("teams", .pages([[item("b")]]))
        tenant.set("teams/b/members", .pages([items(0..<1)]))
        let narrowed = SelectedResource(
            teams, filter: Self.cloud, children: [SelectedResource(teams.children[0])])

        let result = try await runs.run(tenant, [narrowed])

        #expect(result.changes.isEmpty)
        #expect(result.record.types["teams/members"]?.outcome == .kept)
        #expect(result.record.types["teams/members"]?.objects == 101)
    }

    @Test func `thousands out of scope are left alone, with what stands below them`() async throws {
        let runs = try Runs()
        let teams = (0..<3_000).map { item("t\($0)", synced) }
        let tenant = RecordedTenant(["teams": .pages([teams])])
        for number in 0..<3_000 { tenant.set("teams/t\(number)/members", .pages([[item("m")]])) }
        try await runs.run(tenant, all(BackupEngineTests.teams))
        tenant.set("teams", .pages([[item("new")]]))

        let result = try await runs.run(
            tenant, [SelectedResource(BackupEngineTests.teams, filter: Self.cloud)])

        #expect(result.changes.map(\.path) == ["Teams/new/new.json"])
        #expect(result.record.types["teams"]?.objects == 3_001)
    }

    @Test func `a filter of a type itself deletes only what is not there any more`() async throws {
        func filtered(_ filter: String?) -> GraphResource {
            GraphResource(
                "people", path: "people", folder: "People", groups: ["All"],
                permissions: Permissions("People.Read.All"), filter: filter)
        }
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([[item("a"), item("b"), item("c")]])])
        let wide = try await runs.run(tenant, all(filtered("isEnabled eq true")))
        tenant.set("people", .pages([[item("a")]]))
        tenant.set("people/b", .object(item("b")))
        tenant.set("people/c", .failure(.notFound))

        let narrow = try await runs.run(tenant, all(filtered("team eq 'A'")))
        // Not only in the run in which the filter changed.
        let again = try await runs.run(tenant, all(filtered("team eq 'A'")))

        #expect(wide.record.types["people"]?.scope == "isEnabled eq true")
        #expect(narrow.record.types["people"]?.scope == "team eq 'A'")
        #expect(narrow.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["D People/c/c.json"])
        #expect(again.changes.isEmpty)
    }
}
