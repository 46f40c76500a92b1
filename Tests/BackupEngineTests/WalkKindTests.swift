import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// Lists that lead to a type's objects in other ways than one request for each of their objects.
struct WalkKindTests {
    private func list(
        _ name: String, path: String? = nil, walks: [GraphResource] = [], isPart: Bool = false,
        partFilter: String? = nil, idForm: String? = nil, idMember: String = "id"
    ) -> GraphResource {
        GraphResource(
            name, path: path ?? name, folder: "", walks: walks, isPart: isPart,
            partFilter: partFilter, idForm: idForm, groups: [],
            permissions: Permissions("A.Read.All"),
            idMember: idMember)
    }

    private func type(
        _ walks: [GraphResource], placement: Placement = .flat, filter: String? = nil
    ) -> GraphResource {
        GraphResource(
            "rights", path: "{parent/}/rights", folder: "Rights", placement: placement,
            walks: walks, groups: ["All"], permissions: Permissions("A.Read.All"), filter: filter)
    }

    /// Scopes, and what is below them where somebody has a grant.
    private var nested: GraphResource {
        type([
            list("scopes"),
            list(
                "granted", path: "{parent/}/grants", walks: [list("scopes")],
                idMember: "at.scope"),
        ])
    }

    private func grant(_ id: String, at scope: String) -> String {
        item(id, #""at":{"scope":"\#(scope)"}"#)
    }

    private func nestedTenant() -> RecordedTenant {
        RecordedTenant([
            "scopes": .pages([[item("/s/1"), item("/s/2")]]),
            "s/1/grants": .pages([[grant("x", at: "/s/1"), grant("y", at: "/s/1/g")]]),
            "s/2/grants": .pages([[]]),
            "s/1/rights": .pages([[item("a")]]), "s/2/rights": .pages([[item("b")]]),
            "s/1/g/rights": .pages([[item("c")]]),
        ])
    }

    @Test func `a list that others lead to is asked too, and nothing is asked twice`()
        async throws
    {
        let runs = try Runs()
        let tenant = nestedTenant()

        let result = try await runs.run(tenant, all(nested))

        #expect(try runs.files == ["Rights/a.json", "Rights/b.json", "Rights/c.json"])
        #expect(tenant.asked.count { $0 == "s/1/rights" } == 1)
        #expect(result.record.types["rights"]?.requests == tenant.asked.count)
        try runs.expectSound()
    }

    @Test(arguments: ["s/2/grants", "s/1/g/rights"])
    func `what a list in between could not tell of is kept`(path: String) async throws {
        let runs = try Runs()
        let tenant = nestedTenant()
        try await runs.run(tenant, all(nested))
        tenant.set(path, .failure(.unavailable))
        tenant.set("s/1/rights", .pages([[item("a", "\"new\":1")]]))

        let result = try await runs.run(tenant, all(nested))

        #expect(result.record.types["rights"]?.outcome == .kept)
        #expect(result.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["M Rights/a.json"])
    }

    @Test func `a grant at the root is asked for below no scope`() async throws {
        let runs = try Runs()
        let tenant = nestedTenant()
        tenant.set("s/2/grants", .pages([[grant("z", at: "/")]]))
        tenant.set("rights", .pages([[item("r")]]))

        try await runs.run(tenant, all(nested))

        #expect(try runs.files.contains("Rights/r.json"))
    }

    @Test func `a list of parts is taken as it is, beside the parts of others`() async throws {
        let runs = try Runs()
        let rights = type([list("scopes"), list("others", isPart: true)])
        let tenant = nestedTenant()
        tenant.set("others", .pages([[item("o1")], [item("o2")]]))
        try await runs.run(tenant, all(rights))
        #expect(
            try runs.files == [
                "Rights/a.json", "Rights/b.json", "Rights/o1.json", "Rights/o2.json",
            ]
        )
        tenant.set("others", .failure(.notPermitted))

        let kept = try await runs.run(tenant, all(rights))
        tenant.set("others", .pages([[item("o2")]]))
        let gone = try await runs.run(tenant, all(rights))

        #expect(kept.changes.isEmpty && kept.record.types["rights"]?.outcome == .kept)
        #expect(gone.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["D Rights/o1.json"])
    }

    @Test func `an object at a place of its parent's is there once for each`() async throws {
        let runs = try Runs()
        let rights = type(
            [list("scopes")],
            placement: .files([
                FileTemplate("Shared/{id}", where: "kind", is: "shared"),
                FileTemplate("Scopes/{parent:2}/{id}", where: "parent", is: "s/*"),
            ]))
        let tenant = nestedTenant()
        let both = [item("own"), item("common", "\"kind\":\"shared\"")]
        tenant.set("s/1/rights", .pages([both]))
        tenant.set("s/2/rights", .pages([both]))

        let first = try await runs.run(tenant, all(rights))
        let again = try await runs.run(tenant, all(rights))
        tenant.set("s/2/rights", .pages([[both[1]]]))
        let fewer = try await runs.run(tenant, all(rights))

        #expect(first.record.types["rights"]?.objects == 3)
        #expect(
            first.changes.map(\.path) == [
                "Rights/Scopes/1/own.json", "Rights/Scopes/2/own.json", "Rights/Shared/common.json",
            ])
        #expect(again.changes.isEmpty)
        #expect(
            fewer.changes.map { "\($0.kind.rawValue) \($0.path)" } == [
                "D Rights/Scopes/2/own.json"
            ])
        try runs.expectSound()
    }

    @Test func `only objects with IDs of a list's form are asked`() async throws {
        let runs = try Runs()
        let tenant = nestedTenant()
        tenant.set("scopes", .pages([[item("/s/1"), item("/S/2"), item("/g"), item("/s/1/g")]]))
        tenant.set("S/2/rights", .pages([[item("b")]]))

        let result = try await runs.run(tenant, all(type([list("scopes", idForm: "s/*")])))

        #expect(Set(tenant.asked) == ["scopes", "s/1/rights", "S/2/rights"])
        #expect(result.record.types["rights"]?.outcome == .complete)
    }

    @Test func `a list has its objects asked with a filter of its own`() {
        let rights = type([], filter: "all()")
        func filter(_ walk: GraphResource) -> [GraphRequest.Parameter] {
            rights.request(below: [(walk, Array("/s/1".utf8))], tenant: "t").query
        }

        #expect(filter(list("scopes")) == [.init("$filter", "all()")])
        #expect(filter(list("scopes", partFilter: "below()")) == [.init("$filter", "below()")])
    }

    // MARK: Lists that nobody may read

    private func record(_ result: BackupResult) throws -> TypeRecord {
        try #require(result.record.types["rights"])
    }

    @Test func `a list that was never permitted is left out, and the rest is believed`()
        async throws
    {
        let runs = try Runs()
        let rights = type([list("groups"), list("scopes")])
        let tenant = nestedTenant()
        tenant.set("groups", .failure(.notPermitted))
        tenant.set("s/2/rights", .pages([[item("b"), item("b2")]]))

        let first = try await runs.run(tenant, all(rights))
        tenant.set("s/2/rights", .pages([[item("b")]]))
        let second = try await runs.run(tenant, all(rights))

        for result in [first, second] {
            #expect(try record(result).outcome == .complete && !result.isIncomplete)
            #expect(try record(result).without == ["groups"])
            #expect(try record(result).reason?.contains("what groups would lead to") == true)
        }
        #expect(second.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["D Rights/b2.json"])
        #expect(try record(second).objects == 2)
    }

    @Test func `a list that was permitted once is missed`() async throws {
        let runs = try Runs()
        let rights = type([list("groups"), list("scopes")])
        let tenant = nestedTenant()
        tenant.set("groups", .failure(.notPermitted))
        try await runs.run(tenant, all(rights))
        tenant.set("groups", .pages([[item("/g")]]))
        tenant.set("g/rights", .pages([[item("c")]]))
        let permitted = try await runs.run(tenant, all(rights))
        tenant.set("groups", .failure(.notPermitted))

        let lost = try await runs.run(tenant, all(rights))
        let still = try await runs.run(tenant, all(rights))

        #expect(try record(permitted).outcome == .complete)
        #expect(try record(permitted).without == nil)
        for result in [lost, still] {
            #expect(try record(result).outcome == .kept && result.isIncomplete)
        }
        #expect(try runs.files.contains("Rights/c.json"))
    }

    @Test func `a list that fails otherwise is missed from the first time on`() async throws {
        let runs = try Runs()
        let tenant = nestedTenant()
        tenant.set("groups", .failure(.unavailable))

        let result = try await runs.run(tenant, all(type([list("groups"), list("scopes")])))

        #expect(try record(result).outcome == .kept && result.isIncomplete)
    }

    @Test func `a run without the type forgets nothing, and one that fails remembers`()
        async throws
    {
        let runs = try Runs()
        let rights = type([list("groups"), list("scopes")])
        let tenant = nestedTenant()
        tenant.set("people", .pages([[item("p")]]))
        tenant.set("groups", .failure(.notPermitted))
        try await runs.run(tenant, all(rights, people))
        try await runs.run(tenant, all(people))

        let again = try await runs.run(tenant, all(rights, people))
        tenant.set("s/1/rights", .failure(.unavailable))
        let failed = try await runs.run(tenant, all(rights, people))
        tenant.set("s/1/rights", .pages([[]]))
        let healed = try await runs.run(tenant, all(rights, people))

        #expect(try record(again).outcome == .complete)
        #expect(try record(failed).outcome == .kept && record(failed).without == ["groups"])
        #expect(try record(healed).outcome == .complete)
        #expect(healed.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["D Rights/a.json"])
    }

    @Test func `a list in between leaves out what it was never led to`() async throws {
        let runs = try Runs()
        let scopes = [list("groups"), list("scopes")]
        let rights = type(
            scopes + [
                list("granted", path: "{parent/}/grants", walks: scopes, idMember: "at.scope")
            ])
        let tenant = nestedTenant()
        tenant.set("groups", .failure(.notPermitted))

        let result = try await runs.run(tenant, all(rights))

        #expect(try record(result).outcome == .complete)
        #expect(try record(result).without == ["groups"])
        #expect(try runs.files.contains("Rights/c.json"))
    }
}
