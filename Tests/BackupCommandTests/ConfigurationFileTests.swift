import Testing

@testable import BackupCommand

struct ConfigurationFileTests {
    private func failure(_ text: String) throws -> CommandFailure {
        try #require(throws: CommandFailure.self) { try file(text) }
    }

    @Test func `every key of this version becomes its setting, with its line`() throws {
        let settings = try file(
            """
            repo: ./contoso.git
            branch: main
            root: prod-backup
            types: [Config, Users]
            exclude: [devices]
            cloud: usgov
            cloudOnly: true
            identity: {name: Tenantkeep, email: tenantkeep@localhost}
            """)

        #expect(settings.text(.repo) == "./contoso.git")
        #expect(settings.text(.branch) == "main")
        #expect(settings.text(.root) == "prod-backup")
        #expect(settings.list(.type) == ["Config", "Users"])
        #expect(settings.list(.exclude) == ["devices"])
        #expect(settings.text(.cloud) == "usgov")
        #expect(try settings.isOn(.cloudOnly))
        #expect(settings.text(.identityName) == "Tenantkeep")
        #expect(settings.text(.identityEmail) == "tenantkeep@localhost")
        #expect(settings[.exclude]?.origin == .file("contoso.yaml", line: 5))
        #expect(settings.values.count == 9)
    }

    @Test func `endpoints stand in the place of a cloud`() throws {
        let settings = try file(
            """
            endpoints:
              graph: https://graph.example
              authority: https://login.example
              arm: https://arm.example
            """)

        #expect(settings.text(.graphEndpoint) == "https://graph.example")
        #expect(settings.text(.authorityEndpoint) == "https://login.example")
        #expect(settings.text(.armEndpoint) == "https://arm.example")
        let both = try failure("cloud: public\nendpoints: {graph: https://graph.example}\n")
        #expect(
            both.sentence
                == "Could not use contoso.yaml, line 1: cloud and endpoints exclude each other.")
    }

    @Test(arguments: [
        ("# top\ntpyes: [Users]", 2, "tpyes", "types"),
        ("repo: x\nRoot: y", 2, "Root", "root"),
        ("identity:\n  name: x\n  mail: y", 3, "mail", "email"),
        ("endpoints: {grahp: x}", 1, "grahp", "graph"),
    ])
    func `an unknown key is refused with its line and the nearest key`(
        text: String, line: Int, key: String, nearest: String
    ) throws {
        let failure = try failure(text)

        #expect(
            failure.sentence == "Could not use contoso.yaml, line \(line): there is no key \(key).")
        #expect(failure.hint == "Did you mean \(nearest)?")
        #expect(failure.status == .usage)
    }

    @Test(arguments: [
        ("a: 1\n- b", 2), ("repo: [x]", 1), ("branch: main\ntypes: Users", 2),
        ("types:\n  - a\n  - [b]", 3), ("types:\n- ~", 2), ("repo:", 1), ("identity: x", 1),
        ("- repo", 1), ("types: {a: b}", 1), ("repo: x\nrepo: y", 2),
    ])
    func `a value of the wrong shape is refused with its line`(text: String, line: Int) throws {
        let failure = try failure(text)

        #expect(failure.message == "Could not use contoso.yaml, line \(line)")
        #expect(failure.status == .usage)
    }

    @Test func `the remote is two settings`() throws {
        let settings = try file("remote: {url: https://x.example/r, branch: nightly}")

        #expect(settings.text(.push) == "https://x.example/r")
        #expect(settings.text(.remoteBranch) == "nightly")
        #expect(try failure("remote: {uri: https://x.example}").hint?.contains("url") == true)
    }

    @Test(arguments: ["clientSecret", "AZURE_CLIENT_SECRET", "client_secret", "token", "password"])
    func `a secret is refused, and not repeated`(key: String) throws {
        let failure = try failure("\(key): hunter2")

        #expect(failure.hint?.contains("AZURE_CLIENT_SECRET in") == false)
        #expect(failure.hint?.contains("set AZURE_CLIENT_SECRET") == true)
        #expect(!"\(failure)".contains("hunter2"))
        #expect(failure.status == .usage)
    }

    @Test func `an empty file says nothing`() throws {
        #expect(try file("# nothing yet\n") == Settings())
    }

    @Test func `a file that is named must be there`() throws {
        let failure = try #require(throws: CommandFailure.self) {
            try ConfigurationFile.file(named: flags([.config: ["/no/such/file.yaml"]]))
        }

        #expect(
            failure.sentence
                == "Could not read the configuration /no/such/file.yaml: No such file or directory."
        )
        #expect(failure.status == .usage)
    }
}
