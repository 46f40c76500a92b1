import Foundation
import Testing

/// The built program itself, as far as it needs no network.
struct ProgramTests {
    private let signIn = [
        "AZURE_TENANT_ID": "contoso.example", "AZURE_CLIENT_ID": "app", "AZURE_CLIENT_SECRET": "s3",
    ]

    @Test func `help and version go to standard output`() async throws {
        let program = try Program()

        let help = try await program.run("--help")
        let version = try await program.run("--version")

        #expect(help.status == 0)
        #expect(help.output.contains("backup"))
        #expect(help.messages.isEmpty)
        #expect(version.status == 0)
        #expect(version.output == "tenantkeep 0.1.0\n")
    }

    @Test func `types are a table, or one document`() async throws {
        let program = try Program()

        let table = try await program.run("types", "Config", "groups")
        let document = try await program.run("types", "Config", "groups", "--json")

        #expect(table.status == 0)
        #expect(table.output.contains("groups/members"))
        let permissions = try #require(try document.document()["permissions"] as? [String])
        #expect(permissions.contains("Policy.Read.All"))
        for permission in permissions { #expect(table.output.contains("  \(permission)\n")) }
    }

    @Test func `a wrong type ends with 2 and the nearest`() async throws {
        let ending = try await Program().run("backup", "--type", "usres")

        #expect(ending.status == 2)
        #expect(ending.output.isEmpty)
        #expect(ending.messages.contains("Did you mean users?"))
    }

    @Test(arguments: ["--runs-ref", "--remote-branch"])
    func `a wrong name of a ref is refused, be there a remote or not`(flag: String) async throws {
        for remote in [["--push", "https://git.example/tenant.git"], []] {
            let arguments = ["backup", flag, "a..b"] + remote
            let ending = try await Program().run(arguments, environment: signIn)

            #expect(ending.status == 2, "\(ending.messages)")
            #expect(ending.messages.contains("\"a..b\""))
            #expect(ending.messages.contains(flag))
        }
    }

    @Test func `an error with json is one document`() async throws {
        for arguments in [["--type", "usres"], ["--nonsense"]] {
            let ending = try await Program().run(
                "backup", "--json", arguments[0], arguments.last ?? "")

            let document = try ending.document()
            let error = try #require(document["error"] as? [String: Any])
            #expect(ending.status == 2)
            #expect(document["exitStatus"] as? Int == 2)
            #expect(error.keys.sorted() == ["hint", "message", "reason"])
            #expect(ending.messages.hasPrefix("Error: "))
        }
    }

    @Test func `an unknown key in the folder's file ends with 2, its line and the nearest`()
        async throws
    {
        let program = try Program()
        try program.write("repo: ./x.git\nbrnach: main\n", to: "tenantkeep.yaml")

        let ending = try await program.run("backup", environment: signIn)

        #expect(ending.status == 2)
        #expect(
            ending.messages == """
                Error: Could not use tenantkeep.yaml, line 2: there is no key brnach.
                Hint: Did you mean branch?

                """)
        #expect(!program.exists("x.git"))
    }

    @Test func `a file that nobody named cannot say where the secret goes`() async throws {
        let program = try Program()
        try program.write("endpoints: {authority: http://127.0.0.1:1}\n", to: "tenantkeep.yaml")

        let ending = try await program.run("backup", environment: signIn)

        #expect(ending.status == 2)
        #expect(ending.messages.contains("say --config tenantkeep.yaml"))
    }

    @Test func `a missing variable ends with 2 and its name`() async throws {
        var environment = signIn
        environment["AZURE_CLIENT_SECRET"] = nil
        let program = try Program()

        let ending = try await program.run("backup", environment: environment)

        #expect(ending.status == 2)
        #expect(ending.messages.contains("AZURE_CLIENT_SECRET is not set."))
        #expect(!program.exists("tenant.git"))
    }

    @Test func `a log without a repository ends with 2 and what to do`() async throws {
        let ending = try await Program().run("log")

        #expect(ending.status == 2)
        #expect(ending.output.isEmpty)
        #expect(
            ending.messages == """
                Error: Could not read ./tenant.git: there is no repository yet.
                Hint: Make the first backup, or name another path with --repo.

                """)
    }

    @Test func `a folder that is no repository ends with 2 and stays as it is`() async throws {
        let program = try Program()
        try program.write("mine", to: "notes.txt")

        let ending = try await program.run("log", "--repo", ".")

        #expect(ending.status == 2)
        #expect(ending.messages.hasPrefix("Error: Could not use ."))
        #expect(program.exists("notes.txt"))
    }

    @Test func `flags win over the environment, and that over the file`() async throws {
        let program = try Program()
        try program.write("repo: ./file.git\n", to: "contoso.yaml")
        let file = ["TENANTKEEP_CONFIG": "contoso.yaml"]
        let both = file.merging(["TENANTKEEP_REPO": "./environment.git"]) { $1 }

        let first = try await program.run("log", environment: file)
        let second = try await program.run("log", environment: both)
        let third = try await program.run("log", "--repo", "./flag.git", environment: both)

        #expect(first.messages.contains("./file.git:"))
        #expect(second.messages.contains("./environment.git:"))
        #expect(third.messages.contains("./flag.git:"))
    }

    @Test func `colour comes only when it is asked for`() async throws {
        let program = try Program()

        let plain = try await program.run("log")
        let coloured = try await program.run("log", "--color", "always")

        #expect(!plain.messages.contains("\u{1B}"))
        #expect(coloured.messages.hasPrefix("\u{1B}[31mError:\u{1B}[0m Could not"))
    }

    @Test func `an agent is given no command that an argument smuggles in`() async throws {
        let ending = try await Program().run(
            "types", "##vso[task.setvariable variable=x]y\n::add-mask::z",
            environment: ["TF_BUILD": "True"])

        #expect(ending.status == 2)
        #expect(!ending.messages.contains("##vso["))
        #expect(!ending.messages.contains("::"))
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
    func `a signal ends a backup with its status, and nothing is left behind`(
        signal: Int32, status: Int
    ) async throws {
        let server = try SilentServer()
        let address = "http://127.0.0.1:\(server.port)"
        let program = try Program()

        let ending = try await program.run(
            "backup", "--authority-endpoint", address, "--graph-endpoint", address,
            environment: signIn
        ) { process in
            try await server.waitForConnection(of: process)
            kill(process.processIdentifier, signal)
        }

        #expect(Int(ending.status) == status)
        #expect(
            ending.messages == """
                Signing in with a client secret of app.
                Error: The backup was interrupted; the repository is as it was.

                """)
        #expect(!program.exists("tenant.git"))
    }
}
