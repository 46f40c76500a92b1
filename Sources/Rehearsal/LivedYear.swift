import BackupEngine
import FoundationEssentials
package import TenantSimulator

/// A year of a made-up company, backed up every day over HTTP.
package struct LivedYear {
    private var company: Company
    /// Knows what to expect; asked for a verdict once git has told the history.
    package private(set) var judgement = Judgement()
    /// Changed objects, whether or not the log has their authors.
    package private(set) var changes = 0
    /// Requests of all sweeps.
    package private(set) var requests = 0
    /// Requests of the usual method.
    package private(set) var plainRequests = 0

    /// Lives the year's first days.
    ///
    /// - Parameters:
    ///   - folder: the tenant to begin with.
    ///   - repository: where to back it up.
    ///   - isComparing: whether the usual method is tried beside the backup.
    package static func live(
        _ year: Year, for days: Int, in folder: String, repository: String,
        isComparing: Bool = false,
        progress: (Int) -> Void = { _ in }
    ) async throws -> LivedYear {
        let clock = SharedClock(Timestamp(seconds: 1_793_000_000))
        let configuration = SimulatedTenant.Configuration(
            .folder(folder), settings: Settings(throttling: .service()), clock: clock)
        return try await withSimulatedTenant(configuration) { tenant in
            let rehearsal = try Rehearsal(of: tenant, clock, in: repository, types: ["All"])
            var lived = LivedYear(company: Company(tenant, clock))
            var last = clock.date
            try await rehearsal.backUp()
            for day in 0..<days {
                tenant.forgetRequests()
                last = try await lived.live(year, day, rehearsal, since: last, isComparing)
                progress(day + 1)
            }
            return lived
        }
    }

    private init(company: Company) { self.company = company }

    /// Returns when the day's backup began.
    private mutating func live(
        _ year: Year, _ day: Int, _ rehearsal: Rehearsal, since last: Date, _ isComparing: Bool
    ) async throws -> Date {
        let changes = try company.live(year, day: day)
        let start = rehearsal.clock.date
        let result = try await rehearsal.backUp()
        judgement.expect(changes, in: result.run)
        self.changes += changes.count
        requests += result.record.audit.requests
        if isComparing { try await compare(changes, rehearsal, since: last) }
        return start
    }

    private mutating func compare(
        _ changes: [Company.Change], _ rehearsal: Rehearsal, since: Date
    ) async throws {
        let (found, requests) = try await rehearsal.withClient { client in
            var plain = PlainMethod(client)
            var found: [Set<String>] = []
            for change in changes {
                found.append(try await plain.authors(of: change.ids.last ?? "", since: since))
            }
            return (found, plain.requests)
        }
        plainRequests += requests
        for (change, authors) in zip(changes, found) { judgement.addPlain(authors, for: change) }
    }

    /// Compares what git says with the truth.
    package mutating func judge(_ history: RecordedHistory) {
        judgement.judge(history, by: company)
    }
}
