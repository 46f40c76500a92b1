import Foundation
import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand

struct NotificationTests {
    private let notice = Notice(
        occasion: .failure, title: "The backup of ./a.git failed",
        lines: ["Could not sign in: <!channel> & [x](https://e.example).", "Hint\u{202E}ed."],
        status: .refused, repository: "./a.git", tenant: "t-1", tag: nil)

    private func notifications(_ texts: [Setting: String]) throws -> Notifications {
        try Notifications(flags(texts.mapValues { [$0] }))
    }

    private func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    // MARK: Forms

    @Test func `the plain form is one document for programs`() throws {
        let document = try object(notice.document(in: .json))

        #expect(
            document.keys.sorted() == [
                "event", "exitStatus", "lines", "repository", "schema", "tenant", "title",
                "version",
            ])
        #expect(document["event"] as? String == "failure")
        #expect(document["exitStatus"] as? Int == 6)
        #expect(document["lines"] as? [String] == notice.lines)
    }

    @Test func `Slack gets a text without links and mentions`() throws {
        let document = try object(notice.document(in: .slack))

        #expect(document.keys.sorted() == ["text"])
        let text = try #require(document["text"] as? String)
        #expect(text.hasPrefix("The backup of ./a.git failed\n• Could not sign in: "))
        #expect(text.contains("&lt;!channel&gt; &amp; "))
        #expect(!text.contains("<") && !text.contains("\u{202E}"))
    }

    @Test func `Teams gets a card whose texts are no Markdown`() throws {
        let document = try object(notice.document(in: .teams))

        let attachments = try #require(document["attachments"] as? [[String: Any]])
        let card = try #require(attachments.first?["content"] as? [String: Any])
        let blocks = try #require(card["body"] as? [[String: Any]])
        #expect(document["type"] as? String == "message")
        #expect(
            attachments.first?["contentType"] as? String
                == "application/vnd.microsoft.card.adaptive")
        #expect(card["type"] as? String == "AdaptiveCard")
        #expect(blocks.count == 3)
        #expect(blocks.allSatisfy { $0["type"] as? String == "RichTextBlock" })
    }

    @Test func `a long list is cut`() throws {
        var lines = notice
        lines = Notice(
            occasion: .incomplete, title: "", lines: (1...30).map { "type \($0)" },
            status: .incomplete, repository: "./a.git")

        let document = try object(lines.document(in: .json))

        let shown = try #require(document["lines"] as? [String])
        #expect(shown.count == 21)
        #expect(shown.last == "… and 10 more")
    }

    // MARK: Settings

    @Test(
        arguments: [
            "http://hooks.example/secret", "ftp://hooks.example/secret", "secret", "https://",
            "https://user:secret@hooks.example/", "https://hooks.example/secret word",
            "https://hooks.example/secret\r\nHost: x",
        ])
    func `an address that cannot be called ends with 2, and is not shown`(text: String) throws {
        let error = try #require(throws: CommandFailure.self) {
            _ = try notifications([.notifyOnFailure: text])
        }

        #expect(error.status == .usage)
        #expect(!"\(error)".contains("secret"))
    }

    @Test func `an unknown form ends with 2 and those there are`() throws {
        let error = try #require(throws: CommandFailure.self) {
            _ = try notifications([.notifyForm: "irc"])
        }

        #expect(error.status == .usage)
        #expect(error.hint == "The forms are json, teams, slack.")
    }

    @Test func `the configuration file names addresses, and mistakes their lines`() throws {
        let settings = try file(
            """
            notify:
              onFailure: https://hooks.example/a
              onSuccess: https://hooks.example/b
              onIncomplete: https://hooks.example/c
              onChange: https://hooks.example/d
              form: teams
            """)

        #expect(settings.text(.notifyOnFailure) == "https://hooks.example/a")
        #expect(settings.text(.notifyOnSuccess) == "https://hooks.example/b")
        #expect(settings.text(.notifyOnIncomplete) == "https://hooks.example/c")
        #expect(settings.text(.notifyOnChange) == "https://hooks.example/d")
        #expect(settings.text(.notifyForm) == "teams")
        let error = try #require(throws: CommandFailure.self) {
            _ = try file("notify: {onFailure: https://x.example/a,\n onFailed: b}")
        }
        #expect(error.message == "Could not use contoso.yaml, line 2")
    }

    // MARK: Calls

    private func tell(
        _ notifications: Notifications, _ notices: [Notice]
    ) async -> [CommandFailure] {
        await notifications.tell(notices, environment: [:])
    }

    @Test func `each occasion calls its own address`() async throws {
        try await HookServer.run { server, address in
            let notifications = try notifications([
                .notifyOnFailure: "\(address)/failure", .notifyOnSuccess: "\(address)/success",
            ])
            let success = Notice(
                occasion: .success, title: "done", lines: [], status: .done, repository: "a")
            let change = Notice(
                occasion: .change, title: "new", lines: [], status: .done, repository: "a")

            let failures = await tell(notifications, [notice, success, change])

            #expect(failures.isEmpty)
            #expect(server.calls.map(\.path) == ["/failure", "/success"])
            #expect(server.calls.map(\.method) == ["POST", "GET"])
            #expect(server.calls.first?.contentType == "application/json")
            #expect(server.calls.first?.body == notice.document(in: .json))
        }
    }

    @Test(arguments: [302, 404, 500])
    func `a refusal is told by the server's name alone`(status: Int) async throws {
        try await HookServer.run(status: status) { server, address in
            let notifications = try notifications([.notifyOnFailure: "\(address)/T0KEN?key=T0KEN"])

            let failures = await tell(notifications, [notice])

            #expect(
                failures.map(\.sentence) == [
                    "Could not notify \(address)/… of the failure: 127.0.0.1 answered \(status)."
                ])
            #expect(server.calls.count == 1)
        }
    }

    @Test func `nobody there is told likewise`() async throws {
        let notifications = try notifications([.notifyOnFailure: "http://127.0.0.1:1/T0KEN"])

        let failures = await tell(notifications, [notice])

        #expect(failures.count == 1)
        #expect(failures.first?.reason == "127.0.0.1 could not be reached at 127.0.0.1")
        #expect(!"\(failures)".contains("T0KEN"))
    }

    // MARK: Runs

    @Test func `a run calls whom its end concerns, and ends as it would have`() async throws {
        try await withContoso { run in
            try await HookServer.run { server, address in
                let addresses = [
                    "TENANTKEEP_NOTIFY_ON_FAILURE": "\(address)/failure",
                    "TENANTKEEP_NOTIFY_ON_INCOMPLETE": "\(address)/incomplete",
                    "TENANTKEEP_NOTIFY_ON_CHANGE": "\(address)/change",
                    "TENANTKEEP_NOTIFY_ON_SUCCESS": "\(address)/success",
                ]
                func paths(_ expected: [String]) {
                    #expect(server.calls.map(\.path) == expected)
                }

                let first = try await run.backUp("organization", changing: addresses)
                #expect(first.status == 0, "\(first.messages)")
                paths(["/change", "/success"])

                let second = try await run.backUp("organization", changing: addresses)
                #expect(second.status == 0)
                paths(["/change", "/success", "/success"])

                run.tenant.inject(Fault(.status(403), path: "organization"))
                let third = try await run.backUp("organization,domains", changing: addresses)
                #expect(third.status == 3, "\(third.messages)")
                paths(["/change", "/change", "/incomplete", "/success", "/success"])
                let change = try object(
                    try #require(server.calls.last { $0.path == "/change" }).body)
                #expect(change["tag"] != nil)
                let missing = try #require(server.calls.first { $0.path == "/incomplete" })
                let lines = try #require(try object(missing.body)["lines"] as? [String])
                #expect(lines.contains { $0.hasPrefix("organization: ") })
                #expect(!lines.contains { $0.hasPrefix("domains: ") })

                let fourth = try await run.backUp(
                    "organization",
                    changing: addresses.merging(["AZURE_CLIENT_SECRET": "W0RD"]) { $1 })
                #expect(fourth.status == 6)
                let failure = try #require(server.calls.first { $0.path == "/failure" })
                #expect(try object(failure.body)["exitStatus"] as? Int == 6)
                #expect(!String(decoding: failure.body, as: UTF8.self).contains("W0RD"))
            }
        }
    }

    @Test func `a file that nobody named does not say who is called`() async throws {
        try await withContoso { run in
            try await HookServer.run { server, address in
                try run.program.write(
                    "notify:\n  onSuccess: \(address)/T0KEN\n", to: "tenantkeep.yaml")

                let unnamed = try await run.backUp("organization")
                #expect(unnamed.status == 0)
                #expect(server.calls.isEmpty)
                #expect(unnamed.messages.contains("Nobody is notified"))
                #expect(unnamed.messages.contains("say --config tenantkeep.yaml"))
                #expect(!unnamed.messages.contains("T0KEN"))

                let named = try await run.backUp(
                    "organization", arguments: ["--config", "tenantkeep.yaml"])
                #expect(named.status == 0)
                #expect(server.calls.map(\.path) == ["/T0KEN"])
                #expect(!named.messages.contains("Nobody is notified"))
            }
        }
    }

    @Test func `a server that never answers delays a run, and changes nothing about it`()
        async throws
    {
        try await withContoso { run in
            try await HookServer.run(isSilent: true) { server, address in
                let ending = try await run.backUp(
                    "organization",
                    changing: ["TENANTKEEP_NOTIFY_ON_SUCCESS": "\(address)/T0KEN"])

                #expect(ending.status == 0)
                #expect(ending.messages.contains("Could not notify \(address)/… of the success"))
                #expect(!ending.messages.contains("T0KEN"))
                #expect(server.calls.count == 1)
                #expect(try ending.document()["exitStatus"] as? Int == 0)
            }
        }
    }

    @Test func `a backup that the remote does not take is a failure`() async throws {
        try await withContoso { run in
            try await HookServer.run { server, address in
                let host = try GitHost()
                try host.hook("pre-receive", "echo no such pushes; exit 1")

                let ending = try await run.backUp(
                    "organization",
                    changing: [
                        "TENANTKEEP_NOTIFY_ON_FAILURE": "\(address)/failure",
                        "TENANTKEEP_NOTIFY_ON_SUCCESS": "\(address)/success",
                        "TENANTKEEP_PUSH": host.url, "TENANTKEEP_REMOTE_TOKEN": GitHost.token,
                        "SSL_CERT_FILE": host.certificates,
                    ])

                #expect(ending.status == 4, "\(ending.messages)")
                #expect(server.calls.map(\.path) == ["/failure"])
                let message = try object(try #require(server.calls.first).body)
                #expect(message["exitStatus"] as? Int == 4)
                #expect((message["title"] as? String)?.hasSuffix("made, but not pushed") == true)
                #expect((message["lines"] as? [String])?.isEmpty == false)
            }
        }
    }

    @Test func `a dry run calls nobody`() async throws {
        try await withContoso { run in
            try await HookServer.run { server, address in
                let ending = try await run.backUp(
                    "organization", arguments: ["--dry-run"],
                    changing: ["TENANTKEEP_NOTIFY_ON_SUCCESS": "\(address)/success"])

                #expect(ending.status == 0)
                #expect(server.calls.isEmpty)
            }
        }
    }
}
