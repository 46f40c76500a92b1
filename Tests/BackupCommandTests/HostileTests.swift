import Foundation
import TenantSimulator
import Testing

/// Tenants whose IDs and display names break other programs.
struct HostileTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Tenants/hostile").path

    private func withHostile(_ body: @Sendable (EndToEnd) async throws -> Void) async throws {
        try await withSimulatedTenant(.init(.folder(Self.folder))) { try await body(EndToEnd($0)) }
    }

    @Test func `every object has its own path inside its folder, and git has nothing to say`()
        async throws
    {
        try await withHostile { run in
            let ending = try await run.backUp("users,groups,namedLocations")

            #expect(ending.status == 0, "\(ending.messages)")
            let types = try #require(try ending.document()["types"] as? [String: [String: Any]])
            let objects = types.values.compactMap { $0["objects"] as? Int }.reduce(0, +)
            let listed = try run.git("--git-dir=tenant.git", "ls-tree", "-r", "-z", "main")
            let lines = listed.split(separator: "\0")
            let paths = lines.map { $0.split(separator: "\t", maxSplits: 1)[1] }
            #expect(objects > 50 && Set(paths).count == objects)
            #expect(lines.allSatisfy { $0.hasPrefix("100644 blob ") })
            let roots = [
                "Users/", "Groups/", "GroupSettings/", "Identity/Conditional/NamedLocations/",
            ]
            #expect(paths.allSatisfy { path in roots.contains { path.utf8.starts(with: $0.utf8) } })
            try run.expectSound()
        }
    }

    @Test func `no name forges a header or a trailer of a commit`() async throws {
        try await withHostile { run in
            try await run.backUp("users,groups,namedLocations")

            let commit = try run.git("--git-dir=tenant.git", "cat-file", "commit", "main")
            let lines = commit.utf8.split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let headers = lines.prefix { !$0.isEmpty }.map { line in
                String(decoding: line.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
            }
            #expect(headers == ["tree", "author", "committer"])
            let trailers = try run.git(
                "--git-dir=tenant.git", "log", "-1", "--format=%(trailers:only)", "main")
            #expect(
                trailers.split(separator: "\n").map { $0.prefix { $0 != ":" } } == [
                    "Tenantkeep-Run", "Tenantkeep-Tenant",
                ])
            #expect(commit.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        }
    }

    @Test func `nothing from a tenant steers the terminal or the pipeline`() async throws {
        try await withHostile { run in
            var ending = try await run.program.run(
                ["backup", "--dry-run", "--color", "never"],
                environment: run.environment.merging(
                    ["TENANTKEEP_TYPE": "users,groups,namedLocations", "TF_BUILD": "True"]) { $1 })
            #expect(ending.status == 0, "\(ending.messages)")
            try expectTame(ending.output + ending.messages)

            try await run.backUp("users,groups,namedLocations")
            ending = try await run.program.run(
                ["log"], environment: run.environment.merging(["TF_BUILD": "True"]) { $1 })
            #expect(ending.status == 0, "\(ending.messages)")
            try expectTame(ending.output + ending.messages)
        }
    }

    private func expectTame(_ text: String) throws {
        #expect(!text.isEmpty)
        let isTame = text.unicodeScalars.allSatisfy { scalar in
            let category = scalar.properties.generalCategory
            return scalar == "\n" || (category != .control && category != .format)
        }
        #expect(isTame)
        for line in text.split(separator: "\n") {
            #expect(!line.hasPrefix("##") && !line.hasPrefix("::"))
            #expect(!line.contains("##vso["))
        }
    }

    @Test func `a second backup of the same names changes nothing`() async throws {
        try await withHostile { run in
            try await run.backUp("users,groups,namedLocations")
            let before = try run.tree()
            run.tenant.configure { $0.shuffleSeed = 5 }

            try await run.backUp("users,groups,namedLocations")

            #expect(try run.tree() == before)
            #expect(try run.git("--git-dir=tenant.git", "rev-list", "--count", "main") == "1")
        }
    }
}
