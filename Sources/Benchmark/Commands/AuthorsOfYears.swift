import ArgumentParser
import Rehearsal

/// Lives made-up years, backs them up daily over HTTP, and judges the authors git tells.
struct AuthorsOfYears: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authors",
        abstract: "Back made-up years up daily and judge the authors.",
        discussion: "The status is 1 if a target was missed, or git finds fault.")

    @Option(help: "Seeds of the years.")
    var seed: [UInt64] = [1]

    @Option(help: "How many days of each.")
    var days = 365

    @Option(help: "The folder of the tenant that a year begins with.")
    var tenant = "Fixtures/Tenants/contoso"

    @Flag(inversion: .prefixedNo, help: "Ask the log for each changed file too.")
    var compare = true

    @Option(help: "Where to make the temporary folder (default: the system's).")
    var scratch: String?

    func validate() throws {
        guard days >= 1 else { throw ValidationError("At least 1 day is needed.") }
    }

    func run() async throws {
        let missed = try await Scratch.with(in: scratch) { scratch in
            var missed = 0
            for seed in seed {
                let run = try await AuthorsRun(
                    Workshop(scratch), seed: seed, days: days, tenant: tenant,
                    isComparing: compare)
                print(run.report)
                missed += run.verdicts.count { !$0.isReached }
            }
            return missed
        }
        guard missed == 0 else { throw Failed("\(missed) targets were missed.") }
    }
}

extension AuthorsRun {
    /// All that is printed.
    var report: String {
        let wrong = (scores.wrongExact + scores.wrong).joined(separator: "\n")
        return [
            types.text, kinds.text, sentence, wrong, verdicts.map(\.line).joined(separator: "\n"),
        ].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}
