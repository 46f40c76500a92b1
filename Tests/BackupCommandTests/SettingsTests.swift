import Encodings
import Testing

@testable import BackupCommand

struct SettingsTests {
    @Test func `flags win over the environment, and that over the file`() throws {
        let layers = try file("repo: file\nbranch: file\nroot: file\n")
            .overlaid(
                with: Settings(
                    environment: [
                        "TENANTKEEP_REPO": "environment", "TENANTKEEP_BRANCH": "environment",
                    ])
            )
            .overlaid(with: flags([.repo: ["flag"]]))

        #expect(layers.text(.repo) == "flag")
        #expect(layers.text(.branch) == "environment")
        #expect(layers.text(.root) == "file")
    }

    @Test func `a list replaces a list`() throws {
        let layers = try file("types: [Config, Users]\n")
            .overlaid(with: flags([.type: ["groups"]]))

        #expect(layers.list(.type) == ["groups"])
    }

    @Test func `every option is a variable`() throws {
        for setting in Setting.allCases {
            let name =
                "TENANTKEEP_"
                + setting.flag.dropFirst(2).uppercased().map {
                    $0 == "-" ? "_" : String($0)
                }.joined()
            let settings = try Settings(environment: [name: "true"])

            #expect(settings[setting]?.origin == .variable(name))
        }
    }

    @Test func `an empty variable is not set`() throws {
        let settings = try file("repo: file\n")
            .overlaid(with: Settings(environment: ["TENANTKEEP_REPO": ""]))

        #expect(settings.text(.repo) == "file")
    }

    @Test func `commas and repetition make lists`() throws {
        let settings = try flags([.type: ["Config, Users", "groups,,"]])

        #expect(settings.list(.type) == ["Config", "Users", "groups"])
    }

    @Test func `all is the group All, in the place where it stands`() throws {
        let environment = try Settings(environment: ["TENANTKEEP_ALL": "true"])

        #expect(environment.list(.type) == ["All"])
        #expect(try flags([.all: ["true"], .type: ["users"]]).list(.type) == ["users", "All"])
        #expect(environment.overlaid(with: try flags([.type: ["users"]])).list(.type) == ["users"])
        #expect(try Settings(environment: ["TENANTKEEP_ALL": "false"]).list(.type).isEmpty)
    }

    @Test(arguments: [("true", true), ("1", true), ("YES", true), ("false", false), ("0", false)])
    func `yes and no have several words`(word: String, isOn: Bool) throws {
        #expect(try Settings(environment: ["TENANTKEEP_JSON": word]).isOn(.json) == isOn)
    }

    @Test func `what is neither yes nor no is refused by its name`() throws {
        let settings = try Settings(environment: ["TENANTKEEP_QUIET": "maybe"])

        let failure = #expect(throws: CommandFailure.self) { try settings.isOn(.quiet) }

        #expect(
            failure?.sentence == "Could not use TENANTKEEP_QUIET: maybe is neither true nor false.")
    }

    @Test func `a cloud that is named later replaces endpoints that were named before`() throws {
        let endpoints = try file("endpoints: {graph: https://graph.example}\n")

        #expect(try endpoints.overlaid(with: flags([.cloud: ["china"]]))[.graphEndpoint] == nil)
        let later = try file("cloud: china\n")
            .overlaid(with: flags([.graphEndpoint: ["https://graph.example"]]))
        #expect(later.text(.graphEndpoint) == "https://graph.example")
        #expect(later.text(.cloud) == "china")
    }

    @Test func `AZURE_AUTHORITY_HOST is an authority endpoint, after our own variable`() throws {
        let host = ["AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us/"]

        #expect(
            try Settings(environment: host).text(.authorityEndpoint) == host.values.first)
        let padded = host.mapValues { " \($0)\r\n" }
        #expect(
            try Settings(environment: padded).text(.authorityEndpoint) == host.values.first)
        let both = host.merging(["TENANTKEEP_AUTHORITY_ENDPOINT": "https://login.example"]) { $1 }
        #expect(
            try Settings(environment: both).text(.authorityEndpoint) == "https://login.example")
    }

    @Test func `a variable that the pipeline did not fill in is refused`() {
        let failure = #expect(throws: CommandFailure.self) {
            try Settings(environment: ["TENANTKEEP_BRANCH": "$(branchName)"])
        }

        #expect(failure?.status == .usage)
    }

    @Test func `a misspelt variable is told with the nearest`() {
        let unknown = Settings.unknownVariables(
            in: [
                "TENANTKEEP_BRANHC": "x", "TENANTKEEP_REPO": "y", "PATH": "z",
                "TENANTKEEP_REMOTE_TOKEN": "t", "TENANTKEEP_REMOTE_PASSWORD_FILE": "f",
            ])

        #expect(unknown.map(\.name) == ["TENANTKEEP_BRANHC"])
        #expect(unknown.map(\.nearest) == ["TENANTKEEP_BRANCH"])
    }

    @Test(arguments: [
        ("", "", 0), ("repo", "repo", 0), ("reop", "repo", 1), ("types", "type", 1),
        ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3),
    ])
    func `changes count letters`(a: String, b: String, count: Int) {
        #expect(editDistance(a, b) == count)
        #expect(editDistance(b, a) == count)
    }
}
