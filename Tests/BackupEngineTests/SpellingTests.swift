import BackupEngine
import GraphCatalog
import TestSupport
import Testing

@testable import GitObjects

/// IDs that a service spells in other letters of case from one answer to the next.
struct SpellingTests {
    private let guids = (0..<4).map { "0000000\($0)-abcd-4bbb-8ccc-dddddddddddd" }
    private let rules = GraphResource(
        "rules", service: .azure(apiVersion: "1"), path: "rules", folder: "Rules",
        placement: .files([
            FileTemplate(
                "{properties.scope:4}/{properties.who}", where: "properties.scope",
                is: "subscriptions/*/resourceGroups/*")
        ]), groups: ["All"], permissions: Permissions("R"))

    private func teams(_ ids: [String], _ rest: String = "") -> RecordedTenant.Answer {
        .pages([ids.map { item($0, rest) }])
    }

    private func rule(_ group: String, _ name: String, who: String = "P") -> String {
        let scope = "/subscriptions/S/\(group)"
        return item(
            "\(scope)/providers/Microsoft.Authorization/\(name)/N",
            #""properties":{"scope":"\#(scope)","who":"\#(who)"}"#)
    }

    @Test func `a GUID in capitals is the same object, and so is what is below it`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["teams": teams(guids)])
        for id in guids {
            tenant.set("teams/\(id)/members", teams(guids))
            tenant.set("teams/\(id.uppercased())/members", teams(guids.map { $0.uppercased() }))
        }
        try await runs.run(tenant, all(BackupEngineTests.teams))
        let tree = try runs.git("rev-parse", "main^{tree}")
        tenant.set("teams", teams(guids.map { $0.uppercased() }))

        let capitals = try await runs.run(tenant, all(BackupEngineTests.teams))
        let same = try runs.git("rev-parse", "main^{tree}")
        tenant.set("teams", teams(guids.map { $0.uppercased() }, #""displayName":"New""#))
        let renamed = try await runs.run(tenant, all(BackupEngineTests.teams))

        #expect(capitals.changes.isEmpty && same == tree)
        #expect(renamed.record.types["teams"]?.updated == 4)
        #expect(
            renamed.changes.allSatisfy { guids.contains(String($0.path.dropFirst(6).prefix(36))) })
        // The other spelling was written before it was known to be no change.
        #expect(try runs.git("fsck", "--strict", "--full", "--no-dangling") == "")
    }

    @Test func `an object that was first seen in capitals keeps that path`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": teams(guids.map { $0.uppercased() })])
        try await runs.run(tenant, all(people))
        let files = try runs.files
        tenant.set("people", teams(guids))

        let result = try await runs.run(tenant, all(people))

        #expect(result.changes.isEmpty)
        #expect(try runs.files == files)
    }

    @Test func `other IDs in another case are other objects`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": teams(["Adele", "Diego"])])
        try await runs.run(tenant, all(people))
        tenant.set("people", teams(["adele", "Diego"]))

        let result = try await runs.run(tenant, all(people))

        #expect(result.record.types["people"]?.created == 1)
        #expect(result.record.types["people"]?.deleted == 1)
    }

    @Test func `a scope of Azure is the same in any case`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "rules": .pages([[rule("resourceGroups/My-RG", "roleAssignments")]])
        ])
        try await runs.run(tenant, all(rules))
        let files = try runs.files
        tenant.set("rules", .pages([[rule("resourcegroups/my-rg", "RoleAssignments")]]))

        let result = try await runs.run(tenant, all(rules))
        tenant.set("rules", .pages([[rule("resourcegroups/my-rg", "RoleAssignments", who: "p")]]))
        let changed = try await runs.run(tenant, all(rules))

        #expect(files == ["Rules/My-RG/P.json"])
        #expect(result.changes.isEmpty && result.record.types["rules"]?.outcome == .complete)
        // What is no ID is not the same in another case.
        #expect(
            changed.changes.map { "\($0.kind.rawValue) \($0.path)" } == ["M Rules/My-RG/P.json"])
    }
}
