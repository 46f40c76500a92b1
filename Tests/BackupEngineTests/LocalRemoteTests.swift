import BackupEngine
import FoundationEssentials
import GitObjects
import GitPack
import GitRemote
import GitStore
import TestSupport
import Testing

/// A bare repository on this machine as the remote, judged by git.
struct LocalRemoteTests {
    private let tenant = RecordedTenant([
        "people": .pages([items(0..<400)]), "organization": .pages([[item("o")]]),
    ])
    private let place: TemporaryRepository
    private let main: RefName

    init() throws {
        place = try TemporaryRepository()
        try place.initialize()
        main = try #require(RefName.branch("main"))
    }

    private var remote: LocalRemote { LocalRemote(path: place.path) }

    @discardableResult
    private func backUp(_ runs: Runs, day: Int) async throws -> BackupResult {
        let options = RemoteOptions(remote, branch: main)
        return try await runs.run(tenant, all(people, organization)) {
            $0.remote = options
            $0.start = Date(timeIntervalSince1970: 1_790_000_000 + Double(day) * 86_400)
        }
    }

    private func expectSound() throws {
        #expect(try place.git("fsck", "--strict", "--full", "--no-dangling") == "")
        #expect(try place.files().filter { $0.hasSuffix(".lock") || $0.contains("tmp_") } == [])
    }

    @Test func `runs from empty and warm disks go on with its history`() async throws {
        let (first, second, third) = (try Runs(), try Runs(), try Runs())
        try await backUp(first, day: 1)
        tenant.set("people", .pages([items(1..<401)]))
        let result = try await backUp(second, day: 2)
        tenant.set("people", .pages([items(1..<400) + [item("id-400", "\"a\":1")]]))
        let warm = try await backUp(second, day: 3)
        let behind = try await backUp(first, day: 4)
        let again = try await backUp(third, day: 5)

        for result in [result, warm, behind, again] { #expect(result.push?.failure == nil) }
        #expect(result.changes.contains { $0.kind == .deleted && $0.name == "Number 0" })
        #expect(warm.record.types["people"]?.updated == 1)
        #expect(again.changes.isEmpty && behind.changes.isEmpty)
        #expect(try place.git("rev-list", "--count", "main") == "3")
        #expect(try place.git("rev-list", "--count", "refs/tenantkeep/runs") == "5")
        #expect(
            try place.git("for-each-ref", "--format=%(*objectname)", "refs/tags")
                .split(separator: "\n").count == 3)
        try expectSound()
        try first.expectSound()
        #expect(try second.repository.files().contains("tenantkeep/partial"))
        #expect(try third.git("rev-list", "--count", "main") == "1")
        let whole = try Runs()
        try await whole.run(tenant, all(people, organization))
        #expect(
            try whole.git("rev-parse", "main^{tree}") == place.git("rev-parse", "main^{tree}"))
    }

    @Test func `a partial repository is made whole, and grows where history is wanted`()
        async throws
    {
        let runs = try Runs()
        for day in 1...12 {
            tenant.set("people", .pages([items(day..<(400 + day))]))
            try await backUp(runs, day: day)
        }
        let partial = try Runs()
        try await backUp(partial, day: 13)
        let commits = try await served(depth: 4)

        let transfer = RemoteTransfer(
            of: partial.repository.path, branch: main, with: RemoteOptions(remote, branch: main),
            start: Date(timeIntervalSince1970: 1_792_000_000))
        let record = try await transfer.fetch()

        #expect(commits.shallow.count == 1 && commits.unshallow.count == 1)
        #expect(!record.isEmpty)
        #expect(try !partial.repository.files().contains("tenantkeep/partial"))
        #expect(try partial.git("rev-list", "--count", "main") == "12")
        try partial.expectSound()
        try expectSound()
    }

    /// What one gets who has the tip alone and wants more of the branch.
    private func served(depth: Int) async throws -> Served {
        let store = try GitStore(at: place.path, for: .serving, unique: "served")
        let tip = try #require(try await store.readRef(main))
        let served = try await store.served(
            [tip], without: [tip], shallow: [tip], depth: depth, withBlobs: false)
        #expect(served.unshallow == [tip])
        #expect(
            try served.shallow.map { "\($0)" }
                == [place.git("rev-parse", "main~\(depth - 1)")])
        return served
    }

    @Test func `the remote moved and this repository too: what it has is kept beside`()
        async throws
    {
        let (one, other) = (try Runs(), try Runs())
        try await backUp(one, day: 1)
        try await backUp(other, day: 2)
        tenant.set("people", .pages([items(1..<401)]))
        try await one.run(tenant, all(people, organization)) {
            $0.start = Date(timeIntervalSince1970: 1_790_000_000 + 3 * 86_400)
        }
        let alone = try one.git("rev-parse", "main")
        tenant.set("people", .pages([items(2..<402)]))
        try await backUp(other, day: 4)

        let result = try await backUp(one, day: 5)

        #expect(result.push?.failure == nil)
        #expect(
            try one.git("for-each-ref", "--format=%(objectname)", "refs/tenantkeep/diverged")
                .contains(alone))
        #expect(try one.git("rev-parse", "main") == place.git("rev-parse", "main"))
        try one.expectSound()
        try expectSound()
    }

    // MARK: Refusals

    /// A commit of one file in a repository of its own, and its pack.
    private func commit(_ text: String) throws -> (id: ObjectID, pack: PackFile) {
        let source = try TemporaryRepository()
        try source.initialize()
        let blob = try source.git("hash-object", "-w", "--stdin", input: Array(text.utf8))
        let tree = try source.git("mktree", input: Array("100644 blob \(blob)\tfile\n".utf8))
        let id = try #require(ObjectID(hex: try source.git("commit-tree", "-m", text, tree)))
        let pack = try source.gitBytes(
            "pack-objects", "--revs", "--stdout", "-q", input: Array("\(id)\n".utf8))
        try source.write("sent.pack", pack)
        return (id, try PackFile("\(source.path)/sent.pack"))
    }

    @Test func `a ref that is not where it was is not moved, nor any other with it`() async throws {
        let (ours, theirs) = (try commit("ours"), try commit("theirs"))
        let before = try await remote.advertisement(for: .push)
        _ = try await remote.push(
            [RemoteMove(main, from: .zero, to: theirs.id)], pack: theirs.pack, to: before)

        let error = await #expect(throws: RemoteError.self) {
            try await remote.push(
                [
                    RemoteMove(.runs, from: .zero, to: ours.id),
                    RemoteMove(main, from: .zero, to: ours.id),
                ], pack: ours.pack, to: before)
        }

        #expect(error?.kind == .moved)
        #expect(try place.git("for-each-ref", "--format=%(refname)") == "refs/heads/main")
        #expect(try place.git("rev-parse", "main") == "\(theirs.id)")
        #expect(try place.files().filter { $0.hasSuffix(".pack") }.count == 1)
        try expectSound()
    }

    @Test func `a pack that is not whole moves nothing`() async throws {
        let (ours, other) = (try commit("ours"), try commit("other"))

        let error = await #expect(throws: RemoteError.self) {
            try await remote.push(
                [RemoteMove(main, from: .zero, to: ours.id)], pack: other.pack,
                to: remote.advertisement(for: .push))
        }

        #expect(error?.kind == .malformed)
        #expect(try place.git("for-each-ref") == "")
        #expect(try place.files().filter { $0.hasSuffix(".pack") } == [])
        try expectSound()
    }

    @Test func `many who push at once take turns, or are told`() async throws {
        let commits = try (0..<6).map { try commit("number \($0)") }
        let before = try await remote.advertisement(for: .push)

        let reports = await withTaskGroup(of: Result<PushReport, RemoteError>.self) { group in
            for commit in commits {
                group.addTask { [main, place] in
                    do throws(RemoteError) {
                        return .success(
                            try await LocalRemote(path: place.path).push(
                                [RemoteMove(main, from: .zero, to: commit.id)], pack: commit.pack,
                                to: before))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }

        let errors = reports.compactMap { result in
            if case .failure(let error) = result { error.kind } else { nil }
        }
        #expect(errors.count == commits.count - 1)
        #expect(errors.allSatisfy { $0 == .moved || $0 == .unreachable })
        try expectSound()
    }

    @Test func `a run that holds it is waited for by the next push`() async throws {
        let holder = try GitStore(at: place.path, for: .run(branch: main), unique: "holder")
        let runs = try Runs()

        let held = try await backUp(runs, day: 1)
        try await holder.close()
        let free = try await backUp(runs, day: 2)

        #expect(held.push?.failure?.kind == .unreachable)
        #expect(free.push?.failure == nil)
        #expect(try place.git("rev-list", "--count", "refs/tenantkeep/runs") == "2")
        try expectSound()
    }

    @Test func `git's own lock stands in the way, and stays`() async throws {
        let ours = try commit("ours")
        try place.write("refs/heads/main.lock", [])
        let remote = LocalRemote(path: place.path) { _ in false }

        let error = await #expect(throws: RemoteError.self) {
            try await remote.push(
                [RemoteMove(main, from: .zero, to: ours.id)], pack: ours.pack,
                to: remote.advertisement(for: .push))
        }

        #expect(error?.kind == .unreachable)
        #expect(error?.reason.contains("main.lock") == true)
        #expect(try place.files().contains("refs/heads/main.lock"))
        #expect(try place.git("for-each-ref") == "")
    }

    @Test func `what is no bare repository is not found, and not made`() async throws {
        try place.git("init", "--quiet", "\(place.folder)/tree")
        try place.run(["mkdir", "\(place.folder)/empty"])
        try place.run(["touch", "\(place.folder)/file"])
        for name in ["nothing", "tree", "tree/.git", "empty", "file", "file/x"] {
            let path = "\(place.folder)/\(name)"
            let other = LocalRemote(path: path)
            let error = await #expect(throws: RemoteError.self) {
                try await other.advertisement(for: .push)
            }

            #expect(error?.kind == .notFound, "\(name): \(String(describing: error))")
            #expect(error?.hint?.contains("bare repository") == true)
        }
        let nothingIsMade = "cd \"$1\" && test ! -e nothing && test -z \"$(ls -A empty)\""
        try place.run(["sh", "-c", nothingIsMade, "sh", place.folder])
    }

    @Test func `refs that are links or of odd names are no hindrance`() async throws {
        let ours = try commit("ours")
        try place.write("refs/remotes/origin/HEAD", Array("ref: refs/heads/main\n".utf8))
        try place.write("refs/heads/ü", Array("\(String(repeating: "1", count: 40))\n".utf8))

        let host = try await remote.advertisement(for: .push)
        let report = try await remote.push(
            [RemoteMove(main, from: .zero, to: ours.id)], pack: ours.pack, to: host)

        #expect(host.isEmpty)
        #expect(report.taken == [main])
        #expect(try place.git("rev-parse", "main") == "\(ours.id)")
    }
}
