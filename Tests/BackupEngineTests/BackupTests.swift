import BackupEngine
import FoundationEssentials
import GraphCatalog
import TestSupport
import Testing

struct BackupTests {
    @Test func `a first backup is one commit, one tag and one record that git accepts`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "people": .pages([items(0..<3), items(3..<5)]),
            "policies/access": .object("{\"displayName\":\"Access\"}"),
            "organization": .pages([[item("o")]]),
        ])

        let result = try await runs.run(tenant, all(people, policy, organization))

        #expect(result.record.types["people"]?.created == 5)
        #expect(try runs.git("rev-list", "--count", "main") == "1")
        #expect(try runs.git("tag") == "backup/2026-09-22T14-13-20Z")
        #expect(
            try runs.files == [
                "Organization/Organization.json", "People/id-0/id-0.json", "People/id-1/id-1.json",
                "People/id-2/id-2.json", "People/id-3/id-3.json", "People/id-4/id-4.json",
                "Policies/Access/Access/Access.json",
            ])
        #expect(
            try runs.git("cat-file", "blob", "main:People/id-1/id-1.json")
                == "{\n  \"displayName\": \"Number 1\",\n  \"id\": \"id-1\"\n}")
        #expect(
            try runs.git("cat-file", "blob", "refs/tenantkeep/runs:run.json").contains(
                "\"people\": {"))
        try runs.expectSound()
    }

    @Test func `a tag is named as asked, with a number where the name is taken`() async throws {
        let runs = try Runs()
        let formats = ["nightly/%F_%H.%M", "daily"].compactMap { TagFormat($0) }
        for (count, format) in formats.enumerated() {
            let tenant = RecordedTenant(["people": .pages([items(0..<count + 1)])])
            try await runs.run(tenant, all(people)) { $0.tagFormat = format }
            try runs.repository.git("tag", "daily/old\(count)", "main")
        }

        let names = try runs.git("tag").split(separator: "\n")

        #expect(names == ["daily-2", "daily/old0", "daily/old1", "nightly/2026-09-22_14.13"])
        try runs.expectSound()
    }

    @Test func `a run without changes leaves nothing but its record`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<5)])])
        try await runs.run(tenant, all(people))

        let result = try await runs.run(tenant, all(people))

        #expect(result.changes.isEmpty && result.record.tag == nil)
        #expect(try runs.git("rev-list", "--count", "main") == "1")
        #expect(try runs.git("rev-list", "--count", "refs/tenantkeep/runs") == "2")
        #expect(try runs.git("tag").split(separator: "\n").count == 1)
        try runs.expectSound()
    }

    @Test func `creations, updates and deletions are told apart and named`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<5)])])
        try await runs.run(tenant, all(people))
        tenant.set(
            "people",
            .pages([items(1..<4) + [item("id-4", "\"displayName\":\"New name\"")] + items(5..<6)]))

        let result = try await runs.run(tenant, all(people))

        #expect(
            result.changes.map { "\($0.kind.rawValue) \($0.name)" } == [
                "D Number 0", "M New name", "A Number 5",
            ])
        let message = try runs.git("log", "-1", "--format=%B", "main")
        #expect(
            message.hasPrefix(
                "Tenantkeep: 1 created, 1 updated, 1 deleted in People\n\nD People  Number 0\n"))
        #expect(message.contains("\n\nTenantkeep-Run: 2026-09-23T14:13:20Z\n"))
        try runs.expectSound()
    }

    @Test func `the order of pages and items does not change the tree`() async throws {
        let (one, other) = (try Runs(), try Runs())
        let twice = items(0..<40)
        try await one.run(
            RecordedTenant(["people": .pages([items(0..<20), items(20..<40)])]), all(people))
        try await other.run(
            RecordedTenant(["people": .pages([[], Array(twice.reversed()), items(5..<9)])]),
            all(people))

        #expect(try one.git("rev-parse", "main^{tree}") == other.git("rev-parse", "main^{tree}"))
    }

    @Test(arguments: [GraphError.Kind.unavailable, .malformed, .notPermitted, .pageTokenExpired])
    func `a type that fails is kept byte for byte`(kind: GraphError.Kind) async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "people": .pages([items(0..<5)]), "policies/access": .object("{\"a\":1}"),
        ])
        try await runs.run(tenant, all(people, policy))
        let before = try runs.git("rev-parse", "main:People")
        tenant.set("people", .broken([items(0..<2)], kind))
        tenant.set("policies/access", .object("{\"a\":2}"))

        let result = try await runs.run(tenant, all(people, policy))

        #expect(result.isIncomplete)
        #expect(result.record.types["people"]?.outcome == .kept)
        #expect(result.record.types["people"]?.objects == 5)
        #expect(try runs.git("rev-parse", "main:People") == before)
        #expect(result.record.types["policy"]?.updated == 1)
        try runs.expectSound()
    }

    @Test func `a type never permitted is skipped and makes the run incomplete`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "people": .failure(.notPermitted), "organization": .pages([[item("o")]]),
        ])

        let result = try await runs.run(tenant, all(people, organization))

        #expect(result.isIncomplete)
        #expect(result.record.types["people"]?.outcome == .skipped)
    }

    @Test func `bad JSON keeps the type`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "people": .pages([["{\"id\":\"a\",\"id\":\"b\"}"]]),
            "organization": .pages([[item("o")]]),
        ])

        let result = try await runs.run(tenant, all(people, organization))

        #expect(result.record.types["people"]?.outcome == .kept)
        #expect(result.record.types["people"]?.reason?.contains("byte") == true)
    }

    @Test func `pages that go round in circles keep the type`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "people": .circle([items(0..<2), items(2..<4)]), "organization": .pages([[item("o")]]),
        ])

        let result = try await runs.run(tenant, all(people, organization))

        #expect(result.record.types["people"]?.reason == "Graph's pages go round in circles")
    }

    @Test func `a page token that dies once costs nothing but time`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([:])
        tenant.set("people", .broken([items(0..<2)], .pageTokenExpired), .pages([items(0..<4)]))

        let result = try await runs.run(tenant, all(people))

        #expect(result.record.types["people"]?.outcome == .complete)
        #expect(result.record.types["people"]?.objects == 4)
    }

    @Test func `a page that is no proper JSON is read again`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([:])
        tenant.set("people", .object(#"{"value":[{]}"#), .pages([items(0..<3)]))

        let mended = try await runs.run(tenant, all(people))
        tenant.set("people", .object(#"{"value":[{]}"#))
        let broken = try await runs.run(tenant, all(people))

        #expect(mended.record.types["people"]?.objects == 3)
        #expect(mended.record.types["people"]?.requests == 2)
        #expect(broken.record.types["people"]?.outcome == .kept && broken.changes.isEmpty)
        #expect(broken.record.types["people"]?.requests == 3)
    }

    @Test func `the source is told how many users there were, and how many there are`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant(["users": .pages([items(0..<2), items(2..<3)])])
        try await runs.run(tenant, all(.users))
        #expect(tenant.users == [3])
        tenant.set("users", .pages([items(0..<4)]))

        try await runs.run(tenant, all(.users))

        #expect(tenant.users == [3, 3, 4])
    }
}
