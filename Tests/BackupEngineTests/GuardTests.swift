import BackupEngine
import GraphCatalog
import Testing

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

    @Test func `what reads empty only in the second reading is not believed either`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["teams": .pages([items(0..<4)])])
        for id in 0..<4 { tenant.set("teams/id-\(id)/members", .pages([items(10..<13)])) }
        try await runs.run(tenant, all(teams))
        let files = try runs.files
        // Empty once, then as it was, but all members are gone.
        tenant.set("teams", .pages([[]]), .pages([items(0..<4)]))
        for id in 0..<4 { tenant.set("teams/id-\(id)/members", .pages([[]])) }

        let result = try await runs.run(tenant, all(teams))

        #expect(try runs.files == files && files.count == 16)
        #expect(result.record.types["teams"]?.outcome == .complete)
        #expect(result.record.types["teams/members"]?.outcome == .kept && result.isIncomplete)
        // Each place is asked for at most twice.
        let asked = tenant.asked.count { $0 == "teams/id-0/members" }
        #expect(asked == 3)
    }

    @Test(arguments: [
        (RecordedTenant.Answer.pages([[]]), 5), (.failure(.empty), 5), (.pages([items(0..<9)]), 20),
    ])
    func `a list in one file is kept if it lost all, or more than half of twenty, twice`(
        answer: RecordedTenant.Answer, count: Int
    ) async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["organization": .pages([items(0..<count)])])
        try await runs.run(tenant, all(organization))
        let before = try runs.git("rev-parse", "main^{tree}")
        tenant.set("organization", answer)

        let kept = try await runs.run(tenant, all(organization))
        let after = try runs.git("rev-parse", "main^{tree}")
        let asked = tenant.asked.count
        tenant.set("organization", answer, .pages([items(0..<(count - 1))]))
        let once = try await runs.run(tenant, all(organization))
        tenant.set("organization", answer)
        let accepted = try await runs.run(tenant, all(organization)) { $0.acceptDeletions = true }

        #expect(kept.record.types["organization"]?.outcome == .kept && kept.isIncomplete)
        #expect(before == after && asked == 3)
        #expect(once.record.types["organization"]?.updated == 1)
        #expect(accepted.changes.count == 1)
    }

    @Test func `a list of one in one file that is gone twice is deleted`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["organization": .pages([items(0..<1)])])
        try await runs.run(tenant, all(organization))
        tenant.set("organization", .pages([[]]))

        let result = try await runs.run(tenant, all(organization))

        #expect(result.record.types["organization"]?.deleted == 1)
        #expect(tenant.asked.count == 3)
    }
}
