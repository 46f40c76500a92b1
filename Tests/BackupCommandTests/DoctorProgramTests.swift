import Foundation
import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand

/// `tenantkeep doctor` beside the backup that it speaks about.
struct DoctorProgramTests {
    private struct Check: Equatable {
        let name: String
        let outcome: String
        let text: String
        let hint: String?
    }

    private func checks(_ ending: Program.Ending) throws -> [Check] {
        let document = try ending.document()
        #expect(document["exitStatus"] as? Int32 == ending.status)
        let entries = try #require(document["checks"] as? [[String: Any]])
        return try entries.map {
            #expect($0.keys.sorted() == ["check", "hint", "outcome", "text"])
            return Check(
                name: try #require($0["check"] as? String),
                outcome: try #require($0["outcome"] as? String),
                text: try #require($0["text"] as? String), hint: $0["hint"] as? String)
        }
    }

    private func examine(
        _ run: EndToEnd, _ types: String, changing changes: [String: String] = [:]
    ) async throws -> (status: Int32, checks: [Check]) {
        let environment = run.environment.merging(changes) { $1 }
        let ending = try await run.program.run(
            ["doctor", "--json", "--type", types], environment: environment)
        for secret in [run.tenant.app.secret, "eyJ"] {
            #expect(!ending.output.contains(secret) && !ending.messages.contains(secret))
        }
        return (ending.status, try checks(ending))
    }

    private func outcomes(_ checks: [Check], _ name: String) -> [String] {
        checks.filter { $0.name == name }.map(\.outcome)
    }

    @Test func `all is well, and nothing is written`() async throws {
        try await withContoso { run in
            let (status, checks) = try await examine(run, "organization,users,IAM")

            #expect(status == 0)
            #expect(
                checks.map(\.name) == [
                    "repository", "disk", "clock", "sign-in", "permissions", "permissions",
                    "permissions", "audit log", "azure",
                ])
            #expect(checks.allSatisfy { $0.outcome == "ok" }, "\(checks)")
            #expect(checks.allSatisfy { $0.hint == nil })
            #expect(!run.program.exists("tenant.git"))
            #expect(checks[3].text.contains(run.tenant.tenantID))
            #expect(checks[3].text.contains(run.tenant.app.clientID))
        }
    }

    @Test func `for people it is a line for each thing, with what to do below it`() async throws {
        try await withContoso { run in
            run.tenant.grant(["Organization.Read.All"])

            let ending = try await run.program.run(
                "doctor", "--type", "organization", environment: run.environment)

            #expect(ending.status == 0)
            #expect(ending.output.hasPrefix("ok       repository   ./tenant.git is not there yet"))
            #expect(ending.output.contains("\nwarning  audit log    That of Entra cannot be read"))
            #expect(
                ending.output.contains("\n         Grant AuditLog.Read.All, and consent to it."))
        }
    }

    @Test func `a repository is known with its last run`() async throws {
        try await withContoso { run in
            let backup = try await run.backUp("organization")
            let start = try #require(try backup.document()["start"] as? String)
            let refs = try run.refs()

            let (status, checks) = try await examine(run, "organization")

            #expect(status == 0)
            #expect(checks[0].text.contains("its last run began at \(start)"))
            #expect(try run.refs() == refs)
        }
    }

    @Test func `what is not permitted is named, as the backup will name it`() async throws {
        try await withContoso { run in
            run.tenant.grant(["Organization.Read.All", "AuditLog.Read.All"])

            let (status, checks) = try await examine(run, "organization,users,domains")
            let backup = try await run.backUp("organization,users,domains")

            #expect(status == 0)
            #expect(backup.status == 3, "\(backup.messages)")
            let missing = checks.filter { $0.name == "permissions" }
            #expect(missing.allSatisfy { $0.outcome == "warning" && $0.hint != nil })
            let named = Set(missing.flatMap { types(in: $0.text) })
            #expect(missing.allSatisfy { !$0.text.contains("organization") })
            let record = try #require(
                try backup.document()["types"] as? [String: [String: Any]])
            let skipped = record.filter { $0.value["outcome"] as? String != "complete" }.keys
            #expect(named.isSuperset(of: ["users", "domains"]))
            #expect(named.isSuperset(of: skipped), "\(named) \(skipped)")
            #expect(named.isDisjoint(with: Set(record.keys).subtracting(skipped)))
        }
    }

    /// The types of `X is not granted, so a, b will be skipped.`
    private func types(in text: String) -> [String] {
        guard let start = text.range(of: ", so ")?.upperBound,
            let end = text.range(of: " will be skipped")?.lowerBound
        else { return [] }
        return text[start..<end].components(separatedBy: ", ")
    }

    @Test func `users of whom lists of members give the ID only are named`() async throws {
        try await withContoso { run in
            let all = try await examine(run, "groups/members")
            run.tenant.grant(["GroupMember.Read.All", "AuditLog.Read.All"])

            let (status, checks) = try await examine(run, "groups/members")

            #expect(status == 0)
            #expect(outcomes(all.checks, "permissions") == ["ok"], "\(all.checks)")
            let found = checks.filter { $0.name == "permissions" }.first {
                $0.text.hasPrefix("User.Read.All is not granted, so users in groups/members")
            }
            #expect(found?.outcome == "warning" && found?.hint != nil, "\(checks)")
        }
    }

    @Test func `a member that needs a permission of its own is named, and no fault`() async throws {
        try await withContoso { run in
            let without = try await examine(run, "users,servicePrincipals")
            run.tenant.grant(
                run.tenant.app.permissions + ["CustomSecAttributeAssignment.Read.All"])
            let with = try await examine(run, "users,servicePrincipals")

            #expect(without.status == 0 && with.status == 0)
            #expect(outcomes(without.checks, "permissions").allSatisfy { $0 == "ok" })
            let texts = without.checks.filter { $0.name == "permissions" }.map(\.text)
            #expect(
                texts.contains(
                    "CustomSecAttributeAssignment.Read.All is not granted, so "
                        + "customSecurityAttributes of users, customSecurityAttributes of "
                        + "servicePrincipals are not in the backup."), "\(texts)")
            let leave = "User-LifeCycleInfo.Read.All is not granted, so employeeLeaveDateTime of "
            #expect(texts.contains { $0.hasPrefix(leave) && $0.contains("is not in the backup") })
            #expect(!with.checks.contains { $0.text.contains("CustomSec") })
        }
    }

    @Test func `nothing permitted is 6, as of the backup`() async throws {
        try await withContoso { run in
            run.tenant.grant(["AuditLog.Read.All"])

            let (status, checks) = try await examine(run, "users,groups")
            let backup = try await run.backUp("users,groups")

            #expect(status == 6)
            #expect(backup.status == 6, "\(backup.messages)")
            #expect(outcomes(checks, "permissions") == ["failed"])
        }
    }

    @Test func `a permission to write is more than a backup needs`() async throws {
        try await withContoso { run in
            run.tenant.grant(run.tenant.app.permissions + ["User.ReadWrite.All", "Mail.Send"])

            let (status, checks) = try await examine(run, "organization")

            #expect(status == 0)
            #expect(outcomes(checks, "permissions") == ["ok", "warning"])
            let text = try #require(checks.last { $0.name == "permissions" }).text
            #expect(text.hasSuffix("more than read: Mail.Send, User.ReadWrite.All."))
        }
    }

    @Test func `a refused sign-in is 6 and ends the questions to the tenant`() async throws {
        try await withContoso { run in
            let (status, checks) = try await examine(
                run, "organization", changing: ["AZURE_CLIENT_SECRET": "wrong"])

            #expect(status == 6)
            #expect(outcomes(checks, "sign-in") == ["failed"])
            #expect(outcomes(checks, "permissions") == ["skipped"])
            let hint = try #require(checks.first { $0.name == "sign-in" }?.hint)
            #expect(hint.contains("client secret is wrong"))
        }
    }

    @Test func `without sign-in settings the machine is still looked at`() async throws {
        let ending = try await Program().run("doctor", "--json")

        let checks = try checks(ending)
        #expect(ending.status == 2)
        #expect(checks.map(\.name) == ["repository", "disk", "sign-in"])
        #expect(outcomes(checks, "sign-in") == ["failed"])
    }

    @Test func `wrong settings are 2 before anything is asked`() async throws {
        try await withContoso { run in
            let (status, checks) = try await examine(
                run, "organization", changing: ["TENANTKEEP_BRANCH": "a..b"])

            #expect(status == 2)
            #expect(checks.map(\.name) == ["configuration"])
            #expect(run.tenant.requests.isEmpty)
        }
    }

    @Test func `a place of somebody else's is 2`() async throws {
        try await withContoso { run in
            try run.program.write("mine", to: "notes.txt")

            let (status, checks) = try await examine(
                run, "organization", changing: ["TENANTKEEP_REPO": "."])

            #expect(status == 2)
            #expect(outcomes(checks, "repository") == ["failed"])
            #expect(run.program.exists("notes.txt"))
        }
    }

    @Test(arguments: [true, false])
    func `the backup of another tenant is 2, also without a run's record`(
        hasRecord: Bool
    ) async throws {
        try await withContoso { run in
            try await run.backUp("organization")
            if !hasRecord { try run.git("update-ref", "-d", "refs/tenantkeep/runs") }
            let folder = run.program.folder.appending(path: "tenant.git").path

            try await endToEnd(GeneratedTenant(users: 1)) { other in
                let (status, checks) = try await examine(
                    other, "organization", changing: ["TENANTKEEP_REPO": folder])

                #expect(status == 2)
                #expect(outcomes(checks, "repository") == ["ok", "failed"])
                #expect(checks.contains { $0.text.contains(run.tenant.tenantID) })
            }
        }
    }

    @Test func `a run that holds the repository is seen, and not disturbed`() async throws {
        try await withContoso { run in
            try await run.backUp("organization")
            let free = try await examine(run, "organization")
            let server = try SilentServer()
            let graph = ["TENANTKEEP_GRAPH_ENDPOINT": "http://127.0.0.1:\(server.port)"]

            let ending = try await run.backUp("organization", changing: graph) { process in
                try await server.waitForConnection(of: process)
                let held = try await examine(run, "organization")
                #expect(outcomes(held.checks, "repository") == ["warning"])
                #expect(held.checks[0].text.contains("process \(process.processIdentifier)"))
                #expect(held.status == 0)
                process.terminate()
            }

            #expect(outcomes(free.checks, "repository") == ["ok"])
            #expect(ending.status == 143)
        }
    }

    @Test func `a role that Azure does not give is said`() async throws {
        try await withContoso { run in
            run.tenant.grantAzure([])

            let (status, checks) = try await examine(run, "IAM")

            #expect(status == 0)
            #expect(outcomes(checks, "azure") == ["warning"])
            #expect(checks.last?.hint?.contains("role Reader") == true)
        }
    }

    @Test func `nobody at the authority is 1`() async throws {
        try await withContoso { run in
            let nobody = "http://127.0.0.1:1"

            let (status, checks) = try await examine(
                run, "organization", changing: ["AZURE_AUTHORITY_HOST": nobody])

            #expect(status == 1)
            #expect(outcomes(checks, "clock") == ["skipped"])
            #expect(outcomes(checks, "sign-in") == ["failed"])
        }
    }

    // MARK: Remote

    private func remote(_ host: GitHost, token: String = GitHost.token) -> [String: String] {
        [
            "TENANTKEEP_PUSH": host.url, "TENANTKEEP_REMOTE_TOKEN": token,
            "SSL_CERT_FILE": host.certificates,
        ]
    }

    @Test func `a remote that can be pushed to is ok, and stays as it is`() async throws {
        try await withContoso { run in
            let host = try GitHost()

            let empty = try await examine(run, "organization", changing: remote(host))
            try await run.backUp("organization", changing: remote(host))
            let tip = try host.place.git("rev-parse", "main")
            let full = try await examine(run, "organization", changing: remote(host))

            #expect(empty.status == 0 && full.status == 0)
            #expect(outcomes(empty.checks, "remote") == ["ok"], "\(empty.checks)")
            #expect(empty.checks.last?.text.contains("main is not there yet") == true)
            #expect(full.checks.last?.text.contains(tip) == true)
            #expect(try host.place.git("rev-parse", "main") == tip)
        }
    }

    @Test func `a remote that takes no pushes is 1`() async throws {
        try await withContoso { run in
            let host = try GitHost()
            try host.place.git("config", "http.receivepack", "false")

            let (status, checks) = try await examine(
                run, "organization", changing: remote(host))

            #expect(status == 1)
            #expect(outcomes(checks, "remote") == ["failed"])
        }
    }

    @Test func `a remote that knows nobody of that token is 1, and the token is not shown`()
        async throws
    {
        try await withContoso { run in
            let host = try GitHost()

            let (status, checks) = try await examine(
                run, "organization", changing: remote(host, token: "W0RD"))

            #expect(status == 1)
            #expect(outcomes(checks, "remote") == ["failed"])
            #expect(!"\(checks)".contains("W0RD"))
        }
    }

    @Test func `a URL that is none is 2`() async throws {
        try await withContoso { run in
            let (status, checks) = try await examine(
                run, "organization", changing: ["TENANTKEEP_PUSH": "https://user:W0RD@x.example"])

            #expect(status == 2 || checks.last?.outcome == "failed")
            #expect(!"\(checks)".contains("W0RD"))
        }
    }

    // MARK: Parts

    @Test(arguments: [
        (0.0, "ok"), (59, "ok"), (-61, "warning"), (290, "warning"), (301, "failed"),
        (-86_400, "failed"),
    ])
    func `a clock may be a minute off, and not five`(skew: Double, outcome: String) {
        let finding = TenantExamination.clock(aheadBy: skew)

        #expect(finding.outcome.rawValue == outcome)
        #expect(finding.text.contains("slow") == (skew < -60))
        #expect((finding.hint == nil) == (outcome == "ok"))
    }

    @Test(
        arguments: [
            (5_000_000_000, nil, "ok"), (5_000_000_000, 7, "ok"), (5_000_000_000, 0, "failed"),
            (900_000_000, 7, "warning"), (90_000_000, nil, "failed"), (0, nil, "failed"),
        ] as [(UInt64, UInt64?, String)])
    func `a disk needs room for a run`(bytes: UInt64, files: UInt64?, outcome: String) {
        let finding = MachineExamination.disk(bytes, files: files, at: "/backup")

        #expect(finding.outcome.rawValue == outcome)
        #expect(finding.text.contains("/backup"))
    }

    @Test func `the nearest folder that there is stands for one that is not yet`() throws {
        let program = try Program()
        let folder = program.folder.path

        #expect(nearestExisting("\(folder)/a/b/c.git") == folder)
        #expect(nearestExisting("\(folder)/") == folder)
        #expect(nearestExisting("/nothing-of-this-name/x") == "/")
        #expect(nearestExisting("nothing-of-this-name/x") == ".")
    }
}
