import BackupEngine
import FoundationEssentials
import GraphCatalog
import TestSupport
import Testing

/// Runs that ask an audit log who made the changes.
struct AttributionTests {
    private let adele = (id: "a1", name: "Adele Vance", email: Optional("adele@contoso.com"))
    private let diego = (id: "d1", name: "Diego Siciliani", email: Optional("diego@contoso.com"))
    private let robot = (id: "r1", name: "Invoice Robot", email: String?.none)

    private func people(_ range: Range<Int>, _ value: (Int) -> String) -> RecordedTenant.Answer {
        .pages([range.map { item("person-number-\($0)", "\"value\":\"\(value($0))\"") }])
    }

    private func audited(_ options: inout BackupOptions) { options.audit = AuditOptions() }

    private func day(_ number: Int, minutes: Double) -> Date {
        Date(timeIntervalSince1970: 1_790_000_000 + Double(number) * 86_400 + minutes * 60)
    }

    /// A repository with one run, and a tenant in which the first people have been changed since.
    private func secondDay(
        changed: Int, of count: Int = 8
    ) async throws -> (Runs, AuditedTenant) {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people(0..<count) { _ in "old" }])
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.set("people", people(0..<count) { $0 < changed ? "new" : "old" })
        return (runs, tenant)
    }

    @Test func `each set of authors is one commit, with its events and co-authors`() async throws {
        let (runs, tenant) = try await secondDay(changed: 4)
        tenant.log(
            Event("e1", at: day(2, minutes: -90), by: adele, on: "person-number-0"),
            Event("e2", at: day(2, minutes: -80), by: diego, on: "person-number-1"),
            Event("e3", at: day(2, minutes: -70), by: adele, on: "person-number-1"),
            Event("e4", at: day(2, minutes: -60), by: robot, on: "person-number-2"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        let commits = try runs.git("log", "-4", "--reverse", "--format=%an <%ae> %at|%s", "main")
        let expected = [
            line("Adele Vance", "adele@contoso.com", minutes: -90),
            line("Adele Vance, Diego Siciliani", "adele@contoso.com", minutes: -70),
            line("Invoice Robot (SP)", "tenantkeep@localhost", minutes: -60),
            line("unknown", "tenantkeep@localhost", minutes: 0),
        ]
        #expect(commits.split(separator: "\n").map(String.init) == expected)
        let body = try runs.git("log", "-1", "--format=%B", "main~2")
        let trailers = try runs.repository.git(
            "interpret-trailers", "--parse", input: Array(body.utf8))
        let (newer, older) = (day(2, minutes: -70).timestamp, day(2, minutes: -80).timestamp)
        let lines: [String] = [
            "Tenantkeep-Run: \(day(2, minutes: 0).timestamp)",
            "Tenantkeep-Tenant: 11111111-1111-1111-1111-111111111111",
            "Audit-Event: \(newer) Update user; Adele Vance; object; e3",
            "Audit-Event: \(older) Update user; Diego Siciliani; object; e2",
            "Co-authored-by: Diego Siciliani <diego@contoso.com>",
        ]
        #expect(trailers.split(separator: "\n").map(String.init) == lines)
        #expect(result.record.audit.used == ["e1", "e2", "e3", "e4"])
        #expect(result.record.audit.outcome == .complete)
        try runs.expectSound()
    }

    @Test func `two of one name in one second have a commit each`() async throws {
        let (runs, tenant) = try await secondDay(changed: 3)
        let twin = (id: "r2", name: robot.name, email: robot.email)
        tenant.log(
            Event("e1", at: day(2, minutes: -60), by: robot, on: "person-number-0"),
            Event("e2", at: day(2, minutes: -60), by: twin, on: "person-number-1"),
            Event("e3", at: day(2, minutes: -60), by: robot, on: "person-number-2"))

        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        let commits = try runs.git("log", "--format=%an|%s", "main~2..main")
        #expect(
            commits.split(separator: "\n") == [
                "Invoice Robot (SP)|Invoice Robot (SP): 1 updated in People",
                "Invoice Robot (SP)|Invoice Robot (SP): 2 updated in People",
            ])
        for (commit, ids) in [("main~1", ["e1", "e3"]), ("main", ["e2"])] {
            let note = try runs.git("notes", "--ref=tenantkeep-audit", "show", commit)
            #expect(["e1", "e2", "e3"].filter { note.contains("\"id\": \"\($0)\"") } == ids)
        }
        try runs.expectSound()
    }

    @Test func `git shows the raw events of a commit as its notes`() async throws {
        let (runs, tenant) = try await secondDay(changed: 2)
        tenant.log(
            Event("e1", at: day(2, minutes: -90), by: adele, on: "person-number-0"),
            Event("e2", at: day(2, minutes: -80), by: diego, on: "person-number-1"))
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.set("people", people(0..<8) { $0 < 3 ? "new" : "old" })
        tenant.log(Event("e3", at: day(3, minutes: -80), by: diego, on: "person-number-2"))

        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        for (commit, id) in [("main~2", "e1"), ("main~1", "e2"), ("main", "e3")] {
            let note = try runs.git("notes", "--ref=tenantkeep-audit", "show", commit)
            #expect(note.contains("\"id\": \"\(id)\""))
            #expect(note.components(named: "\"id\": \"e") == 1)
        }
        #expect(try runs.git("rev-list", "--count", "refs/notes/tenantkeep-audit") == "2")
        let paths = try runs.git(
            "ls-tree", "-r", "--name-only", "refs/notes/tenantkeep-audit")
        #expect(
            paths.split(separator: "\n").allSatisfy {
                $0.count == 41 && $0.dropFirst(2).first == "/"
            })
        try runs.expectSound()
    }

    @Test func `evidence can be left out`() async throws {
        let (runs, tenant) = try await secondDay(changed: 1)
        tenant.log(Event("e1", at: day(2, minutes: -90), by: adele, on: "person-number-0"))

        try await runs.run(from: tenant, all(BackupEngineTests.people)) {
            $0.audit = AuditOptions(keepsEvidence: false)
        }

        #expect(try runs.git("log", "-1", "--format=%an", "main") == "Adele Vance")
        #expect(try runs.git("for-each-ref", "refs/notes") == "")
    }

    @Test func `a first run begins with the baseline, in the configured name`() async throws {
        let runs = try Runs()
        let tenant = AuditedTenant(["people": people(0..<4) { _ in "" }])
        tenant.log(
            Event("e1", "Add user", at: day(1, minutes: -90), by: adele, on: "person-number-1"))

        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(
            try runs.git("log", "--format=%an", "main").split(separator: "\n") == [
                "Adele Vance", "Tenantkeep",
            ])
    }

    @Test func `the window goes from the mark, and a kept type's mark stays`() async throws {
        let runs = try Runs()
        let tenant = AuditedTenant([
            "people": people(0..<4) { _ in "" }, "policies/access": .object(item("p")),
        ])
        let selection = all(BackupEngineTests.people, policy)
        try await runs.run(from: tenant, selection, audited)
        tenant.set("policies/access", .failure(.unavailable))
        try await runs.run(from: tenant, selection, audited)
        try await runs.run(from: tenant, selection, audited)
        tenant.set("policies/access", .object(item("p")))
        try await runs.run(from: tenant, selection, audited)
        try await runs.run(from: tenant, selection) {
            $0.audit = AuditOptions(since: day(2, minutes: 0))
        }

        let from = tenant.filters.map { $0.split(separator: " ")[2] }
        #expect(
            from
                == [
                    day(0, minutes: 0), day(1, minutes: -60), day(1, minutes: -60),
                    day(1, minutes: -60), day(2, minutes: 0),
                ].map { $0.timestamp[...] })
    }

    @Test func `a slice whose page tokens die is cut until it goes through`() async throws {
        let (runs, tenant) = try await secondDay(changed: 8)
        tenant.log(
            (0..<8).map {
                Event(
                    "e\($0)", at: day(2, minutes: -10 - 150 * Double($0)), by: adele,
                    on: "person-number-\($0)")
            })
        tenant.behave(.forgets(afterHours: 7))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(result.record.audit.outcome == .complete)
        #expect(result.record.audit.used == (0..<8).map { "e\($0)" })
        #expect(try runs.git("log", "-1", "--format=%an", "main") == "Adele Vance")
    }

    @Test(
        arguments: [
            (.chokes(on: "bad", .other), 0.05), (.chokes(on: "bad", .other), 50),
            (.chokes(on: "bad", .malformed), 900), (.cuts(at: "bad"), 0.05),
            (.cuts(at: "bad"), 50),
        ] as [(AuditedTenant.Behaviour, Double)])
    func `of an event that the log cannot send only the minute is lost`(
        behaviour: AuditedTenant.Behaviour, minutes: Double
    ) async throws {
        let (runs, tenant) = try await secondDay(changed: 3)
        let bad = day(2, minutes: -minutes)
        tenant.log(
            Event("e0", at: day(2, minutes: -20), by: adele, on: "person-number-0"),
            Event("e1", at: bad.addingTimeInterval(-61), by: diego, on: "person-number-1"),
            Event("e2", at: day(2, minutes: -1_300), by: robot, on: "person-number-2"),
            Event("bad", at: bad, by: adele, on: "person-number-1"))
        tenant.behave(behaviour)
        let before = tenant.auditRequests

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        let audit = result.record.audit
        #expect(audit.outcome == .complete)
        #expect(audit.used == ["e0", "e1", "e2"])
        let lost = try #require(audit.lost)
        #expect(lost.count == 1)
        let ends = lost[0].split(separator: "/").compactMap {
            try? Date(String($0), strategy: .iso8601)
        }
        #expect(ends.count == 2 && ends[1].timeIntervalSince(ends[0]) <= 60)
        #expect(ends[0] <= bad && bad <= ends[1].addingTimeInterval(1))
        #expect(audit.reason?.contains("what was logged from \(ends[0].timestamp) to ") == true)
        #expect(tenant.auditRequests - before < 80)
        let tag = try #require(result.record.tag)
        #expect(try runs.git("tag", "-n99", "-l", tag).contains("does not send what was logged"))

        // The mark has moved.
        tenant.behave(.answers)
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        #expect(
            tenant.filters.last?.split(separator: " ")[2] == day(2, minutes: -60).timestamp[...])
    }

    @Test(arguments: [GraphError.Kind.other, .malformed])
    func `a log that refuses everything is soon given up, and the mark stays`(
        kind: GraphError.Kind
    ) async throws {
        let (runs, tenant) = try await secondDay(changed: 1)
        tenant.behave(.fails(kind))
        let before = tenant.auditRequests

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(result.record.audit.outcome == .kept)
        #expect(result.record.audit.reason == "The recording says \(kind)")
        #expect(tenant.auditRequests - before < 20)
        tenant.behave(.answers)
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        #expect(
            tenant.filters.last?.split(separator: " ")[2] == day(1, minutes: -60).timestamp[...])
    }

    @Test func `of a page in which one event is none, the others count`() async throws {
        let (runs, tenant) = try await secondDay(changed: 2)
        tenant.log(
            Event("e0", at: day(2, minutes: -20), by: adele, on: "person-number-0"),
            Event("", at: day(2, minutes: -20), by: adele, on: "person-number-1"),
            Event("e1", at: day(2, minutes: -19), by: diego, on: "person-number-1"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(result.record.audit.used == ["e0", "e1"])
    }

    @Test(arguments: [GraphError.Kind.notPermitted, .notAvailable, .unavailable])
    func `a log that cannot be read takes no backup away`(kind: GraphError.Kind) async throws {
        let (runs, tenant) = try await secondDay(changed: 1)
        tenant.behave(.fails(kind))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.behave(.answers)
        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(result.record.audit.outcome == (kind == .unavailable ? .kept : .skipped))
        #expect(result.record.audit.reason == "The recording says \(kind)")
        #expect(!result.isIncomplete)
        #expect(try runs.git("log", "-1", "--format=%an", "main") == "unknown")
        // The mark has not moved.
        #expect(
            tenant.filters.last?.split(separator: " ")[2] == day(1, minutes: -60).timestamp[...])
    }

    @Test func `events are used once, and count only if they came before the reading`()
        async throws
    {
        let (runs, tenant) = try await secondDay(changed: 1)
        tenant.log(
            Event("e1", at: day(2, minutes: -30), by: adele, on: "person-number-0"),
            Event("e2", at: day(2, minutes: 1), by: diego, on: "person-number-0"),
            Event(
                "e3", at: day(2, minutes: -20), by: diego, on: "person-number-0",
                result: "failure"))
        let first = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        tenant.set("people", people(0..<8) { $0 < 1 ? "newer" : "old" })

        let second = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        #expect(first.record.audit.used == ["e1"])
        #expect(second.record.audit.used == ["e2"])
        #expect(
            try runs.git("log", "-2", "--format=%an", "main").split(separator: "\n") == [
                "Diego Siciliani", "Adele Vance",
            ])
    }

    @Test func `what happened while a long reading went on is asked for at its end`() async throws {
        let (runs, tenant) = try await secondDay(changed: 1)
        tenant.log(Event("e1", at: day(2, minutes: 3), by: adele, on: "person-number-0"))

        let result = try await runs.run(
            from: tenant, all(BackupEngineTests.people), audited, minutes: 5)

        #expect(result.record.audit.used == ["e1"])
        #expect(result.record.audit.to == day(2, minutes: 5).timestamp)
        #expect(try runs.git("log", "-1", "--format=%an", "main") == "Adele Vance")
    }

    @Test func `what was made and undone is listed once it can come no more`() async throws {
        let (runs, tenant) = try await secondDay(changed: 1)
        tenant.log(
            Event("e1", at: day(2, minutes: -90), by: adele, on: "person-number-0"),
            Event("e2", "Add user", at: day(2, minutes: -80), by: diego, on: "gone"),
            Event("e3", "Delete user", at: day(2, minutes: -30), by: diego, on: "gone"))

        let first = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)
        let second = try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        let line = "\(day(2, minutes: -80).timestamp) Add user; Diego Siciliani; gone; e2"
        #expect(first.record.audit.undone == [line])
        let tag = try #require(first.record.tag)
        #expect(try runs.git("tag", "-n99", "-l", tag).contains(line))
        #expect(
            second.record.audit.undone == [
                "\(day(2, minutes: -30).timestamp) Delete user; Diego Siciliani; gone; e3"
            ])
    }

    @Test func `when time is up, the backup is committed with what is known`() async throws {
        let (runs, tenant) = try await secondDay(changed: 1)
        tenant.behave(.hangs)

        let result = try await runs.run(
            from: tenant, all(BackupEngineTests.people),
            { $0.audit = AuditOptions(deadline: day(2, minutes: 5)) }, sleep: { _ in })

        #expect(result.record.audit.outcome == .kept)
        #expect(result.record.audit.reason == "The time limit left no time to read all of it")
        #expect(try runs.git("log", "-1", "--format=%an", "main") == "unknown")
        try runs.expectSound()
    }

    @Test func `of many events a commit lists a hundred, and git still finds the trailers`()
        async throws
    {
        let (runs, tenant) = try await secondDay(changed: 120, of: 130)
        tenant.log(
            (0..<120).map {
                Event(
                    "e\($0)", at: day(2, minutes: -60 - Double($0)), by: adele,
                    on: "person-number-\($0)")
            })

        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        let body = try runs.git("log", "-1", "--format=%B", "main")
        let trailers = try runs.repository.git(
            "interpret-trailers", "--parse", input: Array(body.utf8)
        ).split(separator: "\n")
        #expect(trailers.count == 103)
        #expect(trailers.first?.hasPrefix("Tenantkeep-Run: ") == true)
        #expect(trailers.last == "Audit-Event: … and 20 more")
        let note = try runs.git("notes", "--ref=tenantkeep-audit", "show", "main")
        #expect(note.components(named: "\"id\": \"e") == 120)
    }

    @Test(arguments: [
        #"Eve\nCo-authored-by: Root <root@contoso.com>"#, #"Eve <root@contoso.com> 0 +0000\ntree"#,
        #"--- Eve"#, #"\u202eEve"#, #"; exact; forged"#, String(repeating: "Eve ", count: 2_500),
        #"Signed-off-by: Eve"#, #"\r\n\r\nTenantkeep-Run: never"#,
    ])
    func `a hostile name forges nothing`(name: String) async throws {
        let (runs, tenant) = try await secondDay(changed: 2)
        let eve = (id: "e1", name: name, email: Optional(#"eve@contoso.com>\n<x"#))
        tenant.log(
            Event(
                #"id\nTenantkeep-Run: never"#, #"Do\nCo-authored-by: x <y>"#,
                at: day(2, minutes: -90), by: eve, on: "person-number-0"),
            Event("e2", at: day(2, minutes: -90), by: eve, on: "person-number-1"),
            Event("e3", at: day(2, minutes: -80), by: adele, on: "person-number-1"))

        try await runs.run(from: tenant, all(BackupEngineTests.people), audited)

        for (commit, expected) in [
            ("main~1", ["Tenantkeep-Run", "Tenantkeep-Tenant", "Audit-Event"]),
            (
                "main",
                [
                    "Tenantkeep-Run", "Tenantkeep-Tenant", "Audit-Event", "Audit-Event",
                    "Co-authored-by",
                ]
            ),
        ] {
            let body = try runs.git("log", "-1", "--format=%B", commit)
            let trailers = try runs.repository.git(
                "interpret-trailers", "--parse", input: Array(body.utf8)
            ).split(separator: "\n").map { String($0.prefix { $0 != ":" }) }
            #expect(trailers == expected)
            let author = try runs.git("log", "-1", "--format=%an%x00%ae%x00%at", commit)
                .split(separator: "\0")
            #expect(author.count == 3)
            #expect(author[0].unicodeScalars.allSatisfy { $0.value != 0x202E && $0 != "\n" })
            #expect(author[0].utf8.count < 400)
        }
        #expect(
            try runs.git("log", "-2", "--format=%at", "main").split(separator: "\n")
                == [day(2, minutes: -80), day(2, minutes: -90)].map { "\(seconds($0))" })
        try runs.expectSound()
    }

    @Test func `the repository does not depend on the number of workers`() async throws {
        var ids: [String] = []
        for workers in [1, 2] {
            let (runs, tenant) = try await secondDay(changed: 5)
            tenant.log(
                (0..<5).map {
                    Event(
                        "e\($0)", at: day(2, minutes: -90 + Double($0)),
                        by: $0 % 2 == 0 ? adele : diego, on: "person-number-\($0)")
                })
            try await runs.run(from: tenant, all(BackupEngineTests.people)) {
                audited(&$0)
                $0.workers = workers
            }
            ids.append(try runs.git("for-each-ref", "--format=%(refname) %(objectname)"))
        }
        #expect(ids[0] == ids[1])
    }

    /// A commit of the second day that updates one object.
    private func line(_ name: String, _ email: String, minutes: Double) -> String {
        let time = seconds(day(2, minutes: minutes))
        return "\(name) <\(email)> \(time)|\(name): 1 updated in People"
    }

    private func seconds(_ date: Date) -> Int { Int(date.timeIntervalSince1970) }
}

extension String {
    /// How often a text stands in it.
    fileprivate func components(named text: String) -> Int { ranges(of: text).count }
}
