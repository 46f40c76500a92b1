import BackupEngine
import Foundation
import GraphCatalog
import TestSupport
import Testing

/// Commits by several authors in one run.
struct AuthorsTests {
    private func author(_ number: Int, time: Int) -> Authors {
        Authors(
            names: ["Author \(number)"], email: "author\(number)@contoso.com", time: Int64(time))
    }

    private func people(_ range: Range<Int>, _ value: (Int) -> String) -> RecordedTenant.Answer {
        .pages([range.map { item("person-number-\($0)", "\"value\":\"\(value($0))\"") }])
    }

    @Test func `each author's changes are one commit, the oldest first, the unknown last`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": people(0..<9) { _ in "old" }])
        try await runs.run(tenant, all(BackupEngineTests.people))
        tenant.set("people", people(0..<9) { _ in "new" })

        try await runs.run(
            tenant, all(BackupEngineTests.people),
            authors: { place in
                place % 3 == 2 ? nil : author(place % 3, time: 1_790_000_000 - place % 3)
            })

        #expect(
            try runs.git("log", "-3", "--format=%an %ae %at", "main").split(separator: "\n") == [
                "Tenantkeep tenantkeep@localhost 1790172800",
                "Author 0 author0@contoso.com 1790000000",
                "Author 1 author1@contoso.com 1789999999",
            ])
        for (commit, numbers) in [
            ("main~2", [1, 4, 7]), ("main~1", [0, 3, 6]), ("main", [2, 5, 8]),
        ] {
            let files = try runs.repository.git(
                "diff-tree", "--no-commit-id", "--name-only", "-r", commit)
            #expect(
                files.split(separator: "\n").map(String.init)
                    == numbers.map { "People/person-number-\($0)/person-number-\($0).json" })
        }
        try runs.expectSound()
    }

    @Test func `a first run begins with what nobody is known to have done`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": people(0..<4) { _ in "" }])

        try await runs.run(
            tenant, all(BackupEngineTests.people),
            authors: { $0 == 1 ? author(1, time: 1_700_000_000) : nil })

        #expect(
            try runs.git("log", "--format=%an", "main").split(separator: "\n") == [
                "Author 1", "Tenantkeep",
            ])
        try runs.expectSound()
    }

    /// The folder's tree is large enough to be written as deltas.
    @Test func `a folder that many commits change is one whole tree and a chain of deltas`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": people(0..<400) { _ in "old" }])
        try await runs.run(tenant, all(BackupEngineTests.people))
        tenant.set("people", people(0..<400) { $0 % 4 == 0 ? "new" : "old" })

        try await runs.run(
            tenant, all(BackupEngineTests.people),
            authors: { author($0 % 5, time: 1_780_000_000 + $0 % 5) })

        #expect(try runs.git("rev-list", "--count", "main") == "6")
        let whole = try runs.wholeTrees(of: "People", in: (0..<5).map { "main~\($0)" })
        #expect(whole == ["main~0"])
        try runs.expectSound()
        try runs.expectTrees(of: "main~4", "main")
    }

    /// The tree is large enough to have IDs written over in place, which creations and deletions
    /// between do not allow.
    @Test func `updates, creations and deletions by turns make the trees that git makes`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": people(0..<2_000) { _ in "old" }])
        try await runs.run(tenant, all(BackupEngineTests.people))
        tenant.set("people", people(3..<2_002) { $0 % 50 == 0 ? "new" : "old" })

        try await runs.run(
            tenant, all(BackupEngineTests.people),
            authors: { author($0 % 6, time: 1_780_000_000 + $0 % 6) })

        #expect(try runs.git("rev-list", "--count", "main") == "7")
        #expect(try runs.files.count == 1_999)
        let whole = try runs.wholeTrees(of: "People", in: (0..<6).map { "main~\($0)" })
        #expect(whole == ["main~0"])
        try runs.expectTrees(of: "main~5", "main~4", "main~3", "main~2", "main~1", "main")
        try runs.expectSound()
    }

    /// Six hundred commits: chains of three levels.
    @Test func `however many commits change a folder, one tree is whole and no chain is long`()
        async throws
    {
        let (runs, count) = try await manyAuthors(of: 700, changing: 600)

        #expect(try runs.git("rev-list", "--count", "main") == "\(count + 1)")
        let whole = try runs.wholeTrees(of: "People", in: (0..<count).map { "main~\($0)" })
        #expect(whole == ["main~0"])
        // Below 600 in octal digits, 777 adds up to most.
        #expect(try runs.longestChain() <= 21)
        try runs.expectTrees(
            of: "main", "main~1", "main~7", "main~8", "main~63", "main~64", "main~65", "main~511",
            "main~512", "main~513", "main~599")
        try runs.expectSound()
    }

    /// The change is an ID; it is in one delta for each octal digit of the number of commits.
    @Test func `a commit in between costs what it changes, however large the folder is`()
        async throws
    {
        let (small, count) = try await manyAuthors(of: 300, changing: 200)
        let (large, _) = try await manyAuthors(of: 3_000, changing: 200)

        for runs in [small, large] {
            let trees = (1..<count).map { "main~\($0):People" }
            #expect(try runs.diskSize(of: trees) / trees.count < 250)
        }
    }

    /// A repository with two runs: one of everybody, and one in which so many were changed, each by
    /// another author.
    private func manyAuthors(
        of count: Int, changing changed: Int
    ) async throws -> (runs: Runs, commits: Int) {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": people(0..<count) { _ in "old" }])
        try await runs.run(tenant, all(BackupEngineTests.people))
        // Spread over the whole folder, in an order that is not the folder's.
        let stride = count / changed
        tenant.set(
            "people",
            people(0..<count) { $0 % stride == 0 && $0 / stride < changed ? "new" : "old" })
        try await runs.run(
            tenant, all(BackupEngineTests.people),
            authors: { author($0, time: 1_780_000_000 + $0 * 7_919 % 1_009) })
        return (runs, changed)
    }

    @Test func `a folder that one commit empties is filled again by the next`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": people(0..<1) { _ in "old" }])
        try await runs.run(tenant, all(BackupEngineTests.people))
        tenant.set("people", people(5..<6) { _ in "new" })

        try await runs.run(
            tenant, all(BackupEngineTests.people),
            authors: { author($0, time: 1_780_000_000 + $0) })

        #expect(try runs.git("ls-tree", "-r", "--name-only", "main~1") == "")
        #expect(try runs.files == ["People/person-number-5/person-number-5.json"])
        try runs.expectSound()
    }

    /// The folder's tree is the same after the second commit as before the first.
    @Test func `trees that come back are written once`() async throws {
        let runs = try Runs()
        let answer = people(0..<300) { _ in "old" }
        let tenant = RecordedTenant(["people": answer])
        try await runs.run(tenant, all(BackupEngineTests.people))
        tenant.set("people", people(0..<300) { $0 == 7 ? "new" : "old" })
        try await runs.run(tenant, all(BackupEngineTests.people))
        tenant.set("people", answer)

        try await runs.run(tenant, all(BackupEngineTests.people))

        #expect(try runs.git("rev-parse", "main^{tree}") == runs.git("rev-parse", "main~2^{tree}"))
        try runs.expectSound()
    }
}

extension Runs {
    /// The commits whose tree at a path is not kept as a delta.
    fileprivate func wholeTrees(of path: String, in commits: [String]) throws -> [String] {
        let lines = try commits.map { try repository.git("rev-parse", "\($0):\(path)") }
        let bases = try repository.git(
            "cat-file", "--batch-check=%(deltabase)",
            input: Array(lines.map { "\($0)\n" }.joined().utf8)
        ).split(separator: "\n")
        return zip(commits, bases).filter { $1.allSatisfy { $0 == "0" } }.map(\.0)
    }

    /// Bytes that objects take in the packs.
    fileprivate func diskSize(of objects: [String]) throws -> Int {
        try repository.git(
            "cat-file", "--batch-check=%(objectsize:disk)",
            input: Array(objects.map { "\($0)\n" }.joined().utf8)
        ).split(separator: "\n").compactMap { Int($0) }.reduce(0, +)
    }

    /// The most deltas on top of one another in any pack.
    fileprivate func longestChain() throws -> Int {
        let packs = try FileManager.default.contentsOfDirectory(
            atPath: "\(repository.path)/objects/pack"
        ).filter { $0.hasSuffix(".idx") }
        return try packs.map { pack in
            try repository.git("verify-pack", "-v", "objects/pack/\(pack)")
                .split(separator: "\n").filter { $0.hasPrefix("chain length = ") }
                .compactMap { Int($0.dropFirst(15).prefix { $0.isNumber }) }.max() ?? 0
        }.max() ?? 0
    }

    /// Fails unless git builds the trees of some commits anew with the same IDs.
    fileprivate func expectTrees(of commits: String...) throws {
        for commit in commits {
            let list = try repository.gitBytes("ls-tree", "-z", "\(commit):People")
            #expect(
                try repository.git("mktree", "-z", input: list)
                    == repository.git("rev-parse", "\(commit):People"))
        }
    }
}
