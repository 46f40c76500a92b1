import GitStore
import GraphCatalog
import Testing

@testable import BackupCommand
@testable import BackupEngine

struct CommandFailureTests {
    @Test(arguments: [
        (BackupError.source(GraphError(.signInRefused, "Entra refused")), 6),
        (.source(GraphError(.unreachable, "no answer")), 1),
        (.source(GraphError(.unavailable, "Graph answered 503")), 1),
        (.nothingPermitted(reason: "403"), 6),
        (.otherTenant(repository: "x", recorded: "a", given: "b"), 2),
        (.store(GitError(.held, "lock x", reason: "held")), 5),
        (.store(GitError(.notARepository, "use x", reason: "no")), 2),
        (.store(GitError(.damaged, "read x", reason: "gone")), 7),
        (.store(GitError(.moved, "move x", reason: "moved")), 1),
        (.store(GitError(.locked, "move x", reason: "locked")), 1),
        (.store(GitError(.other, "write x", reason: "full")), 1),
        (.unreadableRecord(reason: "no run.json"), 7),
        (.twoFolders(one: "Users", other: "users"), 2),
        (.newerRecord(schema: 2, version: "9.0"), 2),
        (.interrupted, 130),
    ])
    func `every end has its status`(error: BackupError, status: Int) {
        #expect(Int(CommandFailure(error).status.rawValue) == status)
    }

    @Test(arguments: [(Int32(2), Int32(130)), (15, 143)])
    func `a signal has its own status, also if it ended a request`(signal: Int32, status: Int32) {
        for error in [BackupError.interrupted, .source(GraphError(.other, "was cancelled"))] {
            let failure = CommandFailure(error, signal: signal)

            #expect(failure.status.rawValue == status)
            #expect(
                failure.sentence
                    == "The backup was interrupted; the repository is as it was.")
        }
    }

    @Test func `a signal does not hide that the repository is damaged`() {
        let damaged = BackupError.store(GitError(.damaged, "read x", reason: "gone"))

        #expect(CommandFailure(damaged, signal: 15).status == .damaged)
    }

    @Test func `what, why and what to do are told`() {
        let failure = CommandFailure(
            .store(
                GitError(
                    .held, "lock ./tenant.git", reason: "another run holds it (process 7)",
                    hint: "Wait for that run to end.")))

        #expect(
            failure.sentence
                == "Could not lock ./tenant.git: another run holds it (process 7).")
        #expect(failure.hint == "Wait for that run to end.")
    }

    @Test(arguments: [
        ("a sentence", "a sentence."), ("Is it so?", "Is it so?"), ("done.", "done."),
        (
            "not of tenant 11111111-2222-3333-4444-555555555555",
            "not of tenant 11111111-2222-3333-4444-555555555555"
        ),
        ("see ./tenant.git/config", "see ./tenant.git/config"), ("", "."),
    ])
    func `no stop stands straight after an ID or a path`(text: String, stopped: String) {
        #expect(text.isEmpty || text.stopped == stopped)
    }
}
