import BackupEngine
import FoundationEssentials
import GitObjects
import GraphCatalog
import TestSupport
import Testing

/// A small catalog with every shape: collection with children, narrowed collection, singleton,
/// single file.
let people = GraphResource(
    "people", path: "people", folder: "People", groups: ["All", "People"],
    permissions: Permissions("People.Read.All"))
let teams = GraphResource(
    "teams", path: "teams", folder: "Teams", groups: ["All", "Teams"],
    permissions: Permissions("Teams.Read.All"),
    narrowings: [
        Narrowing(
            groups: ["Config"], filter: "kinds/any(k:k eq 'Dynamic')",
            covers: .array(member: "kinds", contains: "Dynamic"))
    ],
    children: [
        GraphResource(
            "teams/members", path: "members", folder: "Members", groups: ["All", "Teams"],
            permissions: Permissions("Teams.Read.All"))
    ])
let policy = GraphResource(
    "policy", path: "policies/access", answer: .object, folder: "Policies/Access",
    groups: ["All", "Config"], permissions: Permissions("Policy.Read.All"))
let organization = GraphResource(
    "organization", path: "organization", folder: "Organization/Organization.json",
    groups: ["All", "Config"], permissions: Permissions("Organization.Read.All"))

func all(_ resources: GraphResource...) -> [SelectedResource] {
    resources.map { resource in
        SelectedResource(resource, children: resource.children.map { SelectedResource($0) })
    }
}

func item(_ id: String, _ rest: String = "") -> String {
    "{\"id\":\"\(id)\"\(rest.isEmpty ? "" : ",\(rest)")}"
}

func items(_ range: Range<Int>) -> [String] {
    range.map { item("id-\($0)", "\"displayName\":\"Number \($0)\"") }
}

/// One repository and the runs made on it, a day apart.
final class Runs {
    let repository: TemporaryRepository
    private(set) var day = 0

    init() throws {
        repository = try TemporaryRepository()
    }

    @discardableResult
    func run(
        _ tenant: RecordedTenant, _ selection: [SelectedResource],
        _ change: (inout BackupOptions) -> Void = { _ in }
    ) async throws -> BackupResult {
        day += 1
        var options = BackupOptions(
            repository: repository.path, branch: try #require(RefName.branch("main")), root: .top,
            selection: selection, tenant: "11111111-1111-1111-1111-111111111111",
            identityName: "Tenantkeep", identityEmail: "tenantkeep@localhost",
            start: Date(timeIntervalSince1970: 1_790_000_000 + Double(day) * 86_400),
            version: "test")
        change(&options)
        let end = options.start.addingTimeInterval(9)
        return try await Backup(from: tenant, options, now: { end }).run()
    }

    func git(_ arguments: String...) throws -> String {
        switch arguments.count {
        case 1: try repository.git(arguments[0])
        case 2: try repository.git(arguments[0], arguments[1])
        case 3: try repository.git(arguments[0], arguments[1], arguments[2])
        default: try repository.git(arguments[0], arguments[1], arguments[2], arguments[3])
        }
    }

    var files: [String] {
        get throws {
            try repository.git("ls-tree", "-r", "-z", "--name-only", "main")
                .split(separator: "\0").map(String.init)
        }
    }

    /// Fails if git finds anything to say about the repository.
    func expectSound() throws {
        #expect(try repository.git("fsck", "--strict", "--full") == "")
    }
}

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
}

struct GuardTests {
    @Test func `what reads empty is read again, and kept if it is empty twice`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<5)])])
        try await runs.run(tenant, all(people))
        tenant.set("people", .pages([[]]))

        let result = try await runs.run(tenant, all(people))

        #expect(result.record.types["people"]?.outcome == .kept && result.isIncomplete)
        #expect(tenant.asked.count == 3)
        #expect(try runs.files.count == 5)
    }

    @Test func `what was empty only once is believed the second time`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<5)])])
        try await runs.run(tenant, all(people))
        tenant.set("people", .pages([[]]), .pages([items(0..<4)]))

        let result = try await runs.run(tenant, all(people))

        #expect(result.record.types["people"]?.outcome == .complete)
        #expect(result.record.types["people"]?.deleted == 1)
    }

    @Test func `losing more than half of twenty keeps the type until deletions are accepted`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<20)])])
        try await runs.run(tenant, all(people))
        tenant.set("people", .pages([items(0..<9)]))

        let kept = try await runs.run(tenant, all(people))
        let accepted = try await runs.run(tenant, all(people)) { $0.acceptDeletions = true }

        #expect(kept.record.types["people"]?.outcome == .kept)
        #expect(accepted.record.types["people"]?.deleted == 11)
    }

    @Test func `a narrowed read deletes only what it covers and what is gone`() async throws {
        let runs = try Runs()
        let dynamic = "\"kinds\":[\"Dynamic\"]"
        let tenant = RecordedTenant([
            "teams": .pages([
                [item("a", dynamic), item("b", dynamic), item("c"), item("d", dynamic)]
            ])
        ])
        for id in ["a", "b", "c", "d"] { tenant.set("teams/\(id)/members", .pages([[]])) }
        try await runs.run(tenant, all(teams))
        tenant.set("teams", .pages([[item("a", dynamic)]]))
        tenant.set("teams/b", .object(item("b")))
        tenant.set("teams/d", .failure(.notFound))

        let narrowed = [SelectedResource(teams, filter: teams.narrowings[0])]
        let result = try await runs.run(tenant, narrowed) { $0.acceptDeletions = true }

        #expect(result.changes.map(\.path) == ["Teams/d/d.json"])
        #expect(result.record.types["teams"]?.objects == 3)
        #expect(result.record.types["teams"]?.scope == "kinds/any(k:k eq 'Dynamic')")
    }

    @Test func `a narrowed read that lists nothing is no alarm where it covers nothing`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant(["teams": .pages([items(0..<30)])])
        try await runs.run(tenant, [SelectedResource(teams)])
        tenant.set("teams", .pages([[]]))

        let result = try await runs.run(
            tenant, [SelectedResource(teams, filter: teams.narrowings[0])])

        #expect(result.record.types["teams"]?.outcome == .complete)
        #expect(result.changes.isEmpty)
    }

    @Test func `children that went with their parent are no alarm`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["teams": .pages([[item("a"), item("b")]])])
        tenant.set("teams/a/members", .pages([items(0..<20)]))
        tenant.set("teams/b/members", .pages([items(0..<5)]))
        try await runs.run(tenant, all(teams))
        tenant.set("teams", .pages([[item("b")]]))

        let result = try await runs.run(tenant, all(teams))

        #expect(!result.isIncomplete)
        #expect(result.record.types["teams/members"]?.deleted == 20)
    }
}

struct ChildrenTests {
    private func tenant() -> RecordedTenant {
        RecordedTenant([
            "teams": .pages([[item("a"), item("b")]]),
            "teams/a/members": .pages([[item("m1")], [item("m2")]]),
            "teams/b/members": .pages([[item("m3")]]),
        ])
    }

    @Test func `children lie below their parent`() async throws {
        let runs = try Runs()

        try await runs.run(tenant(), all(teams))

        #expect(
            try runs.files == [
                "Teams/a/Members/m1/m1.json", "Teams/a/Members/m2/m2.json", "Teams/a/a.json",
                "Teams/b/Members/m3/m3.json", "Teams/b/b.json",
            ])
        try runs.expectSound()
    }

    @Test func `children that cannot be read stay, those of others go on`() async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(teams))
        tenant.set("teams/a/members", .failure(.unavailable))
        tenant.set("teams/b/members", .pages([[item("m3"), item("m4")]]))

        let result = try await runs.run(tenant, all(teams))

        #expect(result.changes.map(\.path) == ["Teams/b/Members/m4/m4.json"])
        #expect(result.record.types["teams/members"]?.outcome == .kept)
        #expect(result.record.types["teams/members"]?.objects == 4)
        #expect(result.record.types["teams"]?.outcome == .complete)
    }

    @Test func `a parent whose children are not found twice is gone, with them`() async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(teams))
        tenant.set("teams/a/members", .failure(.notFound))

        let result = try await runs.run(tenant, all(teams)) { $0.acceptDeletions = true }

        #expect(try runs.files == ["Teams/b/Members/m3/m3.json", "Teams/b/b.json"])
        #expect(result.record.types["teams"]?.deleted == 1)
    }

    @Test func `children that read empty at once are read again and kept`() async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(teams))
        tenant.set("teams/a/members", .pages([[]]))

        let result = try await runs.run(tenant, all(teams))

        #expect(result.record.types["teams/members"]?.outcome == .kept)
        #expect(try runs.files.contains("Teams/a/Members/m1/m1.json"))
    }
}

struct RepositoryTests {
    @Test func `another tenant is refused before anything is read`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<2)])])
        try await runs.run(tenant, all(people))
        let before = try runs.git("for-each-ref")

        await #expect(throws: BackupError.self) {
            try await runs.run(tenant, all(people)) {
                $0.tenant = "22222222-2222-2222-2222-222222222222"
            }
        }

        #expect(tenant.asked.count == 1)
        #expect(try runs.git("for-each-ref") == before)
    }

    @Test func `a dry run writes nothing, not even a repository`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<2)])])

        let result = try await runs.run(tenant, all(people)) { $0.isDryRun = true }

        #expect(result.changes.map(\.name) == ["Number 0", "Number 1"])
        #expect(!FileManager.default.fileExists(atPath: runs.repository.path))
    }

    @Test func `below a root nothing else is touched`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<2)])])
        try await runs.run(tenant, all(people)) { $0.root = RootPath("prod-backup") ?? .top }

        #expect(
            try runs.files == [
                "prod-backup/People/id-0/id-0.json", "prod-backup/People/id-1/id-1.json",
            ])
    }
}
