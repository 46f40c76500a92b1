import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// Lists that lead to parts of a type, and got shorter without an error.
struct ParentTests {
    private static let subscriptions = GraphResource(
        "subscriptions", service: .azure(apiVersion: "1"), path: "subscriptions", folder: "",
        groups: [], permissions: Permissions("R"))
    private static let vaults = GraphResource(
        "vaults", service: .azure(apiVersion: "1"), path: "vaults", folder: "",
        groups: [], permissions: Permissions("R"), witnesses: [subscriptions])

    /// Rules of a scope, as they stand at each subscription.
    private let rules = GraphResource(
        "rules", service: .azure(apiVersion: "2"), path: "{parent/}/rules", folder: "Rules",
        placement: .flat, walks: [subscriptions], groups: ["All"], permissions: Permissions("R"))
    /// Each is what a list names.
    private let safes = GraphResource(
        "safes", service: .azure(apiVersion: "2"), path: "{parent/}", answer: .object,
        folder: "Safes", placement: .flat, walks: [vaults], groups: ["All"],
        permissions: Permissions("R"))
    private let schedules = GraphResource(
        "schedules", path: "schedules/{parent}", folder: "Schedules", placement: .flat,
        walks: [
            GraphResource(
                "groups", path: "groups", folder: "", groups: [], permissions: Permissions("R"))
        ], groups: ["All"], permissions: Permissions("R"))

    private func scope(_ names: String...) -> RecordedTenant.Answer {
        .pages([names.map { item("/subscriptions/\($0)") }])
    }

    private func tenant() -> RecordedTenant {
        RecordedTenant([
            "subscriptions": scope("A", "B", "C"),
            "subscriptions/A/rules": .pages([[item("a1"), item("a2")]]),
            "subscriptions/B/rules": .pages([[item("b1")]]),
            "subscriptions/C/rules": .pages([[]]),
            "groups": .pages([[item("g"), item("h")]]),
            "schedules/g": .pages([[item("s1")]]), "schedules/h": .pages([[item("s2")]]),
            "vaults": scope("A/v1", "A/v2"), "subscriptions/A/v1": .object(item("v1")),
            "subscriptions/A/v2": .object(item("v2")),
        ])
    }

    private func expectKept(
        _ type: GraphResource, _ runs: Runs, _ result: BackupResult, files: [String]
    ) throws {
        let record = result.record.types[type.name]
        #expect(record?.outcome == .kept && result.isIncomplete, "\(String(describing: record))")
        #expect(try runs.files == files)
    }

    @Test(arguments: [GraphError.Kind.notPermitted, .unavailable])
    func `what a shorter list does not name is kept, unless it is not found by its ID`(
        kind: GraphError.Kind
    ) async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(rules))
        let files = try runs.files
        tenant.set("subscriptions", scope("A", "C"))
        tenant.set("subscriptions/B", .failure(kind))

        let first = try await runs.run(tenant, all(rules))
        // What was kept is still known.
        let second = try await runs.run(tenant, all(rules))
        tenant.set("subscriptions/B", .failure(.notFound))
        let third = try await runs.run(tenant, all(rules))

        #expect(files == ["Rules/a1.json", "Rules/a2.json", "Rules/b1.json"])
        #expect(first.record.types["rules"]?.outcome == .kept && first.changes.isEmpty)
        #expect(second.record.types["rules"]?.outcome == .kept && second.changes.isEmpty)
        #expect(third.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["D Rules/b1.json"])
        #expect(third.record.types["rules"]?.outcome == .complete)
        try runs.expectSound()
    }

    @Test func `a list that got shorter while its objects are there keeps their parts`()
        async throws
    {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(rules, schedules, safes))
        let files = try runs.files
        tenant.set("subscriptions", scope("A", "C"))
        tenant.set("subscriptions/B", .object(item("/subscriptions/B")))
        tenant.set("groups", .pages([[item("h")]]))
        tenant.set("groups/g", .object(item("g")))
        tenant.set("vaults", scope("A/v1"))

        let result = try await runs.run(tenant, all(rules, schedules, safes))

        for type in [rules, schedules, safes] { try expectKept(type, runs, result, files: files) }
    }

    @Test func `a part that is not found is kept while its parent is there`() async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(rules))
        let files = try runs.files
        tenant.set("subscriptions/B/rules", .failure(.notFound))
        tenant.set("subscriptions/B", .object(item("/subscriptions/B")))

        let result = try await runs.run(tenant, all(rules))

        try expectKept(rules, runs, result, files: files)
    }

    @Test func `a parent that is not found once and then is there keeps its parts`() async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(rules))
        let files = try runs.files
        tenant.set("subscriptions", scope("A", "C"))
        tenant.set(
            "subscriptions/B", .failure(.notFound), .object(item("/subscriptions/B")))

        let result = try await runs.run(tenant, all(rules))

        try expectKept(rules, runs, result, files: files)
    }

    @Test
    func `a parent in other letters of case is the same one, and accepted deletions are made`()
        async throws
    {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(rules))
        tenant.set("subscriptions", scope("a", "B", "C"))
        tenant.set("subscriptions/a/rules", .pages([[item("a1"), item("a2")]]))
        let same = try await runs.run(tenant, all(rules))
        tenant.set("subscriptions", scope("a", "C"))
        tenant.set("subscriptions/B", .failure(.notPermitted))

        let accepted = try await runs.run(tenant, all(rules)) { $0.acceptDeletions = true }

        #expect(same.record.types["rules"]?.outcome == .complete && same.changes.isEmpty)
        #expect(accepted.record.types["rules"]?.deleted == 1)
    }
}
