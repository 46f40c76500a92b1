import BackupEngine
import FoundationEssentials
import GraphCatalog
import TestSupport
import Testing

struct RepositoryTests {
    @Test func `another tenant is refused before anything is read`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<2)])])
        try await runs.run(tenant, all(people))
        let before = try runs.git("for-each-ref")

        await #expect(throws: BackupError.self) {
            try await runs.run(tenant, all(people)) {
                $0.tenant = "22222222-2222-2222-2222-222222222222"
            }
        }

        #expect(tenant.asked.count == 1)
        #expect(try runs.git("for-each-ref") == before)
    }

    @Test func `a dry run writes nothing, not even a repository`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<2)])])

        let result = try await runs.run(tenant, all(people)) { $0.isDryRun = true }

        #expect(result.changes.map(\.name) == ["Number 0", "Number 1"])
        #expect(!FileManager.default.fileExists(atPath: runs.repository.path))
    }

    @Test func `below a root nothing else is touched`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<2)])])
        try await runs.run(tenant, all(people)) { $0.root = RootPath("prod-backup") ?? .top }

        #expect(
            try runs.files == [
                "prod-backup/People/id-0/id-0.json", "prod-backup/People/id-1/id-1.json",
            ])
    }

    @Test func `what others put beside the objects stays`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([items(0..<3)])])
        try await runs.run(tenant, all(people))
        let blob = try runs.repository.git("hash-object", "-w", "--stdin", input: [0x78])
        var names: [String] = []
        for name in ["README.md", "People/notes.txt", "People/id-1/why.txt", "People/Mine/a.txt"] {
            names.append("100644 blob \(blob)\t\(name)")
        }
        let before = try runs.repository.git("ls-tree", "-r", "main").split(separator: "\n")
        let commands = (before.map(String.init) + names).map { line in
            let parts = line.split(separator: "\t", maxSplits: 1)
            return "M 100644 \(parts[0].split(separator: " ")[2]) \(parts[1])\n"
        }
        let head =
            "commit refs/heads/main\ncommitter A <a@b> 1790000000 +0000\ndata 0\n"
            + "from refs/heads/main^0\n"
        try runs.repository.git(
            "fast-import", "--quiet", input: Array((head + commands.joined()).utf8))
        tenant.set("people", .pages([[item("id-0", "\"displayName\":\"New\"")]]))

        try await runs.run(tenant, all(people)) { $0.acceptDeletions = true }

        #expect(
            try runs.files == [
                "People/Mine/a.txt", "People/id-0/id-0.json", "People/id-1/why.txt",
                "People/notes.txt", "README.md",
            ])
        try runs.expectSound()
    }

    @Test func `of twins the first in byte order stays plain, and each keeps its path`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant(["people": .pages([[item("anna"), item("Anna")]])])
        try await runs.run(tenant, all(people))
        let files = try runs.files
        tenant.set("people", .pages([[item("anna"), item("ANNA")]]))

        try await runs.run(tenant, all(people)) { $0.acceptDeletions = true }

        let suffixed = try #require(files.last)
        #expect(files.first == "People/Anna/Anna.json" && suffixed.hasPrefix("People/anna~"))
        #expect(try runs.files == ["People/ANNA/ANNA.json", suffixed])
        try runs.expectSound()
    }
}
