import Foundation
import ProcessCarrier
import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand

/// Remotes that are not on the web.
struct RemotePlaceTests {
    @Test(arguments: [
        ("https://host.example/x.git", "https://host.example/x.git"),
        ("ssh://git@host.example/x.git", "ssh://git@host.example/x.git"),
        ("ssh://host.example:2222/x", "ssh://host.example:2222/x"),
        ("ssh://[::1]:2222/x", "ssh://[::1]:2222/x"),
        ("ssh://git:s3cret@host.example:2222/x@y", "ssh://git@host.example:2222/x@y"),
        ("ssh://git:s3@cr:et@host.example/x", "ssh://git@host.example/x"),
        ("ssh://:s3cret@host.example/x", "ssh://host.example/x"),
        ("ssh://git:s3/cret@host.example/x", nil),
        ("git@host.example:a/x.git", "git@host.example:a/x.git"), ("host:x", "host:x"),
        ("/srv/x.git", "/srv/x.git"), ("./x.git", "./x.git"), ("../x", "../x"),
        ("file:///srv/x.git", "/srv/x.git"),
        ("http://host.example/x", nil), ("ftp://host/x", nil), ("x.git", nil), ("", nil),
        ("ssh://-oProxyCommand=x/y", nil), ("-oProxyCommand=x:y", nil), ("ssh://host", nil),
        ("ssh:///x", nil), ("host:-x", nil), ("ho st:x", nil), (":x", nil), ("a@:x", nil),
    ])
    func `an address says how its repository is reached`(text: String, name: String?) {
        let found: String? =
            switch RemotePlace(text, [:]) {
            case .web(let url): "\(url)"
            case .ssh(let carrier): carrier.name
            case .folder(let path): path
            case nil: nil
            }

        #expect(found == name)
    }

    @Test func `a password in an address over SSH is nowhere to be seen`() async throws {
        let secret = "s3cret-of-tests"
        let host = try SSHHost()
        let url = host.url.replacing("@", with: ":\(secret)@")
        try await endToEnd(.init(users: 1)) { run in
            let environment = run.environment.merging(
                ["TENANTKEEP_PUSH": url, "HOME": host.home]) { $1 }
            let fetch = try await run.program.run(
                ["fetch", url, "--json", "--verbose", "--repo", "a.git"], environment: environment)
            try host.place.run(["rm", "\(host.home)/.ssh/known_hosts"])
            let refused = try await run.program.run(
                ["fetch", url, "--json", "--verbose", "--repo", "a.git"], environment: environment)
            let doctor = try await run.program.run(
                ["doctor", "--json", "--type", "users"], environment: environment)

            #expect(fetch.status == 0, "\(fetch.messages)")
            #expect(fetch.output.contains(host.url))
            #expect(refused.status != 0)
            for ending in [fetch, refused, doctor] {
                #expect(!ending.messages.contains(secret) && !ending.output.contains(secret))
            }
        }
    }

    @Test func `a run from an empty disk is pushed over SSH, and again`() async throws {
        let host = try SSHHost()
        try await endToEnd(.init(users: 60, groups: 6, membersPerGroup: 3)) { run in
            let settings = ["TENANTKEEP_PUSH": host.url, "HOME": host.home]
            for name in ["a.git", "b.git"] {
                let ending = try await run.backUp(
                    "users,groups", repository: name, changing: settings)

                #expect(ending.status == 0, "\(ending.messages)")
                let push = try #require(try ending.document()["push"] as? [String: Any])
                #expect(push["outcome"] as? String == "done")
            }
            #expect(
                try host.place.git("rev-list", "--count", "refs/tenantkeep/runs") == "2")
            #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
        }
    }

    @Test func `a run from an empty disk is pushed to a path, and again, without any git`()
        async throws
    {
        let place = try TemporaryRepository()
        try place.initialize()
        try await endToEnd(.init(users: 60, groups: 6, membersPerGroup: 3)) { run in
            let settings = ["TENANTKEEP_PUSH": place.path]
            for name in ["a.git", "b.git"] {
                let ending = try await run.backUp(
                    "users,groups", repository: name, changing: settings)

                #expect(ending.status == 0, "\(ending.messages)")
            }
            let fetch = try await run.program.run("fetch", place.path, "--repo", "whole.git")

            #expect(fetch.status == 0, "\(fetch.messages)")
            #expect(try place.git("rev-list", "--count", "refs/tenantkeep/runs") == "2")
            #expect(try place.git("fsck", "--strict", "--full", "--no-dangling") == "")
            #expect(run.program.exists("b.git/tenantkeep/partial"))
            #expect(!run.program.exists("whole.git/tenantkeep/partial"))
            try run.expectSound("whole.git")
        }
    }

    @Test func `doctor says whether a path can be pushed to`() async throws {
        let place = try TemporaryRepository()
        try place.initialize()
        try await endToEnd(.init(users: 1)) { run in
            for (path, outcome) in [(place.path, "ok"), ("/nothing-of-this-name", "failed")] {
                let ending = try await run.program.run(
                    ["doctor", "--json", "--type", "users"],
                    environment: run.environment.merging(["TENANTKEEP_PUSH": path]) { $1 })

                let checks = try #require(try ending.document()["checks"] as? [[String: Any]])
                #expect(checks.last?["check"] as? String == "remote")
                #expect(checks.last?["outcome"] as? String == outcome)
            }
            #expect(try place.files().filter { $0.contains("tenantkeep") } == [])
        }
    }
}
