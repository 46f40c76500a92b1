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
    private func commit(_ files: [String: [UInt8]], at time: Date, to runs: Runs) throws {
        try runs.repository.initialize()
        var stream = Array(
            """
            commit refs/heads/main
            committer Exporter <exporter@contoso.com> \(Int(time.timeIntervalSince1970)) +0000
            data 6
            Export

            """.utf8)
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            stream += "M 100644 inline \(path)\ndata \(bytes.count)\n".utf8 + bytes + [0x0A]
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
}
