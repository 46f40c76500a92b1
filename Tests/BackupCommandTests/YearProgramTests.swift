import Foundation
import TenantSimulator
import TestSupport
import Testing

/// A year of a tenant, backed up once a quarter.
struct YearProgramTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Tenants/contoso").path

    @Test func `four backups of a year end in the tree of one that saw only its end`()
        async throws
    {
        let clock = ManualClock(Timestamp(seconds: 1_793_000_000))
        try await withSimulatedTenant(.init(.folder(Self.folder), clock: clock)) { tenant in
            let run = try EndToEnd(tenant)
            let types = "Config,Users,Groups,Applications,ServicePrincipals"
            var year = Year(seed: 2)
            year.days = 360

            var statuses = [try await run.backUp(types).status]
            for day in 0..<year.days {
                try tenant.live(year, day: day)
                guard day % 90 == 89 else { continue }
                let ending = try await run.backUp(types, arguments: ["--accept-deletions"])
                statuses.append(ending.status)
            }
            let fresh = try await run.backUp(types, repository: "fresh.git")

            #expect(Set(statuses) == [fresh.status] && [0, 3].contains(fresh.status))
            #expect(try run.tree() == run.tree(in: "fresh.git"))
            let commits = try run.git("--git-dir=tenant.git", "rev-list", "--count", "main")
            #expect(Int(commits) ?? 0 >= 5)
            try run.expectSound()
        }
    }
}
