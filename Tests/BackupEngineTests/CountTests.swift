import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// Lists that say how many objects they have, and lists that leave some out.
struct CountTests {
    /// A page of people that says how many there are.
    private func page(_ items: [String], count: String) -> RecordedTenant.Answer {
        .object(#"{"@odata.count":\#(count),"value":[\#(items.joined(separator: ","))]}"#)
    }

    @Test(arguments: ["5", #""5""#, #"{"type":"Total","value":5}"#])
    func `a list shorter than its count is read again, and kept if it stays so`(
        count: String
    ) async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<5)])])
        try await runs.run(tenant, all(people))
        tenant.set("people", page(items(0..<4), count: count))

        let result = try await runs.run(tenant, all(people))
        let type = try #require(result.record.types["people"])

        #expect(type.outcome == .kept && type.requests == 2)
        #expect(type.reason == "Graph counts 5 objects and listed 4, in two readings")
        #expect(try runs.files.count == 5)
    }

    @Test func `what was deleted while it was read adds up the second time`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<5)])])
        try await runs.run(tenant, all(people))
        tenant.set(
            "people", page(items(0..<4), count: "5"), page(items(0..<4), count: "4"))

        let result = try await runs.run(tenant, all(people))

        #expect(result.record.types["people"]?.outcome == .complete)
        #expect(result.record.types["people"]?.deleted == 1)
    }

    @Test func `an object read twice counts once, and two without an ID count twice`()
        async throws
    {
        let runs = try Runs()
        let nameless = [#"{"a":1}"#, #"{"a":1}"#]
        let tenant = RecordedTenant(["people": page(items(0..<3) + nameless, count: "5")])
        let first = try await runs.run(tenant, all(people))
        tenant.set("people", page(items(0..<2) + items(1..<2) + nameless, count: "5"))
        let second = try await runs.run(tenant, all(people))

        #expect(first.record.types["people"]?.outcome == .complete)
        #expect(second.record.types["people"]?.outcome == .kept)
    }

    @Test(arguments: ["4", "null", "-1", #""many""#, "[]"])
    func `a lower count and none say nothing`(count: String) async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": page(items(0..<5), count: count)])

        let result = try await runs.run(tenant, all(people))

        #expect(result.record.types["people"]?.outcome == .complete)
        #expect(tenant.asked.count == 1)
    }

    @Test func `the children of one object are counted too, in one file and in a batch`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "teams": .pages([items(0..<2)]), "teams/id-0/members": .pages([items(0..<3)]),
            "teams/id-1/members": .pages([items(0..<3)]), "organization": .pages([items(0..<3)]),
        ])
        try await runs.run(tenant, all(teams, organization))
        tenant.set("teams/id-0/members", page(items(0..<2), count: "3"))
        tenant.set(
            "teams/id-1/members", page(items(0..<2), count: "3"), page(items(0..<2), count: "2"))
        tenant.set("organization", page(items(0..<2), count: "3"))

        let result = try await runs.run(tenant, all(teams, organization))
        let members = try #require(result.record.types["teams/members"])

        #expect(members.outcome == .kept && members.deleted == 1)
        #expect(members.reason?.hasSuffix("below id-0") == true)
        #expect(result.record.types["organization"]?.outcome == .kept)
    }

    // MARK: Without a count

    @Test func `what a list leaves out and is there by its ID was not deleted`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<9)])])
        try await runs.run(tenant, all(people))
        tenant.set("people", .pages([items(0..<6)]))
        tenant.set("people/id-7", .object(item("ID-7")))

        let kept = try await runs.run(tenant, all(people))
        let accepted = try await runs.run(tenant, all(people)) { $0.acceptDeletions = true }
        let type = try #require(kept.record.types["people"])

        #expect(type.outcome == .kept && kept.changes.isEmpty)
        #expect(
            type.reason == "the list left out objects that are still there "
                + "(1 of 3 that were asked for by their IDs)")
        #expect(type.requests == 4)
        #expect(accepted.record.types["people"]?.deleted == 3)
    }

    @Test(arguments: [
        RecordedTenant.Answer.failure(.notFound), .failure(.other), .failure(.notPermitted),
        .object(item("someone-else")), .object(#"{"error":{"code":"UnknownError"}}"#),
        .pages([[item("id-8")]]),
    ])
    func `what cannot be asked for by its ID is deleted as before`(
        answer: RecordedTenant.Answer
    ) async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<9)])])
        try await runs.run(tenant, all(people))
        tenant.set("people", .pages([items(0..<8)]))
        tenant.set("people/id-8", answer)

        let result = try await runs.run(tenant, all(people))

        #expect(result.record.types["people"]?.deleted == 1)
    }

    @Test func `of many, a sample is asked for`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<1_000)])])
        try await runs.run(tenant, all(people))
        let before = tenant.asked.count
        tenant.set("people", .pages([items(0..<600)]))
        for number in 600..<1_000 {
            tenant.set("people/id-\(number)", .object(item("id-\(number)")))
        }

        let result = try await runs.run(tenant, all(people))

        #expect(result.record.types["people"]?.outcome == .kept)
        #expect(tenant.asked.count - before == 41)
    }

    @Test func `children of a type that is kept are kept with it`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "teams": .pages([items(0..<3)]), "teams/id-0/members": .pages([items(0..<3)]),
            "teams/id-1/members": .pages([[]]), "teams/id-2/members": .pages([items(0..<1)]),
        ])
        try await runs.run(tenant, all(teams))
        tenant.set("teams", .pages([items(0..<2)]))
        tenant.set("teams/id-2", .object(item("id-2")))

        let result = try await runs.run(tenant, all(teams))

        #expect(result.changes.isEmpty)
        #expect(result.record.types["teams/members"]?.outcome == .kept)
    }
}
