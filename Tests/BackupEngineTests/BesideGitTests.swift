import BackupEngine
import Foundation
import GitObjects
import GitStore
import Synchronization
import TestSupport
import Testing

/// Runs while a person's git removes what nothing needs, packs refs and pushes, all the time.
struct BesideGitTests {
    /// 6 in the tests, more in `make soak`.
    private static var count: Int {
        ProcessInfo.processInfo.environment["TENANTKEEP_TEST_RUNS"].flatMap { Int($0) } ?? 6
    }

    /// One run that said that it is published.
    private struct Acknowledged {
        let branch: String
        let tag: String
        /// Whether the remote has it, too.
        let isPushed: Bool
    }

    @Test(arguments: [false, true])
    func `every run that is acknowledged is there, and nothing is damaged`(
        hasRemote: Bool
    ) async throws {
        let (repository, place) = (try Runs(), try TemporaryRepository())
        for made in [repository.repository, place] {
            try made.initialize()
            // Objects that git unpacks have no keep file, and git loses its own pushes.
            try made.git("config", "receive.unpackLimit", "1")
        }
        let end = End()
        let places = hasRemote ? [repository.repository, place] : [repository.repository]

        let acknowledged = try await withThrowingTaskGroup(of: Void.self) { group in
            for place in places {
                group.addTask { try await Self.clean(place, until: end) }
                group.addTask { try await Self.push(to: place, until: end) }
            }
            defer { end.come() }
            return try await runs(in: repository, hasRemote ? place : nil)
        }

        #expect(acknowledged.count >= Self.count / 2)
        // With so few runs, a git may have been in the way of every push.
        let isAnyPushed = acknowledged.contains { $0.isPushed }
        for place in places where isAnyPushed || place === repository.repository {
            let said = try place.git("fsck", "--strict", "--full", "--no-dangling")
            #expect(said == "")
            let files = try place.files()
            #expect(files.filter { $0.hasSuffix(".keep") || $0.hasSuffix(".lock") } == [])
            let isRemote = place !== repository.repository
            // What a remote that has gone another way did not take is kept beside.
            let commits = Set(
                try place.git("rev-list", isRemote ? "main" : "--all").split(separator: "\n"))
            for run in acknowledged where run.isPushed || !isRemote {
                #expect(commits.contains(Substring(run.branch)))
                #expect(try place.git("rev-parse", "\(run.tag)^{commit}") == run.branch)
            }
        }
    }

    /// Makes runs; every fifth with a remote begins on an empty disk, and so fetches.
    private func runs(
        in repository: Runs, _ place: TemporaryRepository?
    ) async throws -> [Acknowledged] {
        let main = try #require(RefName.branch("main"))
        let tenant = RecordedTenant(["people": .pages([items(0..<60)])])
        var acknowledged: [Acknowledged] = []
        for number in 1...Self.count {
            tenant.set("people", .pages([items(number..<(60 + number))]))
            let isElsewhere = place != nil && number % 5 == 0
            let disk = isElsewhere ? try Runs() : repository
            do {
                let result = try await disk.run(tenant, all(people)) {
                    $0.start = Date(timeIntervalSince1970: 1_790_000_000 + Double(number) * 3_600)
                    $0.remote = place.map {
                        RemoteOptions(LocalRemote(path: $0.path), branch: main)
                    }
                }
                if isElsewhere { try disk.expectSoundParts() }
                guard !isElsewhere, let branch = result.record.branch.after,
                    let tag = result.record.tag
                else { continue }
                // A push that another git was in the way of is made up by the next run.
                let isPushed = place != nil && result.push?.failure == nil
                acknowledged.append(Acknowledged(branch: branch, tag: tag, isPushed: isPushed))
            } catch let error as BackupError {
                // It says that it is not published, and has to be right.
                guard case .store(let reason) = error, reason.kind != .damaged else { throw error }
            }
        }
        return acknowledged
    }

    private static func clean(_ place: TemporaryRepository, until end: End) async throws {
        while !end.hasCome {
            // Two gits may be in each other's way, or a run in theirs.
            _ = try? place.git("repack", "-a", "-d", "-q")
            _ = try? place.git("gc", "--prune=now", "--quiet")
            await Task.yield()
        }
    }

    private static func push(to place: TemporaryRepository, until end: End) async throws {
        let clone = try TemporaryRepository()
        try clone.initialize()
        let tree = try clone.git("mktree")
        var number = 0
        while !end.hasCome {
            number += 1
            let commit = try clone.git("commit-tree", "-m", "theirs \(number)", tree)
            _ = try? clone.git(
                ["push", "--quiet", "--force", place.path, "\(commit):refs/heads/theirs"])
            await Task.yield()
        }
    }
}

/// Whether the runs are over.
private final class End: Sendable {
    private let state = Mutex(false)

    var hasCome: Bool { state.withLock { $0 } }

    func come() { state.withLock { $0 = true } }
}

extension Runs {
    /// A repository that began with the tip of a remote has not all that git's fsck looks for.
    fileprivate func expectSoundParts() throws {
        #expect(try !repository.files().contains { $0.hasSuffix(".keep") })
        #expect(try repository.git("rev-parse", "main").count == 40)
    }
}
