import Attribution
import CanonicalJSON
import FoundationEssentials
import GitObjects
import GitStore
import GraphCatalog
import TestSupport
import Testing

@testable import BackupEngine

/// What a run holds of a log that is longer than its memory.
struct EventSpillTests {
    private let adele = (id: "a1", name: "Adele Vance", email: Optional("adele@contoso.com"))

    private func event(
        _ id: String, _ activity: String = "Update user", on targets: String...,
        result: String = "success", note: String = ""
    ) throws -> AuditEvent {
        let time = Date(timeIntervalSince1970: 1_790_000_000)
        let json = Event(
            id, activity, at: time, by: adele, on: targets, result: result, changing: ["Value"]
        ).json.replacing(#""additionalDetails":[]"#, with: #""note":"\#(note)""#)
        return try #require(
            AuditEvent(try JSONValue(parsing: Array(json.utf8)), of: .directory, activities: []))
    }

    private func withSpill(
        room: Int, _ body: (EventSpill, TemporaryRepository) async throws -> Void
    ) async throws {
        let repository = try TemporaryRepository()
        let branch = try #require(RefName.branch("main"))
        let store = try GitStore(at: repository.path, for: .run(branch: branch), unique: "test")
        let spill = EventSpill(of: .directory, room: room) { () throws(GitError) in
            try store.scratchFile()
        }
        try await body(spill, repository)
        try await store.close()
    }

    @Test func `events that do not fit come back as they were, if they are wanted`() async throws {
        // One record is longer than what is read at once.
        let events = try (0..<9).map {
            try event("e\($0)", on: "u\($0)", note: String(repeating: "x", count: $0 * 200_000))
        }
        try await withSpill(room: 4) { spill, repository in
            let held = try await spill.spill(Array(events[..<3])) + spill.spill(Array(events[3...]))
            let recalled = try await spill.recall { $0.id != "e5" }

            #expect(held.map(\.id) == ["e0", "e1", "e2", "e3"])
            #expect(recalled.count == 5 && recalled.leftOut == 0)
            #expect(recalled.events.map(\.id) == ["e4", "e6", "e7", "e8"])
            #expect(recalled.events.map(\.evidence) == [4, 6, 7, 8].map { events[$0].evidence })
        }
    }

    @Test func `more than there is room for is counted, and no file is left`() async throws {
        try await withSpill(room: 2) { spill, repository in
            _ = try await spill.spill(try (0..<9).map { try event("e\($0)", on: "u") })
            let recalled = try await spill.recall { _ in true }

            #expect(recalled.events.map(\.id) == ["e2", "e3"])
            #expect(recalled.count == 7 && recalled.leftOut == 5)
            #expect(try !repository.files().contains { $0.contains("scratch") })
        }
    }

    @Test func `an event is of interest by an ID it names, whatever its case, or by its activity`()
        throws
    {
        var interest = EventInterest()
        interest.note(id: "person-1".utf8)
        let group = try event("e", "Add member to group", on: "someone", "PERSON-1")

        #expect(interest.wants(group))
        #expect(try interest.wants(event("e", on: "person-1")))
        #expect(try !interest.wants(event("e", on: "person-2")))
        #expect(try !interest.wants(event("e", on: "person-1", result: "failure")))
        interest.noteUnknown()
        #expect(try interest.wants(event("e", on: "person-2")))
    }

    @Test func `a log that does not fit in memory still tells who made the changes`() async throws {
        let runs = try Runs()
        let people = (0..<3).map { "person-number-\($0)" }
        func answer(_ value: String) -> RecordedTenant.Answer {
            .pages([people.map { item($0, #""value":"\#(value)""#) }])
        }
        let tenant = AuditedTenant(["people": answer("old")])
        let options: (inout BackupOptions) -> Void = {
            $0.audit = AuditOptions(heldEvents: 4)
        }
        try await runs.run(from: tenant, all(BackupEngineTests.people), options)
        let second = Date(timeIntervalSince1970: 1_790_000_000 + 2 * 86_400 - 3_600)
        tenant.log(
            (0..<20).map {
                Event("other-\($0)", at: second + Double($0), by: adele, on: "x\($0)")
            })
        tenant.log(
            Event("e1", at: second - 60, by: adele, on: people[0], changing: ["Value"]))
        tenant.set("people", answer("new"))

        let result = try await runs.run(from: tenant, all(BackupEngineTests.people), options)

        #expect(result.record.audit.used == ["e1"])
        #expect(result.record.audit.outcome == .complete)
        #expect(result.record.audit.reason?.contains("17 of them") == true)
    }
}
