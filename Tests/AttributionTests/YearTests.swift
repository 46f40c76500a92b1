import Attribution
import CanonicalJSON
import Foundation
import Rehearsal
import TenantSimulator
import Testing

/// A year of a made-up company against the truth that its log half hides.
struct YearTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Tenants/contoso").path

    /// Several deeds of a day are one change, so that 5,000 of them leave some 4,400. ``Company``
    /// says of which the log has the answer: two thirds. `make bench` lives the same year over HTTP,
    /// `make soak` those of other seeds.
    @Test(arguments: [9, 2] as [UInt64])
    func `a year of five thousand deeds names whom the log knows, and nobody else`(
        seed: UInt64
    ) async throws {
        let year = Year.busy(seed: seed)
        let clock = ManualClock(Timestamp(seconds: 1_793_000_000))
        try await withSimulatedTenant(.init(.folder(Self.folder), clock: clock)) { tenant in
            var company = Company(tenant, clock)
            var tally = Tally()

            for day in 0..<year.days {
                let since = clock.now
                let changes = try company.live(year, day: day)
                let events = try tenant.auditEvents(since: since + -3600).compactMap {
                    try AuditEvent(noted: JSONValue(parsing: $0.json.bytes))
                }
                let ids = company.ids
                let index = AuditIndex(events, isKnown: { ids.contains($0) })
                for change in changes {
                    tally.add(change, index.matches(for: change, since: since, read: clock.now))
                }
            }

            let report = Comment(rawValue: tally.report)
            #expect(tally.changes > 4200, report)
            #expect(tally.known > 2800, report)
            #expect(tally.right * 100 >= tally.known * 99, report)
            #expect(tally.wrongExact == 0, report)
        }
    }
}

extension AuditIndex {
    fileprivate func matches(
        for change: Company.Change, since: Timestamp, read: Timestamp
    ) -> [Match] {
        matches(
            for: ObjectChange(
                change.type, ids: change.ids, kind: change.kind, before: change.before,
                after: change.after, since: Moment(ticks: since.ticks),
                read: Moment(ticks: read.ticks)))
    }
}

extension Actor {
    /// As the company knows them: people and programs by ID, the service by name.
    fileprivate var known: String {
        kind == .service ? String(name.dropLast(" (SP)".count)).lowercased() : id
    }
}

/// What came of the changed objects.
private struct Tally {
    var changes = 0
    /// Whose authors the log has, and of them those that got just these.
    var known = 0
    var right = 0
    /// Whose matches are exact, but with an author that had no part.
    var wrongExact = 0
    var wrong: [String] = []

    mutating func add(_ change: Company.Change, _ matches: [Match]) {
        let isRight = Set(matches.actors.map(\.known)) == change.authors
        let strangers = matches.filter { match in
            match.kind == .exact && match.actor.map { !change.authors.contains($0.known) } ?? false
        }
        changes += 1
        known += change.isInLog ? 1 : 0
        right += change.isInLog && isRight ? 1 : 0
        wrongExact += strangers.isEmpty ? 0 : 1
        if !strangers.isEmpty || change.isInLog && !isRight {
            let found = matches.map { "\($0.kind) \($0.event.activity) by \($0.actor?.id ?? "")" }
            wrong.append("\(change.folder): \(found), not \(change.authors)")
        }
    }

    var report: String {
        (["\(changes) changes, \(right) of \(known) right, \(wrongExact) wrong though exact"]
            + wrong)
            .joined(separator: "\n")
    }
}
