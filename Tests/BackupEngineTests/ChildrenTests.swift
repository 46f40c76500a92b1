import BackupEngine
import GraphCatalog
import Testing

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

    @Test func `children that are not found below a parent that is there are kept`() async throws {
        let runs = try Runs()
        let tenant = tenant()
        try await runs.run(tenant, all(teams))
        tenant.set("teams/a/members", .failure(.notFound))
        tenant.set("teams/a", .object(item("a")))

        let result = try await runs.run(tenant, all(teams))

        #expect(result.changes.isEmpty && result.isIncomplete)
        #expect(result.record.types["teams/members"]?.outcome == .kept)
        #expect(result.record.types["teams"]?.outcome == .complete)
    }

    @Test func `an outage ends the reading of children, not all patience below each parent`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant(["teams": .pages([items(0..<2000)])])
        for number in 0..<2000 { tenant.set("teams/id-\(number)/members", .pages([[item("m")]])) }
        try await runs.run(tenant, all(teams))
        for number in 0..<2000 {
            tenant.set("teams/id-\(number)/members", .failure(.unavailable))
        }
        let before = tenant.asked.count

        let result = try await runs.run(tenant, all(teams))

        #expect(tenant.asked.count - before <= 1000)
        #expect(result.changes.isEmpty)
        #expect(result.record.types["teams/members"]?.outcome == .kept)
        #expect(result.record.types["teams/members"]?.objects == 2000)
    }
}
