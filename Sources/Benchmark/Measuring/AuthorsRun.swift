import Foundation
import Rehearsal
import TenantSimulator

/// A made-up year, backed up daily over HTTP: how many changes have the right authors, and what it
/// takes to find them, beside the usual way of asking for each.
struct AuthorsRun: Codable {
    let seed: UInt64
    let days: Int
    let changes: Int
    let scores: Scores
    /// Seconds, the usual way left out.
    let wall: Double
    let sweepRequests: Int
    let plainRequests: Int
    let burst: Burst

    /// - Parameters:
    ///   - tenant: the folder of the tenant that the year begins with.
    ///   - isComparing: whether the usual way is tried too.
    init(
        _ workshop: Workshop, seed: UInt64, days: Int, tenant: String, isComparing: Bool
    ) async throws {
        self.seed = seed
        self.days = days
        let repository = workshop.scratch.path("authors.git")
        let began = ContinuousClock.now
        var lived = try await LivedYear.live(
            .busy(seed: seed), for: days, in: tenant, repository: repository,
            isComparing: isComparing
        ) { day in
            if day % 30 == 0 { Console().say("Lived \(day) days with the seed \(seed)") }
        }
        wall = began.duration(to: .now) / .seconds(1)
        let text = try workshop.run(
            ["git", "--git-dir", repository] + RecordedHistory.arguments
        ).text()
        lived.judge(RecordedHistory(text))
        try RepositoryChecks(workshop: workshop).checkObjects(of: repository)
        try workshop.scratch.remove("authors.git")
        changes = lived.changes
        scores = lived.judgement.scores
        sweepRequests = lived.requests
        plainRequests = lived.plainRequests
        let other = workshop.scratch.path("burst.git")
        burst = try await Burst(of: 1_000, repository: other, isComparing: isComparing)
        try workshop.scratch.remove("burst.git")
    }

    // MARK: - Telling

    private static let head = ["right", "wrong", "unknown"]

    private var isComparing: Bool { plainRequests > 0 }

    private func cells(_ score: Scores.Score) -> [String] {
        [score.right, score.wrong, score.unknown].map { $0 == 0 ? "–" : "\($0)" }
    }

    /// A line for each kind of match, then all, then the usual way.
    var kinds: MarkdownTable {
        var rows = Scores.kinds.map { [$0] + cells(scores.total(of: $0)) }
        rows.append(["all"] + cells(scores.total))
        if isComparing { rows.append(["a query a file"] + cells(scores.totalOfPlain)) }
        return MarkdownTable(head: ["match"] + Self.head, rows: rows)
    }

    /// A line for each type: right and wrong by kind, then the usual way.
    var types: MarkdownTable {
        let rows = scores.types.map { type -> [String] in
            let byKind = Scores.kinds.map { kind -> String in
                let score = scores.score(of: type, kind)
                guard score.count > 0 else { return "–" }
                return score.wrong + score.unknown == 0
                    ? "\(score.right)" : "\(score.right)/\(score.wrong)/\(score.unknown)"
            }
            guard isComparing else { return [type] + byKind }
            let plain = scores.plainScore(of: type)
            return [type] + byKind + ["\(plain.right)/\(plain.wrong)/\(plain.unknown)"]
        }
        let head = ["right/wrong/unknown"] + Scores.kinds + (isComparing ? ["a query a file"] : [])
        return MarkdownTable(head: head, rows: rows)
    }

    var sentence: String {
        let total = scores.total
        let lived = String(
            format: """
                Authors: a year of 5000 changes by 40 people and 10 applications, backed up %d times \
                over HTTP in %.0f s. Of %d changed files the audit log has the authors of %d; %.2f %% \
                of these carry just them, %d a wrong one by an exact match. The sweeps took %d \
                requests. %d files changed at once take one sweep of %d requests and %.0f s.
                """,
            days, wall, total.count + scores.hidden, total.count,
            Double(total.right) / Double(max(1, total.count)) * 100, scores.wrongExact.count,
            sweepRequests, burst.changes, burst.sweepRequests, burst.sweepSeconds)
        guard isComparing else { return lived }
        let plain = scores.totalOfPlain
        return lived
            + String(
                format: """
                     A query for each file and everybody who is found: %.1f %% and %d requests; for \
                    the files changed at once %d requests and %.0f s.
                    """,
                Double(plain.right) / Double(max(1, plain.count)) * 100, plainRequests,
                burst.plainRequests, burst.plainSeconds)
    }

    var verdicts: [Verdict] {
        let total = scores.total
        let share = Double(total.right) / Double(max(1, total.count)) * 100
        return [
            Verdict("at least 99 % of files with the right authors", share, " %", share >= 99),
            Verdict(
                "no wrong author by an exact match", "\(scores.wrongExact.count)",
                scores.wrongExact.isEmpty),
            Verdict(
                "1000 changed files ask no more than the log has pages",
                "\(burst.sweepRequests) of \(burst.pages)", burst.sweepRequests <= burst.pages),
        ]
    }
}
