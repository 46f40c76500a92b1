import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// Answers with 200 that are not what was asked for.
struct AnswerTests {
    private static let object = #"{"id":"access","allow":"everyone"}"#

    @Test(arguments: [
        (#"{"error":{"code":"UnknownError","message":""}}"#, "with an error (UnknownError)"),
        (#"{"error":{"code":"<b>\u202E"},"date":"today"}"#, "with an error"),
        (#"{"odata.error":{"code":"Busy"}}"#, "with an error (Busy)"),
        (##"{"@odata.context":"x","@odata.type":"#policy"}"##, "without an object"),
        ("{}", "without an object"),
        (#"{"value":[{}]}"#, "without an object"),
        (#"{"value":[]}"#, "with a list where one object was asked for"),
        (#"{"value":[{"id":"a"},{"id":"b"}]}"#, "with a list where one object was asked for"),
        (#"{"value":["a"]}"#, "with a list where one object was asked for"),
    ])
    func `an answer with 200 that holds no object is a failure`(
        body: String, reason: String
    ) async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["policies/access": .object(Self.object)])
        try await runs.run(tenant, all(policy))
        let files = try runs.files
        tenant.set("policies/access", .object(body))

        let result = try await runs.run(tenant, all(policy))
        let type = try #require(result.record.types["policy"])

        #expect(type.outcome == .kept && result.isIncomplete)
        #expect(type.reason == "Graph answered 200 \(reason)")
        #expect(try runs.files == files && result.changes.isEmpty)
        #expect(type.requests == 3)
    }

    @Test func `an object that comes as a list of one is that object`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["policies/access": .object(Self.object)])
        try await runs.run(tenant, all(policy))
        tenant.set("policies/access", .object(#"{"@odata.context":"x","value":[\#(Self.object)]}"#))

        let same = try await runs.run(tenant, all(policy))
        let changed = #"{"value":[{"id":"access","allow":"nobody"}]}"#
        tenant.set("policies/access", .object(changed))
        let other = try await runs.run(tenant, all(policy))

        #expect(same.changes.isEmpty && !same.isIncomplete)
        #expect(other.changes.map(\.path) == ["Policies/Access/access/access.json"])
    }

    @Test(arguments: [
        #"{"displayName":"Access"}"#, #"{"value":"plain"}"#, #"{"value":["a"],"other":1}"#,
        #"{"error":"none"}"#, #"{"id":"access"}"#, #"{"id":"access","error":{}}"#,
    ])
    func `an object with a member of its own is one`(body: String) async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["policies/access": .object(body)])

        let result = try await runs.run(tenant, all(policy))

        #expect(result.record.types["policy"]?.created == 1)
    }

    @Test func `a list with an error beside it is no list`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<5)])])
        try await runs.run(tenant, all(people))
        tenant.set(
            "people", .object(#"{"value":[],"error":{"code":"PartialFailure"}}"#))

        let result = try await runs.run(tenant, all(people))

        #expect(
            result.record.types["people"]?.reason
                == "Graph answered 200 with an error (PartialFailure)")
    }

    @Test func `an error in the place of an object's children keeps them`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "teams": .pages([items(0..<2)]), "teams/id-0/members": .pages([items(0..<3)]),
            "teams/id-1/members": .pages([items(0..<3)]),
        ])
        try await runs.run(tenant, all(teams))
        tenant.set(
            "teams/id-0/members", .object(#"{"error":{"code":"UnknownError"}}"#),
            .pages([items(0..<2)]))
        tenant.set("teams/id-1/members", .object(#"{"error":{"code":"UnknownError"}}"#))

        let result = try await runs.run(tenant, all(teams))
        let members = try #require(result.record.types["teams/members"])

        // What was wrong only once is read again by itself.
        #expect(members.deleted == 1 && members.outcome == .kept)
        #expect(
            members.reason == "Graph answered 200 with an error (UnknownError), below id-1")
    }
}
