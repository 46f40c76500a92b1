import ArgumentParser
import Testing

@testable import BackupCommand

struct InvocationTests {
    private let recorder = Recorder()

    private func run(_ arguments: String..., environment: [String: String] = [:]) async -> Int32 {
        await Invocation(arguments, environment: environment, write: recorder.write).run().rawValue
    }

    private func flags(_ arguments: String...) throws -> [Setting: [String]] {
        let command = try TenantkeepCommand.parseAsRoot(arguments)
        return try #require(command as? any Subcommand).flags
    }

    @Test func `every option of a backup becomes its setting`() throws {
        let flags = try flags(
            "backup", "--repo", "r", "--config", "c", "--branch", "b", "--root", "p", "--type",
            "x,y", "--type", "z", "--exclude", "e", "--all", "--cloud", "china",
            "--graph-endpoint", "g", "--authority-endpoint", "a", "--arm-endpoint", "m",
            "--identity-name", "n", "--identity-email", "i", "--cloud-only", "--dry-run",
            "--accept-deletions", "--tag-format", "t",
            "--json", "--quiet", "--verbose", "--color", "never")

        #expect(
            flags == [
                .repo: ["r"], .config: ["c"], .branch: ["b"], .root: ["p"], .type: ["x,y", "z"],
                .exclude: ["e"], .all: ["true"], .cloud: ["china"], .graphEndpoint: ["g"],
                .authorityEndpoint: ["a"], .armEndpoint: ["m"], .identityName: ["n"],
                .identityEmail: ["i"], .cloudOnly: ["true"], .dryRun: ["true"],
                .acceptDeletions: ["true"], .tagFormat: ["t"],
                .json: ["true"], .quiet: ["true"], .verbose: ["true"], .color: ["never"],
            ])
    }

    @Test func `the example of each command stands on one line, to be copied`() throws {
        for name in TenantkeepCommand.configuration.subcommands.map({ $0._commandName }) {
            let help = TenantkeepCommand.helpMessage(
                for: try #require(
                    TenantkeepCommand.configuration.subcommands.first { $0._commandName == name }),
                columns: 80)
            let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
            let place = try #require(lines.firstIndex(of: "Example:"), "\(name)")

            #expect(lines[place + 1].hasPrefix("  tenantkeep \(name)"))
            #expect(lines[place + 2].isEmpty, "\(name)")
        }
    }

    @Test func `an option that is not there says nothing`() throws {
        #expect(try flags("backup").values.allSatisfy(\.isEmpty))
        #expect(try flags("log").isEmpty)
        #expect(try flags("types", "Config").isEmpty)
        #expect(
            try flags("types", "--type", "a", "--exclude", "b", "--all", "--delegated")
                == [.type: ["a"], .exclude: ["b"], .all: ["true"], .delegated: ["true"]])
        #expect(try flags("log", "--limit", "5") == [.limit: ["5"]])
    }

    @Test(arguments: [
        (["backup", "--reop", "x"], "Unknown option '--reop'.", "Did you mean '--repo'?"),
        (["backup", "--repo"], "Missing value for '--repo <dir>'.", "tenantkeep backup --help"),
        (["log", "extra"], "Unexpected argument 'extra'.", "tenantkeep log --help"),
        (["bakcup"], "There is no command bakcup in this version.", "Did you mean backup?"),
        (["report"], "There is no command report in this version.", "tenantkeep --help"),
        (["--frobnicate"], "Unknown option '--frobnicate'.", "tenantkeep --help"),
        (["types", "usrs"], "There is no type or group usrs.", "Did you mean users?"),
        (["backup", "--tenant", "x"], "Unknown option '--tenant'.", "AZURE_TENANT_ID"),
        (
            ["backup", "--client-secret=hunter2"], "Unknown option '--client-secret'.",
            "set AZURE_CLIENT_SECRET"
        ),
    ])
    func `wrong arguments end with 2 and what was meant`(
        arguments: [String], sentence: String, hint: String
    ) async {
        let invocation = Invocation(arguments, environment: [:], write: recorder.write)

        #expect(await invocation.run().rawValue == 2)
        #expect(recorder.output.isEmpty)
        #expect(recorder.messages.hasPrefix("Error: \(sentence)\nHint: "))
        #expect(recorder.messages.contains(hint))
        #expect(!recorder.messages.contains("hunter2"))
    }

    @Test func `no command has an option for a secret`() {
        let help = [BackupSubcommand.helpMessage(), LogSubcommand.helpMessage()].joined()

        for word in ["secret", "password", "token", "client-id", "tenant-id"] {
            #expect(!help.contains("--\(word)"))
            #expect(!help.contains("-\(word) "))
        }
    }

    @Test(arguments: [["--help"], ["backup", "--help"], ["help", "log"], ["types", "-h"], []])
    func `help is a result, with an example`(arguments: [String]) async {
        let invocation = Invocation(arguments, environment: [:], write: recorder.write)

        #expect(await invocation.run() == .done)
        #expect(recorder.output.contains("Example:\n  tenantkeep "))
        #expect(recorder.messages.isEmpty)
    }

    @Test func `the version is one line`() async {
        #expect(await run("--version") == 0)
        #expect(recorder.output == "tenantkeep 0.1.0\n")
    }

    @Test func `only a backup ends in order`() {
        #expect(Invocation(["backup"], environment: [:]).endsInOrder)
        #expect(!Invocation(["log"], environment: [:]).endsInOrder)
        #expect(!Invocation(["backup", "--nonsense"], environment: [:]).endsInOrder)
    }

    @Test func `types of a group are its own`() async {
        #expect(await run("types", "skus") == 0)
        #expect(recorder.output.contains("\nsubscribedSkus  "))
        #expect(!recorder.output.contains("\nusers "))
        #expect(recorder.messages.isEmpty)
    }

    @Test func `types without a word are the catalog`() async {
        #expect(await run("types") == 0)
        for name in ["\nusers ", "\ngroups/members ", "\nnamedLocations ", "\nskus "] {
            #expect(recorder.output.contains(name) == (name != "\nskus "))
        }
    }

    @Test func `a variable that means nothing is told and passed over`() async {
        let status = await run("types", environment: ["TENANTKEEP_TPYE": "users"])

        #expect(status == 0)
        #expect(
            recorder.messages
                == "Warning: TENANTKEEP_TPYE means nothing here; did you mean TENANTKEEP_TYPE?\n")
    }
}
