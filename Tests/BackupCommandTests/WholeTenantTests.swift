import Foundation
import GraphCatalog
import TenantSimulator
import TestSupport
import Testing

/// Every row of the exporter's list, over HTTP.
struct WholeTenantTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Tenants/contoso").path

    private static let roots = Set(
        ExporterRow.all.map { String($0.type.prefix { $0 != "/" }) }
    ).sorted().joined(separator: ",")

    private func records(_ ending: Program.Ending) throws -> [String: [String: Any]] {
        try #require(try ending.document()["types"] as? [String: [String: Any]])
    }

    /// The path of a row with any IDs in it.
    private func pattern(_ row: ExporterRow) -> String {
        let parts = row.path.split(separator: "/").map { part in
            ["1", "2", "3"].contains(part)
                ? "*"
                : part.wholeMatch(of: /[123]\.json/) != nil
                    ? "*.json" : String(part)
        }
        return parts.joined(separator: "/")
    }

    @Test func `a person gets an object of every row, and nothing changes the second time`()
        async throws
    {
        try await withSimulatedTenant(.init(.folder(Self.folder))) { tenant in
            let run = try EndToEnd(tenant)
            let person = try #require(tenant.apps.first { $0.isDelegated })
            let identity = [
                "AZURE_CLIENT_ID": person.clientID, "AZURE_CLIENT_SECRET": person.secret,
            ]

            let first = try await run.backUp(Self.roots, changing: identity)
            let second = try await run.backUp(Self.roots, changing: identity)

            #expect(first.status == 0, "\(first.messages)")
            let records = try records(first)
            for row in ExporterRow.all {
                let record = try #require(records[row.type], "\(row)")
                #expect(record["outcome"] as? String == "complete", "\(row): \(record)")
                let found = try run.git(
                    "--git-dir=tenant.git", "log", "-1", "--format=%H", "main", "--",
                    ":(glob)\(pattern(row))")
                #expect(!found.isEmpty, "\(row)")
            }
            let tag = try second.document()["tag"] as? String
            #expect(second.status == 0 && tag == nil)
            try run.expectSound()
        }
    }

    @Test func `an application is told what only people may read, and loses nothing else`()
        async throws
    {
        try await withSimulatedTenant(.init(.folder(Self.folder))) { tenant in
            let run = try EndToEnd(tenant)

            let ending = try await run.backUp(Self.roots)

            #expect(ending.status == 0, "\(ending.messages)")
            let skipped = try records(ending).filter {
                $0.value["outcome"] as? String != "complete"
            }
            let forPeople = ExporterRow.all.filter(\.application.isEmpty).map(\.type)
            #expect(skipped.keys.sorted() == Set(forPeople).sorted())
            for (name, record) in skipped {
                let reason = record["reason"] as? String ?? ""
                #expect(reason.contains("App-only sign-in cannot read it"), "\(name): \(reason)")
            }
        }
    }

    /// What a tenant has one of, whatever it is asked for.
    private static func isSingular(_ resource: GraphResource) -> Bool {
        let isPart = resource.name.contains("/") || !resource.walks.isEmpty
        return resource.answer == .object && !isPart || resource.name == "organization"
    }

    @Test func `the fixtures have two objects at least of every type that can have two`()
        async throws
    {
        try await withSimulatedTenant(.init(.folder(Self.folder))) { tenant in
            let run = try EndToEnd(tenant)
            let person = try #require(tenant.apps.first { $0.isDelegated })

            let graph = try await run.backUp(
                "All,B2C,Config",
                changing: [
                    "AZURE_CLIENT_ID": person.clientID, "AZURE_CLIENT_SECRET": person.secret,
                ])
            let azure = try await run.backUp(
                "IAM,AccessPolicies,PIMResources", repository: "azure.git")

            #expect(graph.status == 0 && azure.status == 0, "\(graph.messages)\(azure.messages)")
            let records = try records(graph).merging(try records(azure)) {
                $0["outcome"] as? String == "skipped" ? $1 : $0
            }
            for resource in GraphResource.all.flatMap(\.family) where !Self.isSingular(resource) {
                let record = try #require(records[resource.name], "\(resource.name)")
                var count = record["objects"] as? Int
                if resource.isSingleFile {
                    let text = try run.git(
                        "--git-dir=tenant.git", "cat-file", "blob", "main:\(resource.folder)")
                    let list = try JSONSerialization.jsonObject(with: Data(text.utf8))
                    count = (list as? [Any])?.count
                }
                #expect(count ?? 0 >= 2, "\(resource.name)")
            }
        }
    }
}
