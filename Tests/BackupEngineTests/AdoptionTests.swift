import BackupEngine
import FoundationEssentials
import GraphCatalog
import TestSupport
import Testing

/// A branch that an exporter has written, which a first run goes on with.
struct AdoptionTests {
    private let adele = (id: "a1", name: "Adele Vance", email: Optional("adele@contoso.com"))
    private let diego = (id: "d1", name: "Diego Siciliani", email: Optional("diego@contoso.com"))

    private func person(_ number: Int, _ value: String = "as it was") -> String {
        item(
            "person-number-\(number)",
            "\"displayName\":\"Adele's <one> & only\",\"nested\":{\"a\":1,\"b\":[]},\"value\":\"\(value)\""
        )
    }

    private func audited(_ options: inout BackupOptions) { options.audit = AuditOptions() }

    private func day(_ number: Int, minutes: Double) -> Date {
        Date(timeIntervalSince1970: 1_790_000_000 + Double(number) * 86_400 + minutes * 60)
    }

    private func path(_ number: Int) -> String {
        "People/person-number-\(number)/person-number-\(number).json"
    }

    /// PowerShell 7: other order, an annotation.
    private func seven(_ number: Int, _ value: String = "as it was") -> [UInt8] {
        Array(
            """
            {
              "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users",
              "value": "\(value)",
              "nested": {
                "b": [],
                "a": 1
              },
              "id": "person-number-\(number)",
              "displayName": "Adele's <one> & only"
            }

            """.utf8)
    }

    /// Windows PowerShell: lines end in CR and LF, and what HTML minds is escaped.
    private func five(_ number: Int, _ value: String = "as it was") -> [UInt8] {
        let lines = [
            "{", #"    "id":  "person-number-\#(number)","#,
            #"    "displayName":  "Adele\u0027s \u003cone\u003e \u0026 only","#,
            #"    "nested":  {"#, #"                   "a":  1,"#,
            #"                   "b":  ["#, "", "                         ]", "               },",
            #"    "value":  "\#(value)""#, "}", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    private func marked(_ text: [UInt8]) -> [UInt8] { [0xEF, 0xBB, 0xBF] + text }

    private func utf16(_ text: [UInt8]) -> [UInt8] {
        [0xFF, 0xFE]
            + String(decoding: text, as: UTF8.self).utf16.flatMap {
                [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
            }
    }

    /// Lets git commit these files.
    private func commit(
        _ files: [String: [UInt8]], at time: Date, to runs: Runs, modes: [String: String] = [:]
    ) throws {
        try runs.repository.initialize()
        var stream = Array(
            """
            commit refs/heads/main
            committer Exporter <exporter@contoso.com> \(Int(time.timeIntervalSince1970)) +0000
            data 6
            Export

            """.utf8)
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            stream += "M \(modes[path] ?? "100644") inline \(path)\n".utf8
            stream += "data \(bytes.count)\n".utf8 + bytes + [0x0A]
        }
        try runs.repository.git("fast-import", "--quiet", input: stream)
    }

    private func files(_ runs: Runs, in commit: String) throws -> [String] {
        try runs.repository.git("diff-tree", "--no-commit-id", "--name-only", "-r", commit)
            .split(separator: "\n").map(String.init)
    }

    @Test func `what changes only in its bytes is one commit in the configured name`()
        async throws
    {
        let runs = try Runs()
        try commit(
            [
                path(0): seven(0), path(1): marked(five(1)), path(2): utf16(five(2)),
                path(3): five(3, "older"), path(4): seven(4, "older"), path(5): seven(5),
                "Organization/Organization.json": Array("[\r\n{\"id\":\"o\"}\r\n]".utf8),
                "README.md": Array("Ours\n".utf8),
            ], at: day(1, minutes: -300), to: runs)
        let tip = try runs.git("rev-parse", "main")
        let tenant = AuditedTenant([
            "people": .pages([(0..<6).map { person($0) }]), "organization": .pages([[item("o")]]),
        ])
        tenant.log(
            Event(
                "e1", at: day(1, minutes: -90), by: adele, on: "person-number-3",
                changing: ["value"]),
            Event(
                "e2", at: day(1, minutes: -80), by: diego, on: "person-number-3",
                changing: ["nested"]),
            Event(
                "e3", at: day(1, minutes: -70), by: diego, on: "person-number-5"))

        let result = try await runs.run(from: tenant, all(people, organization), audited)

        #expect(
            try runs.git("log", "--reverse", "--format=%an", "\(tip)..main")
                .split(separator: "\n") == ["Tenantkeep", "Adele Vance", "unknown"])
        #expect(
            try files(runs, in: "main~2")
                == ["Organization/Organization.json"] + [0, 1, 2, 5].map(path))
        #expect(try files(runs, in: "main~1") == [path(3)])
        #expect(try files(runs, in: "main") == [path(4)])
        #expect(result.record.audit.used == ["e1"])
        #expect(
            tenant.filters.first?.split(separator: " ")[2] == day(1, minutes: -300).timestamp[...])
        #expect(try runs.git("show", "main:README.md") == "Ours")
        #expect(try runs.git("rev-parse", "main~3") == tip)
        try runs.expectSound()
    }

    @Test func `the window of an old branch is thirty days, and of a later run it is its own`()
        async throws
    {
        let runs = try Runs()
        try commit([path(0): seven(0)], at: day(-59, minutes: 0), to: runs)
        let tenant = AuditedTenant(["people": .pages([[person(0)]])])

        try await runs.run(from: tenant, all(people), audited)
        try await runs.run(from: tenant, all(people), audited)

        #expect(
            tenant.filters.map { $0.split(separator: " ")[2] }
                == [day(-29, minutes: 0), day(1, minutes: -60)].map { $0.timestamp[...] })
    }

    @Test func `what is no JSON was changed by somebody`() async throws {
        let runs = try Runs()
        try commit(
            [path(0): Array("{\"id\": ".utf8), path(1): [0xFF, 0xFE, 0x7B], path(2): []],
            at: day(1, minutes: -300), to: runs)
        let tenant = AuditedTenant(["people": .pages([(0..<3).map { person($0) }])])

        try await runs.run(from: tenant, all(people), audited)

        #expect(try runs.git("log", "-1", "--format=%an", "main") == "unknown")
        #expect(try files(runs, in: "main").count == 3)
        try runs.expectSound()
    }

    @Test func `a person's reformatting on top of a backup is put back in the configured name`()
        async throws
    {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": .pages([[person(0), person(1)]])])
        try await runs.run(from: tenant, all(people), audited)
        let tip = try runs.git("rev-parse", "main")
        let stream =
            Array(
                """
                commit refs/heads/main
                committer Adele Vance <adele@contoso.com> 1790090000 +0000
                data 6
                Format
                from \(tip)
                M 100644 inline \(path(1))
                data \(five(1).count)

                """.utf8) + five(1) + [0x0A]
        try runs.repository.git("fast-import", "--quiet", input: stream)

        try await runs.run(from: tenant, all(people), audited)

        #expect(try runs.git("log", "-1", "--format=%an", "main") == "Tenantkeep")
        #expect(try runs.git("rev-parse", "main^{tree}") == runs.git("rev-parse", "\(tip)^{tree}"))
    }

    // MARK: Letters of case and modes

    private func lines(_ runs: Runs, _ tree: String = "main") throws -> [Substring] {
        try runs.git("ls-tree", "-r", tree).split(separator: "\n")
    }

    private func lower(_ number: Int) -> String {
        path(number).replacing("People/", with: "people/")
    }

    @Test func `folders in other letters of case go on as they are spelled`() async throws {
        let runs = try Runs()
        try commit(
            [
                "Prod/" + lower(0): seven(0), "Prod/" + lower(1): seven(1, "older"),
                "Prod/teams/t/t.json": Array(item("t").utf8),
                "Prod/teams/t/members/m/m.json": Array(item("m").utf8),
                "Prod/organization/Organization.json": Array(item("o").utf8),
            ], at: day(1, minutes: -300), to: runs)
        let tenant = AuditedTenant([
            "people": .pages([(0..<3).map { person($0) }]), "teams": .pages([[item("t")]]),
            "teams/t/members": .pages([[item("m"), item("n")]]),
            "organization": .pages([[item("o", "\"a\":1")]]),
        ])
        tenant.log(
            Event("e1", at: day(1, minutes: -90), by: adele, on: "person-number-1"),
            Event("e2", at: day(2, minutes: -30), by: diego, on: "person-number-0"))
        let root = try #require(RootPath("prod"))
        func run() async throws -> BackupResult {
            try await runs.run(from: tenant, all(people, teams, organization)) {
                $0.audit = AuditOptions()
                $0.root = root
            }
        }

        let first = try await run()
        tenant.set("people", .pages([[person(0, "new")]]))
        let second = try await run()

        #expect(first.record.types["people"]?.created == 1)
        #expect(first.record.types["people"]?.updated == 2)
        #expect(first.record.types["teams/members"]?.created == 1)
        #expect(first.record.types["organization"]?.updated == 1)
        #expect(first.record.audit.used == ["e1"])
        #expect(second.record.types["people"]?.deleted == 2)
        #expect(second.record.types["people"]?.updated == 1)
        #expect(second.record.audit.used.contains("e2"))
        #expect(
            try runs.files == [
                "Prod/organization/Organization.json", "Prod/" + lower(0),
                "Prod/teams/t/members/m/m.json", "Prod/teams/t/members/n/n.json",
                "Prod/teams/t/t.json",
            ])
        try runs.expectSound()
    }

    @Test func `a folder in two spellings is refused before anything is read`() async throws {
        let runs = try Runs()
        try commit(
            [path(0): seven(0), lower(1): seven(1)], at: day(1, minutes: -300), to: runs)
        let tip = try runs.git("rev-parse", "main")
        let tenant = RecordedTenant(["people": .pages([[person(0)]])])

        let error = await #expect(throws: BackupError.self) {
            try await runs.run(tenant, all(people))
        }

        guard case .twoFolders("People", "people")? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(tenant.asked == [])
        #expect(try runs.git("rev-parse", "main") == tip)
    }

    @Test func `a folder of a child in two spellings is refused, too`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "teams": .pages([[item("t")]]), "teams/t/members": .pages([[item("m")]]),
        ])
        try await runs.run(tenant, all(BackupEngineTests.teams))
        let files = try runs.files
        let member = try #require(files.first { $0.contains("/m/m.json") })
        let other = member.replacing("/Members/", with: "/members/")
        #expect(other != member, "\(files)")
        let blob = try runs.git("rev-parse", "main:\(member)")
        let stream = """
            commit refs/heads/main
            committer A <a> 1790090000 +0000
            data 0
            from refs/heads/main^0
            M 100644 \(blob) \(other)

            """
        try runs.repository.git("fast-import", "--quiet", "--force", input: Array(stream.utf8))
        let asked = tenant.asked.count

        let error = await #expect(throws: BackupError.self) {
            try await runs.run(tenant, all(BackupEngineTests.teams))
        }

        guard case .twoFolders(let one, let two)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect([one, two].allSatisfy { $0.lowercased().hasSuffix("teams/t/members") }, "\(one)")
        #expect(tenant.asked.count == asked)
    }

    @Test func `a file of another mode is put back in the configured name`() async throws {
        let runs = try Runs()
        let tenant = AuditedTenant([
            "people": .pages([(0..<3).map { person($0) }]), "organization": .pages([[item("o")]]),
        ])
        try await runs.run(from: tenant, all(people, organization), audited)
        let before = try runs.git("rev-parse", "main^{tree}")
        let listed = try runs.git("ls-tree", "-r", "main").split(separator: "\n")
        // As commits from WSL have them.
        var stream = "commit refs/heads/main\ncommitter A <a> 1790090000 +0000\n"
        stream += "data 0\nfrom refs/heads/main^0\n"
        for (line, mode) in zip(listed, ["100755", "100755", "100644", "100644"]) {
            let words = line.split(whereSeparator: \.isWhitespace)
            stream += "M \(mode) \(words[2]) \(words[3])\n"
        }
        try runs.repository.git("fast-import", "--quiet", "--force", input: Array(stream.utf8))
        let changed = try runs.git("rev-parse", "main")

        let result = try await runs.run(from: tenant, all(people, organization), audited)

        #expect(try runs.git("log", "--format=%an", "\(changed)..main") == "Tenantkeep")
        #expect(result.record.types["people"]?.created == 0)
        #expect(
            (result.record.types["people"]?.updated ?? 0)
                + (result.record.types["organization"]?.updated ?? 0) == 2)
        #expect(try runs.git("rev-parse", "main^{tree}") == before)
        try runs.expectSound()
    }

    @Test func `an executable exporter's file with other spelling is no creation`() async throws {
        let runs = try Runs()
        try commit(
            [path(0): seven(0), path(1): five(1)], at: day(1, minutes: -300), to: runs,
            modes: [path(0): "100755", path(1): "100755"])
        let tenant = AuditedTenant(["people": .pages([[person(0), person(1)]])])

        let result = try await runs.run(from: tenant, all(people), audited)

        #expect(result.record.types["people"]?.created == 0)
        #expect(result.record.types["people"]?.updated == 2)
        #expect(try runs.git("log", "-1", "--format=%an", "main") == "Tenantkeep")
        #expect(try lines(runs).allSatisfy { $0.hasPrefix("100644 ") })
        try runs.expectSound()
    }

    @Test func `a link in the place of a file is replaced, and others stay`() async throws {
        let runs = try Runs()
        try commit(
            [path(0): Array("target".utf8), "People/link": Array("target".utf8)],
            at: day(1, minutes: -300), to: runs,
            modes: [path(0): "120000", "People/link": "120000"])
        let tenant = AuditedTenant(["people": .pages([[person(0)]])])

        let result = try await runs.run(from: tenant, all(people), audited)

        #expect(result.record.types["people"]?.created == 1)
        #expect(try lines(runs).map { $0.prefix(6) } == ["120000", "100644"])
        try runs.expectSound()
    }
}
