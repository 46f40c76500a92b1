import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// Types whose objects are files without folders of their own.
struct FilePlacesTests {
    private let schedules = GraphResource(
        "schedules", path: "schedules", folder: "PIM/Roles", placement: .flat, groups: ["All"],
        permissions: Permissions("Roles.Read.All"))
    private let policies = GraphResource(
        "policies", path: "policies", folder: "PIM/Roles/Policies", groups: ["All"],
        permissions: Permissions("Roles.Read.All"))
    private let grants = GraphResource(
        "grants", path: "grants", folder: "IAM",
        placement: .files([
            FileTemplate(
                "Subscriptions/{properties.scope:2}/{properties.scope:4}/{properties.scope&}/{who}",
                where: "properties.scope", is: "/subscriptions/*/resourceGroups/*/**"),
            FileTemplate(
                "Subscriptions/{properties.scope:2}/{who}&{role:-1}",
                where: "properties.scope", is: "/subscriptions/*"),
            FileTemplate("Root/{who}", where: "properties.scope", is: ""),
        ]), groups: ["All"], permissions: Permissions("Roles.Read.All"))

    private func grant(_ id: String, _ scope: String, _ who: String = "w") -> String {
        item(id, #""who":"\#(who)","role":"/a/r1","properties":{"scope":"\#(scope)"}"#)
    }

    @Test func `flat files and a type of folders stand in one folder`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "schedules": .pages([[item("s2"), item("s1")]]),
            "policies": .pages([[item("p/1")]]),
        ])

        try await runs.run(tenant, all(schedules, policies))
        tenant.set("schedules", .pages([[item("s1", "\"a\":1"), item("s3")]]))
        let result = try await runs.run(tenant, all(schedules, policies))

        #expect(
            try runs.files == [
                "PIM/Roles/Policies/p%2F1/p%2F1.json", "PIM/Roles/s1.json", "PIM/Roles/s3.json",
            ])
        #expect(
            result.changes.map { "\($0.kind.rawValue) \($0.path)" } == [
                "M PIM/Roles/s1.json", "D PIM/Roles/s2.json", "A PIM/Roles/s3.json",
            ])
        #expect(result.record.types["schedules"]?.objects == 2)
        #expect(result.record.types["policies"]?.updated == 0)
        #expect(try runs.git("log", "-1", "--format=%B", "main").contains("\nM PIM/Roles  s1\n"))
        try runs.expectSound()
    }

    @Test func `members of an object say where its file stands`() async throws {
        let runs = try Runs()
        let group = "/subscriptions/s/resourceGroups/g"
        let tenant = RecordedTenant([
            "grants": .pages([
                [
                    grant("1", "/"), grant("2", "/subscriptions/s"),
                    grant("3", "\(group.uppercased())/providers/x/y"), grant("4", group),
                    grant("5", "/subscriptions/../z"), grant("6", "/subscriptions/.."),
                    item("7"),
                ]
            ])
        ])

        try await runs.run(tenant, all(grants))
        let result = try await runs.run(tenant, all(grants))

        #expect(
            try runs.files == [
                "IAM/4.json", "IAM/5.json", "IAM/7.json", "IAM/Root/w.json",
                "IAM/Subscriptions/%2E%2E/w&r1.json",
                "IAM/Subscriptions/S/G/&SUBSCRIPTIONS&S&RESOURCEGROUPS&G&providers&x&y/w.json",
                "IAM/Subscriptions/s/w&r1.json",
            ])
        #expect(result.changes.isEmpty && result.record.types["grants"]?.objects == 7)
        try runs.expectSound()
    }

    @Test func `objects that would share a file get one each, and keep it`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "grants": .pages([
                [grant("1", "/", "w"), grant("2", "/", "w"), grant("3", "/", "W")]
            ])
        ])
        try await runs.run(tenant, all(grants))
        let files = try runs.files
        tenant.set("grants", .pages([[grant("2", "/", "w"), grant("1", "/", "w")]]))

        let result = try await runs.run(tenant, all(grants))

        #expect(files.count == 3 && files[0] == "IAM/Root/W.json")
        #expect(files[1...].allSatisfy { $0.hasPrefix("IAM/Root/w~") })
        #expect(result.changes.map(\.path) == ["IAM/Root/W.json"])
        #expect(try runs.files == Array(files[1...]))
        try runs.expectSound()
    }

    @Test func `a folder on the way is never named like a file`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "grants": .pages([
                [
                    grant("1", "/subscriptions/s/resourceGroups/w&r1.json/x"),
                    grant("2", "/subscriptions/s"),
                ]
            ])
        ])

        try await runs.run(tenant, all(grants))

        #expect(
            try runs.files == [
                "IAM/Subscriptions/s/w&r1%2Ejson/&subscriptions&s&resourceGroups&w&r1.json&x/w.json",
                "IAM/Subscriptions/s/w&r1.json",
            ])
        try runs.expectSound()
    }

    @Test func `files at paths that no template gives belong to others`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["grants": .pages([[grant("1", "/"), grant("2", "/", "v")]])])
        try await runs.run(tenant, all(grants))
        let blob = try runs.repository.git("hash-object", "-w", "--stdin", input: [0x78])
        let names = ["IAM/notes.txt", "IAM/Mine/a.json", "IAM/Root/deep/a.json"]
        let commands = names.map { "M 100644 \(blob) \($0)\n" }.joined()
        try runs.repository.git(
            "fast-import", "--quiet",
            input: Array(
                ("commit refs/heads/main\ncommitter A <a@b> 1790000000 +0000\ndata 0\n"
                    + "from refs/heads/main^0\n" + commands).utf8))
        tenant.set("grants", .pages([[grant("2", "/", "v")]]))

        try await runs.run(tenant, all(grants))

        #expect(try runs.files == (names + ["IAM/Root/v.json"]).sorted())
    }

    @Test func `what reads empty is kept, and a failing type too`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant(["schedules": .pages([[item("s1"), item("s2")]])])
        try await runs.run(tenant, all(schedules))

        tenant.set("schedules", .pages([[]]))
        let empty = try await runs.run(tenant, all(schedules))
        tenant.set("schedules", .failure(.unavailable))
        let failed = try await runs.run(tenant, all(schedules))

        #expect(empty.record.types["schedules"]?.outcome == .kept)
        #expect(failed.record.types["schedules"]?.outcome == .kept)
        #expect(failed.record.types["schedules"]?.objects == 2)
        #expect(try runs.files.count == 2)
    }
}
