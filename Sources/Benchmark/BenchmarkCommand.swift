import ArgumentParser
import GitStore

/// Measures Tenantkeep beside git, on made-up users.
///
/// Every measured thing is a process of its own, so that its time and memory are the operating
/// system's figures for it alone. Where the thing is not a program that exists anyway, it is a
/// hidden subcommand of this one.
@main
struct BenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmark",
        abstract: "Measure Tenantkeep beside git, on made-up users.",
        discussion: """
            Example:
              Benchmark --users 20000 --rounds 3 --no-large
            """,
        subcommands: [
            Compare.self, Years.self, Record.self, Change.self, BackUp.self, Stream.self,
            Stages.self, AuthorsOfYears.self, Remotes.self,
        ],
        defaultSubcommand: Compare.self)

    static func main() async {
        Heap.keepsPages()  // as the program does
        await main(nil)
    }
}

/// Something went wrong: what was to be done and why it was not.
struct Failed: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
