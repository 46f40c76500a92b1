import ArgumentParser
import Foundation

/// Measures everything, prints the table and whether the targets were reached.
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure first and later backups beside git (the default).",
        discussion: """
            Prints Markdown and writes JSON. The status is 1 if something failed or git found \
            fault with a repository, and 0 if a target was missed.
            """)

    @Option(help: "How many users to make up.")
    var users = 100_000

    @Option(help: "How often everything is measured.")
    var rounds = 3

    @Flag(inversion: .prefixedNo, help: "End with a run over twelve times the users.")
    var large = true

    @Flag(inversion: .prefixedNo, help: "Measure a run that the service's limits bound.")
    var throttled = true

    @Flag(inversion: .prefixedNo, help: "Live a made-up year and judge who changed what.")
    var authors = true

    @Flag(inversion: .prefixedNo, help: "Push to a git host that holds a thousand runs.")
    var remotes = true

    @Flag(inversion: .prefixedNo, help: "Back up after a week with a million audit events.")
    var week = true

    @Option(help: "The folder of the tenant that the year begins with.")
    var tenant = "Fixtures/Tenants/contoso"

    @Option(help: "Where to write the results as JSON.")
    var json = ".build/bench.json"

    @Option(help: "A Markdown file to put the table into, between its marks.")
    var readme: String?

    @Option(help: "Where to make the temporary folder (default: the system's).")
    var scratch: String?

    func validate() throws {
        guard users >= 1_000, rounds >= 1 else {
            throw ValidationError("At least 1000 users and 1 round are needed.")
        }
    }

    func run() async throws {
        let results = try await Scratch.with(in: scratch) { scratch in
            try await measure(Workshop(scratch))
        }
        print(results.report)
        try results.write(to: json)
        if let readme { try MarkedSection.replace(in: readme, with: results.tables) }
    }

    private func measure(_ workshop: Workshop) async throws -> Results {
        var comparison = Comparison(workshop, users: users, rounds: rounds)
        let content = try comparison.prepare()
        try await comparison.measure()
        var results = try Results(comparison, content, stages: comparison.stages())
        // What was measured is not lost if a check fails.
        try results.write(to: json)
        try comparison.check()
        if throttled { results.add(try await ThrottledRun(workshop)) }
        if authors {
            results.add(
                try await AuthorsRun(
                    workshop, seed: 1, days: 365, tenant: tenant, isComparing: true))
        }
        if remotes {
            results.add(try await RemoteRun(workshop, users: users, rounds: rounds))
        }
        if week { results.add(try BusyWeek(workshop)) }
        if large { results.add(try LargeRun(workshop, users: users * LargeRun.factor)) }
        return results
    }
}

extension Comparison {
    /// Lets git judge all that Tenantkeep wrote.
    fileprivate func check() throws {
        let checks = RepositoryChecks(workshop: workshop)
        for (index, repository) in written.enumerated() {
            console.say("Checking repository \(index + 1) of \(written.count)")
            try checks.check(repository)
        }
        console.say("Repacking a copy")
        try checks.checkRepacking(of: written[0])
    }

    fileprivate func stages() throws -> [StageRate] {
        console.say("Measuring the parts one by one")
        return try workshop.measure(
            [workshop.programs.benchmark, "stages", "--json", "--pages", pages]
        ).decoded([StageRate].self)
    }
}

extension Results {
    /// Heading and tables.
    var tables: String {
        let parts = [heading, MarkdownTable(lines).text, MarkdownTable(stages: stages).text]
        let more = [
            throttled?.sentence, authors?.kinds.text, authors?.sentence, remotes?.table.text,
            remotes?.sentence, week?.sentence,
        ]
        return (parts + more.compactMap(\.self)).joined(separator: "\n\n")
    }

    /// All that is printed.
    fileprivate var report: String {
        let share = self[.overHTTP].median {
            ($0.simulatorCPU ?? 0) / (($0.simulatorCPU ?? 0) + $0.usage.cpu)
        }
        let note = String(
            format: "Over HTTP, the simulator took %.0f %% of the processor time of both.",
            share * 100)
        return [
            tables, authors?.types.text ?? "", note, verdicts.map(\.line).joined(separator: "\n"),
        ]
        .joined(separator: "\n\n")
    }
}
