import BackupEngine
import FoundationEssentials
import GitObjects
import GraphCatalog
import Testing

@testable import BackupCommand

struct BackupRequestTests {
    @Test func `without a word everything has its default`() throws {
        let request = try BackupRequest(Settings())

        let options = request.options(tenant: "t", start: Date(timeIntervalSince1970: 0))

        #expect(options.repository == "./tenant.git")
        #expect(options.branch.text == "refs/heads/main")
        #expect(options.root == .top)
        #expect(options.identityName == "Tenantkeep")
        #expect(options.identityEmail == "tenantkeep@localhost")
        #expect(options.version == "0.1.0")
        #expect(!options.isDryRun)
        #expect(!options.acceptDeletions)
        #expect(options.selection.contains { $0.resource.name == "organization" })
        #expect(!options.selection.contains { $0.resource.name == "users" })
    }

    @Test func `settings reach the engine`() throws {
        let request = try BackupRequest(
            flags([
                .repo: ["/srv/contoso.git"], .branch: ["backup/prod"], .root: ["prod-backup"],
                .type: ["users,groups"], .exclude: ["groups/members"], .dryRun: ["true"],
                .acceptDeletions: ["true"], .identityName: ["Ops"],
                .identityEmail: ["ops@x.example"],
            ]))

        let options = request.options(tenant: "t", start: Date(timeIntervalSince1970: 0))

        #expect(options.repository == "/srv/contoso.git")
        #expect(options.branch.text == "refs/heads/backup/prod")
        #expect(options.root == RootPath("prod-backup"))
        #expect(options.selection.map(\.resource.name) == ["users", "groups", "groupSettings"])
        #expect(options.selection[1].children.map(\.resource.name) == ["groups/owners"])
        #expect(options.isDryRun)
        #expect(options.acceptDeletions)
        #expect(options.identityName == "Ops")
        #expect(options.identityEmail == "ops@x.example")
    }

    @Test func `a branch may be named in full`() throws {
        let request = try BackupRequest(flags([.branch: ["refs/heads/main"]]))

        #expect(request.branch == RefName.branch("main"))
    }

    @Test(arguments: [
        "https://dev.azure.com/contoso/backup/_git/tenant", "https://u:W0RD@host/x.git",
        "git@github.com:contoso/backup.git", "ssh://git@host/x.git", "host:x.git",
        "file:///srv/x.git", "https:/host/x.git", "~/t.git", "~", "~backup/t.git",
    ])
    func `what is no path is no repository`(text: String) throws {
        let places = [
            try flags([.repo: [text]]), try Settings(environment: ["TENANTKEEP_REPO": text]),
            try file("repo: \(text == "~" ? "\"~\"" : text)\n"),
        ]
        for (settings, place) in zip(places, ["--repo", "TENANTKEEP_REPO", "contoso.yaml, line 1"])
        {
            let failure = #expect(throws: CommandFailure.self) { try BackupRequest(settings) }

            #expect(failure?.message == "Could not use \(place)")
            #expect(failure?.status == .usage)
            #expect(failure?.sentence.contains("W0RD") == false)
            let hint = text.hasPrefix("~") ? "$HOME" : text.hasPrefix("file:") ? "path" : "--push"
            #expect(failure?.hint?.contains(hint) == true)
        }
    }

    @Test(arguments: ["./a:b.git", "./~t.git", "a/b:c.git", "/srv/~t.git", "t~.git", "tenant.git"])
    func `what is a path is taken as it is`(text: String) throws {
        #expect(try BackupRequest(flags([.repo: [text]])).repository == text)
    }

    @Test func `an unknown type names its place and the nearest`() throws {
        let settings = try file("branch: main\nexclude: [usres]\n")

        let failure = #expect(throws: CommandFailure.self) { try BackupRequest(settings) }

        #expect(
            failure?.sentence
                == "Could not use contoso.yaml, line 2: there is no type or group usres.")
        #expect(failure?.hint?.hasPrefix("Did you mean users?") == true)
        #expect(failure?.status == .usage)
    }

    @Test(arguments: [
        (Setting.branch, "a..b"), (.branch, "-x"), (.branch, ""), (.root, "a/../b"), (.root, "CON"),
        (.repo, " "), (.identityName, ""), (.exclude, "Config"), (.type, ""),
        (.branch, "refs/heads/"), (.tagFormat, ""), (.tagFormat, "%Q"), (.tagFormat, "%F %H"),
        (.branch, "refs/tags/a b"),
    ])
    func `what cannot be is refused by its name`(setting: Setting, text: String) throws {
        let settings = try flags([setting: [text]])

        let failure = #expect(throws: CommandFailure.self) { try BackupRequest(settings) }

        #expect(failure?.message == "Could not use \(setting.flag)")
        #expect(failure?.status == .usage)
    }
}
