import BackupEngine
import GraphCatalog
import Synchronization
import TestSupport
import Testing

/// Members besides those that the catalog selects: what applications have added to a type's objects,
/// and what needs a permission of its own.
struct MembersTests {
    /// A recorded tenant that is read with permissions, and remembers how users were asked for.
    private final class Tenant: GraphSource {
        let recorded: RecordedTenant
        let held: Mutex<Set<String>?>
        let queries = Mutex<[[GraphRequest.Parameter]]>([])

        init(_ answers: [String: RecordedTenant.Answer], held: Set<String>? = []) {
            recorded = RecordedTenant(answers)
            self.held = Mutex(held)
        }

        func permissions() async throws(GraphError) -> Set<String>? { held.withLock { $0 } }

        func page(
            _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
        ) async throws(GraphError) -> GraphPage {
            if case .first(let request) = target, request.path == "users",
                request.query.contains(where: { $0.value == "extensions" })
            {
                queries.withLock { $0.append(request.query) }
            }
            return try await recorded.page(target, found: found)
        }

        func batch(
            _ requests: [GraphRequest]
        ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
            await pages(oneByOne: requests)
        }

        /// What was selected last, besides what the catalog selects.
        var besides: [String]? {
            let query = queries.withLock { $0.last } ?? []
            let names = query.first { $0.name == "$select" }?.value.split(separator: ",")
            return names?.map(String.init).filter { !GraphResource.users.select.contains($0) }
        }
    }

    private static let list = "directoryObjects/getAvailableExtensionProperties"
    private static let attributes = "CustomSecAttributeAssignment.Read.All"

    private static func property(_ name: String, _ targets: String...) -> String {
        "{\"id\":\"p\",\"name\":\"\(name)\",\"targetObjects\":\(targets)}"
    }

    private static func schema(_ id: String, owner: String, _ targets: String...) -> String {
        item(id, "\"owner\":\"\(owner)\",\"targetTypes\":\(targets)")
    }

    private static let answers: [String: RecordedTenant.Answer] = [
        "users": .pages([[item("a", "\"extension_1_x\":1,\"deletedDateTime\":null")]]),
        list: .pages([
            [property("extension_2_z", "User", "Group"), property("extension_2_g", "Group")],
            [property("extension_1_x", "Device", "User")],
        ]),
        "schemaExtensions": .pages([
            [schema("ext1_own", owner: "AB", "User"), schema("ext2_far", owner: "cd", "User")],
            [schema("ext3_group", owner: "ab", "Group")],
        ]),
        "servicePrincipals": .pages([["{\"appId\":\"ef\"}"], ["{\"appId\":\"ab\"}"]]),
    ]

    private func record(_ result: BackupResult) throws -> TypeRecord {
        try #require(result.record.types["users"])
    }

    @Test func `what applications have added is selected by name, in one order`() async throws {
        let runs = try Runs()
        let tenant = Tenant(Self.answers)

        let result = try await runs.run(from: tenant, all(.users))

        #expect(tenant.besides == ["ext1_own", "extension_1_x", "extension_2_z"])
        #expect(try record(result).members == ["directory extensions", "schema extensions"])
        #expect(try runs.git("cat-file", "blob", "main:Users/a/a.json").contains("extension_1_x"))
    }

    @Test func `a member with a permission of its own is read where that is there`() async throws {
        let runs = try Runs()
        let tenant = Tenant(["users": .pages([[item("a")]])])

        let without = try record(try await runs.run(from: tenant, all(.users)))
        tenant.held.withLock { $0 = ["User-LifeCycleInfo.ReadWrite.All"] }
        let with = try record(try await runs.run(from: tenant, all(.users)))

        #expect(without.outcome == .complete && without.reason == nil)
        #expect(
            without.membersNotRead == [
                "customSecurityAttributes", "employeeLeaveDateTime", "manager", "sponsors",
            ])
        #expect(tenant.besides == ["employeeLeaveDateTime"])
        #expect(with.membersNotRead == ["customSecurityAttributes", "manager", "sponsors"])
        #expect(with.members?.contains("employeeLeaveDateTime") == true)
    }

    @Test func `what is not permitted any more keeps the type until it is again`() async throws {
        let runs = try Runs()
        let secret = item("a", "\"customSecurityAttributes\":{\"Set\":{\"Level\":7}}")
        let tenant = Tenant(["users": .pages([[secret]])], held: [Self.attributes])
        try await runs.run(from: tenant, all(.users))
        tenant.held.withLock { $0 = [] }
        tenant.recorded.set("users", .pages([[item("a")]]))

        for _ in 1...2 {
            let result = try await runs.run(from: tenant, all(.users))

            #expect(result.isIncomplete && result.changes.isEmpty)
            #expect(try record(result).outcome == .kept)
            #expect(
                try record(result).reason
                    == "customSecurityAttributes cannot be read any more: the "
                    + "permission \(Self.attributes) is missing, or the service does not have it any "
                    + "more")
            #expect(try runs.git("cat-file", "blob", "main:Users/a/a.json").contains("Level"))
        }
        tenant.held.withLock { $0 = [Self.attributes] }
        tenant.recorded.set("users", .pages([[secret]]))
        let again = try await runs.run(from: tenant, all(.users))
        #expect(try record(again).outcome == .complete && again.changes.isEmpty)
    }

    @Test func `a list of additions that is refused keeps the type only if it was read before`()
        async throws
    {
        let runs = try Runs()
        let tenant = Tenant(Self.answers)
        tenant.recorded.set(Self.list, .failure(.notPermitted))

        let refused = try record(try await runs.run(from: tenant, all(.users)))
        tenant.recorded.set(Self.list, .pages([[Self.property("extension_1_x", "User")]]))
        let read = try record(try await runs.run(from: tenant, all(.users)))
        tenant.recorded.set(Self.list, .failure(.notPermitted))
        let lost = try record(try await runs.run(from: tenant, all(.users)))

        #expect(refused.outcome == .complete)
        #expect(refused.membersNotRead?.contains("directory extensions") == true)
        #expect(read.members?.contains("directory extensions") == true)
        #expect(lost.outcome == .kept && lost.members == read.members)
    }

    @Test(arguments: ["directoryObjects/getAvailableExtensionProperties", "servicePrincipals"])
    func `a type whose additions cannot be found out is kept`(path: String) async throws {
        let runs = try Runs()
        let tenant = Tenant(Self.answers)
        try await runs.run(from: tenant, all(.users))
        tenant.recorded.set(path, .failure(.unavailable))
        tenant.recorded.set("users", .pages([[item("a")]]))

        let result = try await runs.run(from: tenant, all(.users))

        #expect(try record(result).outcome == .kept && result.changes.isEmpty)
    }

    @Test func `names that do not fit a query are not named, and what is not wanted is left out`()
        async throws
    {
        let runs = try Runs()
        let tenant = Tenant(Self.answers)
        let many = (0..<200).map { Self.property("extension_0123456789abcdef_\($0)", "User") }
        tenant.recorded.set(Self.list, .pages([many]))

        try await runs.run(from: tenant, all(.users))

        #expect(tenant.besides == nil)
        #expect(!tenant.queries.withLock { $0.isEmpty })
        #expect(
            try runs.git("cat-file", "blob", "main:Users/a/a.json")
                == "{\n  \"extension_1_x\": 1,\n  \"id\": \"a\"\n}")
    }
}
