import Foundation
import GraphCatalog
import Testing

@testable import BackupCommand
@testable import BackupEngine

struct BackupReportTests {
    private let recorder = Recorder()
    private let changes = [
        ChangedObject(
            kind: .updated, type: "users", path: "prod/Users/a1/a1.json", name: "Adele\nVance"),
        ChangedObject(
            kind: .deleted, type: "organization", path: "Organization/Organization.json",
            name: "Contoso"),
    ]

    private func report(
        _ record: RunRecord, changes: [ChangedObject] = [], isIncomplete: Bool = true,
        isDryRun: Bool = false
    ) throws -> BackupReport {
        let request = try BackupRequest(flags([.dryRun: [isDryRun ? "true" : "false"]]))
        return BackupReport(
            BackupResult(record: record, changes: changes, isIncomplete: isIncomplete),
            of: request, took: .milliseconds(9240))
    }

    @Test func `a run that kept a type says so, and ends with its own status`() async throws {
        let report = try report(sampleRecord(), changes: changes)

        await report.show(on: recorder.console(), asJSON: false)

        #expect(report.status == .incomplete)
        #expect(recorder.output.isEmpty)
        #expect(
            recorder.messages == """
                Backed up 100,002 objects of 2 types to ./tenant.git in 9.2 s.
                  users  3 created, 1,200 updated
                Tagged backup/2026-11-01T02-00-00Z
                Error: Could not read devices: Graph answered 503 nine times.

                """)
    }

    @Test func `the hint of a kept type follows it`() async throws {
        var record = try sampleRecord()
        record.types["devices"]?.hint = "Try again later."

        try await report(record).show(on: recorder.console(), asJSON: false)

        #expect(recorder.messages.hasSuffix("503 nine times.\nHint: Try again later.\n"))
    }

    @Test func `a run without a change says so`() async throws {
        var record = try sampleRecord()
        record.types = ["domains": TypeRecord(.complete, objects: 1)]
        record.tag = nil

        let report = try report(record, isIncomplete: false)

        #expect(report.status == .done)
        #expect(
            report.summary == [
                "Backed up 1 object of 1 type to ./tenant.git in 9.2 s.", "Nothing changed.",
            ])
    }

    @Test func `a dry run lists what would change, one line each`() async throws {
        let report = try report(sampleRecord(), changes: changes, isDryRun: true)

        await report.show(on: recorder.console(), asJSON: false)

        #expect(recorder.output == "M prod/Users  Adele\\u000aVance\nD Organization  Contoso\n")
        #expect(recorder.messages.hasPrefix("Compared 100,002 objects"))
    }

    @Test func `the document is the record and how the run ended`() async throws {
        try await report(sampleRecord(), changes: changes)
            .show(on: recorder.console(), asJSON: true)

        let text = Data(recorder.output.utf8)
        #expect(try JSONDecoder().decode(RunRecord.self, from: text) == sampleRecord())
        let ending = try JSONDecoder().decode(Ending.self, from: text)
        #expect(ending == Ending(exitStatus: 3, dryRun: nil, changes: nil))
        #expect(recorder.output.contains("\"push\" : null"))
    }

    @Test func `the document of a dry run has the changes, too`() async throws {
        try await report(sampleRecord(), changes: changes, isIncomplete: false, isDryRun: true)
            .show(on: recorder.console(), asJSON: true)

        let ending = try JSONDecoder().decode(Ending.self, from: Data(recorder.output.utf8))
        #expect(ending.exitStatus == 0)
        #expect(ending.dryRun == true)
        #expect(
            ending.changes?.first == [
                "kind": "M", "type": "users", "path": "prod/Users/a1/a1.json",
                "name": "Adele\nVance",
            ])
    }

    private struct Ending: Decodable, Equatable {
        let exitStatus: Int
        let dryRun: Bool?
        let changes: [[String: String]]?
    }
}

struct RunListingTests {
    @Test func `a run is its time, its tag, its counts, its gaps and its commits`() throws {
        let run = try sampleRun(author: "Adele Vance", subject: "Adele Vance: 9 updated in Users")

        #expect(
            RunListing(run).lines.map(\.text) == [
                "run 2026-11-01T02:00:00Z  backup/2026-11-01T02-00-00Z",
                "    3 created, 1,200 updated of 100,414 objects",
                "    kept devices: Graph answered 503 nine times",
                "    1a2b3c4d5e Adele Vance: 9 updated in Users",
            ])
    }

    @Test func `a commit that git made names its author before its subject`() throws {
        let run = try sampleRun(author: "Lee Gu", subject: "Fix it")

        #expect(RunListing(run).lines.last?.text == "    1a2b3c4d5e Lee Gu: Fix it")
    }

    @Test func `no line begins with what came from a tenant`() throws {
        let run = try sampleRun(author: "##vso[x]", subject: "::y")

        for line in RunListing(run).lines {
            #expect(line.text.hasPrefix("run ") || line.text.hasPrefix("    "))
        }
    }

    @Test func `the document of a run is its record and its commits`() async throws {
        let recorder = Recorder()
        let run = try sampleRun(author: "Adele Vance", subject: "Adele Vance: 9 updated in Users")

        await recorder.console().document([LoggedRunDocument(run)])

        let text = Data(recorder.output.utf8)
        #expect(try JSONDecoder().decode([RunRecord].self, from: text) == [sampleRecord()])
        let commit = try JSONDecoder().decode([Commits].self, from: text).first?.commits.first
        #expect(commit?.id == sampleID)
        #expect(commit?.subject == "Adele Vance: 9 updated in Users")
        #expect(
            commit?.author == [
                "name": "Adele Vance", "email": "adele@contoso.com", "date": "2026-11-01T02:00:00Z",
            ])
    }

    private struct Commits: Decodable {
        struct Commit: Decodable {
            let id: String
            let author: [String: String]
            let subject: String
        }

        let commits: [Commit]
    }
}
