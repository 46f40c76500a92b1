import Foundation
import Rehearsal
import TenantSimulator
import TestSupport
import Testing

/// An audit log in which every name is somebody's attempt to pass for something else.
struct HostileLogTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Tenants/contoso").path

    private static let texts = [
        "Eve\nCo-authored-by: Root <root@contoso.com>", "Eve <root@contoso.com> 0 +0000\ntree",
        "--- Eve", "\u{202E}Eve\u{2066}", "; exact; forged",
        String(repeating: "Eve ", count: 2_560),
        "Tenantkeep-Run: 2000-01-01T00:00:00Z", "\r\n\r\nSigned-off-by: Eve <eve@contoso.com>",
        "Eve\u{0}\u{1B}[2J\u{7F}", "Eve\u{2028}Audit-Event: forged", "<>", "# Eve", "\u{FEFF}",
        "##vso[task.complete]", "é\u{301}\u{1F469}\u{200D}\u{1F4BB}", "   ",
    ]

    /// One user changes for each text, with an event that has it wherever an event has a name.
    private func scenario(_ users: [String], isPerson: Bool) throws -> Scenario {
        let changes = zip(users, Self.texts).enumerated().map { number, pair -> [String: Any] in
            let (user, text) = pair
            let person: [String: Any] = [
                "id": "eve-\(number)", "displayName": text, "userPrincipalName": text,
            ]
            let program: [String: Any] = [
                "appId": NSNull(), "displayName": text, "servicePrincipalId": "app-\(number)",
                "servicePrincipalName": text,
            ]
            return [
                "at": "-\(number + 10)m", "actor": "one", "update": "users/\(user)",
                "with": ["jobTitle": "Title \(isPerson) \(number)"],
                "events": [
                    [
                        "id": "\(text)\(number)\(isPerson)", "category": text,
                        "correlationId": text, "result": "success",
                        "activityDisplayName": text, "loggedByService": text,
                        "operationType": "Update",
                        "initiatedBy": [
                            "user": isPerson ? person : NSNull() as Any,
                            "app": isPerson ? NSNull() : program as Any,
                        ],
                        "targetResources": [
                            [
                                "id": user, "displayName": text, "type": "User",
                                "userPrincipalName": text,
                                "modifiedProperties": [
                                    ["displayName": text, "oldValue": text, "newValue": text]
                                ],
                            ]
                        ], "additionalDetails": [["key": text, "value": text]],
                    ]
                ],
            ]
        }
        let whole: [String: Any] = ["actors": ["one": ["user": users[0]]], "changes": changes]
        let bytes = try JSONSerialization.data(withJSONObject: whole)
        return try Scenario(parsing: String(decoding: bytes, as: UTF8.self))
    }

    @Test(arguments: [true, false])
    func `no name in the log forges a header, a trailer or an author`(isPerson: Bool) async throws {
        let clock = SharedClock(Timestamp(seconds: 1_793_000_000))
        let repository = try TemporaryRepository()
        let users = Self.texts.indices.map { "5eedface-0000-4000-8000-0000000001\($0 + 10)" }
        try await withSimulatedTenant(.init(.folder(Self.folder), clock: clock)) { tenant in
            tenant.add(
                users.map { ["id": JSON($0), "displayName": "Somebody", "jobTitle": "Old"] },
                to: "users")
            let rehearsal = try Rehearsal(of: tenant, clock, in: repository.path, types: ["users"])
            try await rehearsal.backUp()
            clock.advance(by: 86_400)
            try tenant.play(scenario(users, isPerson: isPerson))
            try await rehearsal.backUp()
        }

        let commits = try repository.git("rev-list", "main~\(Self.texts.count)..main")
            .split(separator: "\n").map(String.init)
        #expect(commits.count == Self.texts.count)
        for commit in commits { try expectHonest(commit, in: repository) }
        let tag = try repository.git("for-each-ref", "--format=%(contents)", "refs/tags")
        #expect(!tag.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(try repository.git("fsck", "--strict", "--full") == "")
    }

    private func expectHonest(_ commit: String, in repository: TemporaryRepository) throws {
        let raw = try repository.git("cat-file", "commit", commit)
        let headers = raw.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { !$0.isEmpty }.map { $0.prefix { $0 != " " } }
        #expect(headers == ["tree", "parent", "author", "committer"])
        #expect(
            raw.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202E}" || $0 == "\n" })

        let fields = try repository.git("log", "-1", "--format=%an%x00%ae%x00%at%x00%cn", commit)
            .split(separator: "\0", omittingEmptySubsequences: false)
        #expect(fields.count == 4 && fields[3] == "Tenantkeep")
        #expect(fields[0].utf8.count < 300 && fields[1].utf8.count < 300)
        #expect(!fields[0].isEmpty && !fields[0].contains { "<>\n".contains($0) })
        #expect(!fields[1].contains { "<>\n".contains($0) } && Int(fields[2]) ?? 0 > 1_793_000_000)

        let body = try repository.git("log", "-1", "--format=%B", commit)
        let trailers = try repository.git(
            "interpret-trailers", "--parse", input: Array(body.utf8)
        ).split(separator: "\n").map { $0.prefix { $0 != ":" } }
        #expect(trailers == ["Tenantkeep-Run", "Tenantkeep-Tenant", "Audit-Event"], "\(body)")
        let parsed = try repository.git(
            "log", "-1", "--format=%(trailers:only,unfold)", commit)
        #expect(parsed.split(separator: "\n").count == 3)
        #expect(try repository.git("log", "-1", "--format=%s", commit).contains(": 1 updated in "))
        let note = try repository.git("notes", "--ref=tenantkeep-audit", "show", commit)
        let events = try JSONSerialization.jsonObject(with: Data(note.utf8)) as? [Any]
        #expect(events?.count == 1)
    }
}
