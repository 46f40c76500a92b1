import Foundation
import TenantSimulator
import Testing

/// What a run that is killed leaves behind.
struct KillTests {
    /// 20 in the tests, more in `make soak`.
    private static var kills: Int {
        ProcessInfo.processInfo.environment["TENANTKEEP_TEST_KILLS"].flatMap { Int($0) } ?? 20
    }

    /// What the killed run finds.
    private enum Ground: Int, CaseIterable {
        /// No repository yet.
        case nothing
        case repository
        /// A repository whose branch git has written as a file of its own.
        case looseRef
    }

    @Test func `killed at any moment, all refs are old or all are new, and the next run succeeds`()
        async throws
    {
        try await endToEnd(GeneratedTenant(users: 300, groups: 20, membersPerGroup: 4)) { run in
            try await run.backUp("groups", repository: "start.git")
            let old = try run.refs(in: "start.git")
            let began = ContinuousClock.now
            try await run.backUp("users,groups", repository: "whole.git")
            let length = ContinuousClock.now - began
            var random = SplitMix(state: 20_261_123)
            for number in 0..<Self.kills {
                let ground = Ground.allCases[number % 3]
                let repository = "kill-\(number).git"
                try lay(ground, repository, run, old)
                let delay = length * Double(random.next() % 1_200) / 1_000

                try await run.backUp("users,groups", repository: repository) { process in
                    try await Task.sleep(for: delay)
                    kill(process.processIdentifier, SIGKILL)
                }

                try expectAllOrNothing(repository, ground == .nothing ? [:] : old, run)
                let next = try await run.backUp("users,groups", repository: repository)
                #expect(next.status == 0, "after kill \(number) at \(delay): \(next.messages)")
                try expectSound(repository, run)
                #expect(try run.tree(in: repository) == run.tree(in: "whole.git"))
                try FileManager.default.removeItem(
                    at: run.program.folder.appending(path: repository))
            }
        }
    }

    private func lay(
        _ ground: Ground, _ repository: String, _ run: EndToEnd, _ old: [String: String]
    ) throws {
        guard ground != .nothing else { return }
        let folder = run.program.folder
        try FileManager.default.copyItem(
            at: folder.appending(path: "start.git"), to: folder.appending(path: repository))
        guard ground == .looseRef else { return }
        let tip = try #require(old["refs/heads/main"])
        try run.program.write(tip + "\n", to: "\(repository)/refs/heads/main")
    }

    /// Branch, tag and record move together: how many refs there are tells which of the two it is.
    private func expectAllOrNothing(
        _ repository: String, _ old: [String: String], _ run: EndToEnd
    ) throws {
        guard run.program.exists("\(repository)/HEAD") else { return }
        let refs = try run.refs(in: repository)
        try expectSound(repository, run)
        guard refs != old else { return }
        #expect(refs.count == old.count + (old.isEmpty ? 3 : 1))
        #expect(refs["refs/heads/main"] != old["refs/heads/main"])
        #expect(refs["refs/tenantkeep/runs"] != old["refs/tenantkeep/runs"])
    }

    /// Nothing is missing or wrong; what the killed run had stored and nothing names may be there.
    private func expectSound(_ repository: String, _ run: EndToEnd) throws {
        let said = try run.git(
            "--git-dir=\(repository)", "fsck", "--strict", "--full", "--no-dangling")
        #expect(said == "")
    }
}

/// A small generator of random numbers from a seed (SplitMix64).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
