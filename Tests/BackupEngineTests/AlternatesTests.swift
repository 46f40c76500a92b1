import BackupEngine
import FoundationEssentials
import GitObjects
import TestSupport
import Testing

/// A repository that borrows its objects from another, with a remote.
struct AlternatesTests {
    @Test func `what is borrowed counts as here when a remote is asked`() async throws {
        let tenant = RecordedTenant(["people": .pages([items(0..<40)])])
        let place = try TemporaryRepository()
        try place.initialize()
        let main = try #require(RefName.branch("main"))
        let runs = try Runs()
        let remote = RemoteOptions(LocalRemote(path: place.path), branch: main)
        try await runs.run(tenant, all(people)) { $0.remote = remote }
        // All objects go to another repository, as `git clone --reference` leaves them.
        let lender = "\(runs.repository.folder)/lender.git"
        try runs.repository.git("clone", "--quiet", "--mirror", ".", lender)
        try runs.repository.run(["sh", "-c", "rm -f objects/pack/*"])
        try runs.repository.write("objects/info/alternates", "\(lender)/objects\n".utf8)
        tenant.set("people", .pages([items(1..<41)]))

        let result = try await runs.run(tenant, all(people)) { $0.remote = remote }

        #expect(result.push?.failure == nil)
        #expect(try place.git("rev-list", "--count", "main") == "2")
        #expect(try place.git("fsck", "--strict", "--full", "--no-dangling") == "")
        try runs.expectSound()
    }
}
