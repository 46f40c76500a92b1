import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// Members that are read from lists of their own and kept in the objects: managers and sponsors.
struct SeparateMembersTests {
    private static let ids = (1...30).map { number in
        "00000000-0000-4000-8000-0000000000\(number < 10 ? "0" : "")\(number)"
    }

    private static func manager(_ id: String, _ target: String?) -> String {
        item(id, target.map { "\"manager\":{\"id\":\"\($0)\",\"displayName\":\"M\"}" } ?? "\"x\":1")
    }

    private static func sponsors(_ id: String, _ targets: [String]) -> String {
        let list = targets.map { item($0, "\"displayName\":\"S\"") }
        return item(id, "\"sponsors\":[\(list.joined(separator: ","))]")
    }

    private static func tenant() -> RecordedTenant {
        RecordedTenant([
            "users": .pages([[item(ids[0]), item(ids[1])], [item(ids[2])]]),
            "users?manager": .pages([
                [manager(ids[2], nil), manager(ids[1], ids[0].uppercased())],
                [manager(ids[0], ids[9])],
            ]),
            "users?sponsors": .pages([
                [sponsors(ids[0], [ids[4], ids[3]]), sponsors(ids[1], []), item(ids[2])]
            ]),
        ])
    }

    private func user(_ runs: Runs, _ number: Int) throws -> String {
        let id = Self.ids[number]
        return try runs.git("cat-file", "blob", "main:Users/\(id)/\(id).json")
            .filter { !$0.isWhitespace }
    }

    private func record(_ result: BackupResult) throws -> TypeRecord {
        try #require(result.record.types["users"])
    }

    @Test func `references are kept as IDs in the object, in one order and spelling`() async throws
    {
        let runs = try Runs()
        let tenant = Self.tenant()

        let first = try record(try await runs.run(tenant, all(.users)))
        tenant.set(
            "users?sponsors", .pages([[Self.sponsors(Self.ids[0], [Self.ids[3], Self.ids[4]])]]))
        tenant.set("users/\(Self.ids[1])?sponsors", .object(item(Self.ids[1])))
        tenant.set("users/\(Self.ids[2])?sponsors", .object(item(Self.ids[2])))
        let second = try await runs.run(tenant, all(.users))

        #expect(first.outcome == .complete && first.membersNotRead?.contains("manager") != true)
        #expect(
            first.members?.contains("manager") == true
                && first.members?.contains("sponsors") == true)
        #expect(try user(runs, 0).contains("\"manager\":{\"id\":\"\(Self.ids[9])\"}"))
        #expect(
            try user(runs, 0).contains(
                "\"sponsors\":[{\"id\":\"\(Self.ids[3])\"},{\"id\":\"\(Self.ids[4])\"}]"))
        #expect(try user(runs, 1).contains("\"manager\":{\"id\":\"\(Self.ids[0])\"}"))
        #expect(try !user(runs, 1).contains("sponsors") && !user(runs, 2).contains("manager"))
        #expect(second.changes.isEmpty)
    }

    @Test func `an object that the list of members lacks is asked for by itself`() async throws {
        let runs = try Runs()
        let tenant = Self.tenant()
        try await runs.run(tenant, all(.users))
        // Cut short, without an error; the third is deleted before it is asked for.
        tenant.set("users?manager", .pages([[Self.manager(Self.ids[0], Self.ids[9])]]))
        tenant.set("users/\(Self.ids[1])?manager", .object(Self.manager(Self.ids[1], Self.ids[0])))
        tenant.set("users/\(Self.ids[2])?manager", .failure(.notFound))

        let result = try await runs.run(tenant, all(.users))

        #expect(try record(result).outcome == .complete && result.changes.isEmpty)
        #expect(try user(runs, 1).contains("manager"))
    }

    @Test func `references beyond those that are expanded are read, too`() async throws {
        let runs = try Runs()
        let tenant = Self.tenant()
        let many = Array(Self.ids[4..<29])
        tenant.set("users?sponsors", .pages([[Self.sponsors(Self.ids[0], Array(many.prefix(20)))]]))
        for id in Self.ids[1...2] { tenant.set("users/\(id)?sponsors", .object(item(id))) }
        tenant.set("users/\(Self.ids[0])/sponsors", .pages([many.map { item($0) }]))

        try await runs.run(tenant, all(.users))

        let text = try user(runs, 0)
        #expect(many.allSatisfy(text.contains))
    }

    @Test func `what cannot be read is named, and keeps the type if it was read before`()
        async throws
    {
        let runs = try Runs()
        let tenant = Self.tenant()
        tenant.set("users?manager", .failure(.notPermitted))
        let without = try record(try await runs.run(tenant, all(.users)))
        tenant.set("users?manager", .pages([Self.ids[0...2].map { Self.manager($0, Self.ids[9]) }]))
        try await runs.run(tenant, all(.users))
        tenant.set("users?manager", .failure(.unknownMember("manager")))
        let lost = try record(try await runs.run(tenant, all(.users)))
        let accepted = try await runs.run(tenant, all(.users)) { $0.acceptDeletions = true }

        #expect(without.outcome == .complete && without.membersNotRead?.contains("manager") == true)
        #expect(lost.outcome == .kept && lost.reason?.contains("manager cannot be read") == true)
        #expect(try record(accepted).outcome == .complete)
        #expect(try !user(runs, 0).contains("manager"))
    }

    @Test(arguments: [GraphError.Kind.unavailable, .malformed, .pageTokenExpired])
    func `a list of members that fails half-way keeps the type`(kind: GraphError.Kind) async throws
    {
        let runs = try Runs()
        let tenant = Self.tenant()
        try await runs.run(tenant, all(.users))
        tenant.set("users?manager", .broken([[Self.manager(Self.ids[0], nil)]], kind))

        let result = try await runs.run(tenant, all(.users))

        #expect(try record(result).outcome == .kept && result.changes.isEmpty)
    }

    @Test func `a selected member that the service does not have is left out and named`()
        async throws
    {
        let runs = try Runs()
        let tenant = Self.tenant()
        tenant.set("users", .failure(.unknownMember("deviceKeys")), .pages([[item(Self.ids[0])]]))

        let result = try record(try await runs.run(tenant, all(.users)))

        #expect(result.outcome == .complete)
        #expect(result.membersNotRead?.contains("deviceKeys") == true)
    }
}
