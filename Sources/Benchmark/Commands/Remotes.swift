import ArgumentParser

/// Measures backups that are pushed to a git host with a long history.
struct Remotes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Push to a git host that holds a thousand runs.",
        discussion: "The status is 1 if a target was missed, or git finds fault.")

    @Option(help: "How many users the tenant has.")
    var users = 100_000

    @Option(help: "How often everything is measured.")
    var rounds = 3

    @Option(help: "Where to make the temporary folder (default: the system's).")
    var scratch: String?

    func validate() throws {
        guard users >= 1_000, rounds >= 1 else {
            throw ValidationError("At least 1000 users and 1 round are needed.")
        }
    }

    func run() async throws {
        let run = try await Scratch.with(in: scratch) { scratch in
            try await RemoteRun(Workshop(scratch), users: users, rounds: rounds)
        }
        print(run.report)
        guard run.verdicts.allSatisfy(\.isReached) else { throw Failed("A target was missed.") }
    }
}

extension RemoteRun {
    /// All that is printed.
    fileprivate var report: String {
        [table.text, sentence, verdicts.map(\.line).joined(separator: "\n")]
            .joined(separator: "\n\n")
    }
}
