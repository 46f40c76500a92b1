import Foundation
import Rehearsal
import TenantSimulator
import TestSupport
import Testing

/// Daily backups of a made-up company over HTTP, judged by what git says of them.
struct DailyTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Tenants/contoso").path

    /// Two weeks of a year such as `make bench` and `make soak` live as a whole.
    @Test func `daily backups name in git whom the log knows, and nobody else`() async throws {
        let repository = try TemporaryRepository()

        var lived = try await LivedYear.live(
            .busy(seed: 3), for: 14, in: Self.folder, repository: repository.path)
        lived.judge(RecordedHistory(try repository.git(RecordedHistory.arguments)))

        let scores = lived.judgement.scores
        let report = Comment(rawValue: scores.report)
        #expect(scores.total.count > 110, report)
        #expect(scores.total.right * 100 >= scores.total.count * 99, report)
        #expect(scores.wrongExact == [], report)
        // Every changed file is one that the company knows of.
        #expect(lived.judgement.unexplained == [])
        #expect(lived.requests <= 14 * 2)
        #expect(try repository.git("fsck", "--strict", "--full") == "")
    }

    @Test func `a thousand changed files cost no more requests than the log has pages`()
        async throws
    {
        let repository = try TemporaryRepository()

        let burst = try await Burst(of: 1_000, repository: repository.path, isComparing: false)

        #expect(burst.changes == 1_000)
        #expect(burst.sweepRequests <= burst.pages && burst.pages == 2)
        let authors = try repository.git("log", "-1", "--format=%an", "--stat", "main")
        #expect(authors.contains("1000 files changed") && !authors.hasPrefix("unknown"))
    }
}
