import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// A sign-in that ends on the way does not throw away what was read with it.
struct ExpiredSignInTests {
    @Test func `types that are not read yet are kept, and the others published`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "people": .pages([items(0..<5)]), "policies/access": .object("{\"a\":1}"),
        ])
        try await runs.run(tenant, all(people, policy))
        tenant.set("people", .broken([items(0..<2)], .signInExpired))
        tenant.set("policies/access", .object("{\"a\":2}"))

        let result = try await runs.run(tenant, all(people, policy))

        #expect(result.isIncomplete)
        #expect(result.record.types["people"]?.outcome == .kept)
        #expect(result.record.types["people"]?.reason == "The recording says signInExpired")
        #expect(result.record.types["policy"]?.updated == 1)
        try runs.expectSound()
    }

    @Test func `if no type was read it is a refused sign-in`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "people": .failure(.signInExpired), "policies/access": .failure(.notPermitted),
        ])

        let error = try await #require(throws: BackupError.self) {
            try await runs.run(tenant, all(people, policy))
        }

        guard case .source(let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.kind == .signInRefused)
    }
}
