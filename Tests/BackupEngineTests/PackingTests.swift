import BackupEngine
import GitStore
import GraphCatalog
import TestSupport
import Testing

struct PackingTests {
    /// Pages whose objects are alike, some of them on several pages.
    private func pages(_ count: Int) -> RecordedTenant.Answer {
        .pages(
            (0..<count).map { page in
                (0..<20).map { number in
                    let id = page * 18 + number
                    let members = (0..<10).map { "\"member\($0)\":\"value \($0 * id)\"" }
                    return item("person-\(id)", members.joined(separator: ","))
                }
            })
    }

    private func packs(in runs: Runs) throws -> [String] {
        try runs.repository.files().filter { $0.hasSuffix(".pack") }
    }

    @Test func `the pack does not depend on the number of workers`() async throws {
        var names: Set<[String]> = []
        for workers in [1, 2, 3, 8] {
            let runs = try Runs()

            try await runs.run(RecordedTenant(["people": pages(12)]), all(people)) {
                $0.workers = workers
            }

            names.insert(try packs(in: runs))
            try runs.expectSound()
        }
        #expect(names.count == 1)
    }

    @Test func `the tree does not depend on the order of pages and of objects in them`()
        async throws
    {
        guard case .pages(let all) = pages(6) else { return }
        var trees: Set<String> = []
        for seed in UInt64(1)...4 {
            var random = SplitMix64(seed: seed)
            let shuffled = all.shuffled(using: &random).map { $0.shuffled(using: &random) }
            let runs = try Runs()

            try await runs.run(
                RecordedTenant(["people": .pages(shuffled)]), BackupEngineTests.all(people))

            trees.insert(try runs.git("rev-parse", "main^{tree}"))
        }
        #expect(trees.count == 1)
    }

    @Test func `IDs that are prefixes of each other stand in git's order`() async throws {
        let ids = ["aaaaaaaa", "aaaaaaaa-", "aaaaaaaa0", "aaaaaaaa_", "aaaaaaaa.", "AAAAAAAA", "b"]
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([ids.reversed().map { item($0) }])])

        try await runs.run(tenant, all(people))

        #expect(try runs.files.count == ids.count)
        try runs.expectSound()
        let result = try await runs.run(tenant, all(people))
        #expect(result.changes.isEmpty)
    }

    @Test func `a file of somebody else's in the way of an object is named, and stays`()
        async throws
    {
        let runs = try Runs()
        try runs.repository.initialize()
        let blob = try runs.repository.git("hash-object", "-w", "--stdin", input: [1])
        let folder = try runs.repository.git(
            "mktree", input: Array("100644 blob \(blob)\tperson-1\n".utf8))
        let top = try runs.repository.git(
            "mktree", input: Array("040000 tree \(folder)\tPeople\n".utf8))
        let commit = try runs.repository.git("commit-tree", "-m", "mine", top)
        try runs.repository.git("update-ref", "refs/heads/main", commit)

        let tenant = RecordedTenant(["people": .pages([[item("person-1"), item("person-2")]])])
        let error = await #expect(throws: BackupError.self) {
            try await runs.run(tenant, all(people))
        }

        guard case .store(let reason)? = error else {
            Issue.record("Another error: \(String(describing: error))")
            return
        }
        #expect(reason.action == "write People/person-1/person-1.json")
        #expect(reason.reason == "person-1 is in its way in the tree")
        #expect(try runs.git("rev-parse", "main") == commit)
    }
}
