import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// Types that each object of a list has a part of.
struct WalkTests {
    private let schedules = GraphResource(
        "schedules", path: "schedules/{parent}", folder: "PIM/Groups", placement: .flat,
        walks: [
            GraphResource(
                "groups", path: "groups", folder: "", groups: [],
                permissions: Permissions("Groups.Read.All"), select: ["id"])
        ], groups: ["All"], permissions: Permissions("Roles.Read.All"))

    private func tenant() -> RecordedTenant {
        RecordedTenant([
            "groups": .pages([[item("a")], [item("b"), item("c")]]),
            "schedules/a": .pages([[item("s1")], [item("s2")]]),
            "schedules/b": .failure(.empty),
        ])
    }

    @Test func `the parts of all objects are one type, the objects themselves are not there`()
        async throws
    {
        let runs = try Runs()

        let result = try await runs.run(tenant(), all(schedules))

        #expect(try runs.files == ["PIM/Groups/s1.json", "PIM/Groups/s2.json"])
        #expect(result.record.types.keys.sorted() == ["schedules"])
        #expect(result.record.types["schedules"]?.outcome == .complete)
        let objects = try runs.repository.git(
            "cat-file", "--batch-check=%(objecttype)", "--batch-all-objects")
        // The two files, the record, and what the walked list led to.
        #expect(objects.split(separator: "\n").count { $0 == "blob" } == 4)
        try runs.expectSound()
    }

    @Test func `a part that cannot be read deletes nothing, the others go on`() async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(schedules))
        tenant.set("schedules/a", .failure(.unavailable))
        tenant.set("schedules/b", .pages([[item("s3")]]))

        let result = try await runs.run(tenant, all(schedules))

        #expect(result.changes.map(\.path) == ["PIM/Groups/s3.json"])
        #expect(result.record.types["schedules"]?.outcome == .kept)
        #expect(
            result.record.types["schedules"]?.reason == "The recording says unavailable, below a")
        #expect(result.record.types["schedules"]?.objects == 3)
    }

    @Test func `a part that is not found is asked for twice, and then believed to be none`()
        async throws
    {
        let runs = try Runs()
        let tenant = tenant()
        tenant.set("schedules/b", .failure(.notFound), .pages([[item("s3")]]))
        try await runs.run(tenant, all(schedules))
        let files = try runs.files
        tenant.set("schedules/b", .failure(.notFound))

        let result = try await runs.run(tenant, all(schedules))

        #expect(files.contains("PIM/Groups/s3.json"))
        #expect(result.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["D PIM/Groups/s3.json"])
        #expect(result.record.types["schedules"]?.outcome == .complete)
    }

    @Test func `what is in no part any more is deleted`() async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(schedules))
        tenant.set("schedules/a", .pages([[item("s2")]]))

        let result = try await runs.run(tenant, all(schedules))

        #expect(result.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["D PIM/Groups/s1.json"])
    }

    @Test func `a list that cannot be read keeps the type`() async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(schedules))
        tenant.set("groups", .failure(.unavailable))

        let result = try await runs.run(tenant, all(schedules))

        #expect(result.record.types["schedules"]?.outcome == .kept)
        #expect(try runs.files.count == 2)
    }

    @Test func `a type of folders can be read in parts too`() async throws {
        let runs = try Runs()
        let rules = GraphResource(
            "rules", path: "rules/{parent}", folder: "PIM/Rules", walks: schedules.walks,
            groups: ["All"], permissions: Permissions("Roles.Read.All"))
        let tenant = tenant()
        tenant.set("rules/a", .pages([["{\"a\":1}"]]))
        tenant.set("rules/b", .pages([["{\"a\":2}", item("r")]]))
        try await runs.run(tenant, all(rules))
        let files = try runs.files
        tenant.set("rules/b", .failure(.unavailable))

        let result = try await runs.run(tenant, all(rules))

        #expect(files.count == 3 && files.last == "PIM/Rules/r/r.json")
        #expect(try runs.files == files)
        #expect(result.record.types["rules"]?.objects == 3)
    }

    @Test func `children may be asked for elsewhere, by their parent's ID`() async throws {
        let parents = GraphResource(
            "parents", path: "parents", folder: "Parents", groups: ["All"],
            permissions: Permissions("P.Read.All"),
            children: [
                GraphResource(
                    "parents/scopes", path: "parents/{parent}", answer: .object, folder: "Scopes",
                    groups: ["All"], permissions: Permissions("P.Read.All"), expand: "scopes"),
                GraphResource(
                    "parents/notes", path: "notes/{parent}", folder: "Notes", groups: ["All"],
                    permissions: Permissions("P.Read.All")),
            ])
        let runs = try Runs()
        let tenant = RecordedTenant([
            "parents": .pages([[item("a")]]), "parents/a": .object(item("a", "\"scopes\":[]")),
            "notes/a": .failure(.empty),
        ])

        let result = try await runs.run(tenant, all(parents))

        #expect(try runs.files == ["Parents/a/Scopes/a/a.json", "Parents/a/a.json"])
        #expect(result.record.types["parents/notes"]?.outcome == .complete)
    }

    /// Read for the objects of two lists, one of which vouches for the other's emptiness.
    private var rights: GraphResource {
        func list(_ name: String, witnesses: [GraphResource] = []) -> GraphResource {
            GraphResource(
                name, path: name, folder: "", groups: [], permissions: Permissions("A.Read.All"),
                witnesses: witnesses)
        }
        return GraphResource(
            "rights", path: "rights/{parent}", folder: "Rights", placement: .flat,
            walks: [list("above"), list("below", witnesses: [list("above")])],
            groups: ["All"], permissions: Permissions("A.Read.All"))
    }

    @Test func `one list that cannot be read keeps what it led to, and the other goes on`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "above": .pages([[item("a")]]), "below": .pages([[item("b")]]),
            "rights/a": .pages([[item("1")]]), "rights/b": .pages([[item("2")]]),
        ])
        try await runs.run(tenant, all(rights))
        tenant.set("above", .failure(.notPermitted))
        tenant.set("rights/b", .pages([[item("3")]]))

        let result = try await runs.run(tenant, all(rights))

        #expect(result.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["A Rights/3.json"])
        #expect(result.record.types["rights"]?.outcome == .kept)
    }

    @Test func `objects of one list that all refuse do not stop those of the other`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "above": .pages([[item("a")]]), "below": .pages([[item("b")]]),
            "rights/a": .failure(.notPermitted), "rights/b": .pages([[item("2")]]),
        ])

        let result = try await runs.run(tenant, all(rights))

        #expect(try runs.files == ["Rights/2.json"])
        #expect(result.record.types["rights"]?.outcome == .kept)
        #expect(result.isIncomplete)
    }

    @Test(arguments: [
        (RecordedTenant.Answer.pages([[]]), TypeRecord.Outcome.kept),
        (.failure(.notPermitted), .kept), (.pages([[item("a")]]), .complete),
    ])
    func `an empty list is believed only if a witness has something`(
        above: RecordedTenant.Answer, outcome: TypeRecord.Outcome
    ) async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "above": .pages([[item("a")]]), "below": .pages([[item("b")]]),
            "rights/a": .pages([[item("1")]]), "rights/b": .pages([[item("2")]]),
            "people": .pages([[item("p")]]),
        ])
        try await runs.run(tenant, all(rights, people))
        tenant.set("above", above)
        tenant.set("below", .pages([[]]))

        let result = try await runs.run(tenant, all(rights, people))

        #expect(result.record.types["rights"]?.outcome == outcome)
        #expect(try runs.files.contains("Rights/2.json") == (outcome == .kept))
    }
}
