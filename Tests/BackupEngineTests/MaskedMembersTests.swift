import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// Members that the service gives without their properties, for want of a permission.
struct MaskedMembersTests {
    private let user = ##""@odata.type":"#microsoft.graph.user""##
    private let group = ##""@odata.type":"#microsoft.graph.group","displayName":"Sales""##

    private func members(_ names: [String?]) -> RecordedTenant.Answer {
        let users = names.enumerated().map { number, name in
            item("u\(number)", user + #","displayName":\#(name.map { "\"\($0)\"" } ?? "null")"#)
        }
        return .pages([users + [item("g", group)]])
    }

    private func tenant() async throws -> (Runs, RecordedTenant) {
        let runs = try Runs()
        let tenant = RecordedTenant(["teams": .pages([[item("t")]])])
        tenant.set("teams/t/members", members(["Adele", "Diego", "Lee"]))
        try await runs.run(tenant, all(teams))
        return (runs, tenant)
    }

    @Test(arguments: [true, false])
    func `users whose names are all null are kept while the permission is lacking`(isKnown: Bool)
        async throws
    {
        let (runs, tenant) = try await tenant()
        let tree = try runs.git("rev-parse", "main^{tree}")
        tenant.set("teams/t/members", members([nil, nil, nil]))
        if isKnown { tenant.grant("Group.Read.All", "GroupMember.Read.All") }

        let result = try await runs.run(tenant, all(teams))

        let record = result.record.types["teams/members"]
        #expect(record?.outcome == .kept && result.isIncomplete)
        #expect(record?.reason?.contains("lacks User.Read.All") == true)
        #expect(try runs.git("rev-parse", "main^{tree}") == tree)
        #expect(result.record.types["teams"]?.outcome == .complete)
    }

    @Test(arguments: [[nil, nil, "Lee"], ["Adele", nil, "Lee G."]])
    func `a name that others have still is an update`(names: [String?]) async throws {
        let (runs, tenant) = try await tenant()
        tenant.set("teams/t/members", members(names))

        let result = try await runs.run(tenant, all(teams))

        #expect(result.record.types["teams/members"]?.outcome == .complete)
        #expect(result.record.types["teams/members"]?.updated == 2)
    }

    @Test func `whoever may read users is believed`() async throws {
        let (runs, tenant) = try await tenant()
        tenant.set("teams/t/members", members([nil, nil, nil]))
        tenant.grant("User.Read.All")

        let result = try await runs.run(tenant, all(teams))

        #expect(result.record.types["teams/members"]?.updated == 3)
    }
}
