import GitObjects
import GitRemote
import HTTPCarrier
import TestSupport
import Testing

/// Pushes to git's own server over TLS.
struct PushTests {
    @Test(arguments: [
        RemoteCredential.bearer(GitHost.token),
        .basic(user: GitHost.user, password: GitHost.password),
    ])
    func `a first push fills an empty repository, a next one moves on`(
        credential: RemoteCredential
    ) async throws {
        let scene = try Scene()
        let first = try scene.commit("one")
        let next = try scene.commit("two", on: first)
        try await scene.withRemote(credential: credential) { remote in
            let empty = try await remote.advertisement(for: .push)
            #expect(empty.isEmpty)

            let report = try await remote.push(
                [RemoteMove(scene.main, from: .zero, to: first)], pack: scene.pack(first),
                to: empty)

            #expect(report.taken == [scene.main])
            #expect(report.isComplete)
            #expect(try scene.remoteRef() == first)

            let now = try await remote.advertisement(for: .push)
            #expect(now[scene.main] == first)

            _ = try await remote.push(
                [RemoteMove(scene.main, from: first, to: next)],
                pack: scene.pack(next, without: first), to: now)

            #expect(try scene.remoteRef() == next)
        }
    }

    @Test func `several refs move in one push, with one that is there already`() async throws {
        let scene = try Scene()
        let commit = try scene.commit("one")
        let tag = try #require(RefName.tag("backup/1"))
        let moves = [
            RemoteMove(scene.main, from: .zero, to: commit),
            RemoteMove(.runs, from: .zero, to: commit),
            RemoteMove(tag, from: .zero, to: commit),
        ]
        try await scene.withRemote { remote in
            let report = try await remote.push(
                moves, pack: scene.pack(commit), to: remote.advertisement(for: .push))
            #expect(report.taken == Set(moves.map(\.ref)))

            let host = try await remote.advertisement(for: .push)
            let again = try await remote.push(
                [
                    RemoteMove(scene.main, from: commit, to: commit),
                    RemoteMove(.evidence, from: .zero, to: commit),
                ], pack: nil, to: host)

            #expect(again.taken == [scene.main, .evidence])
            #expect(try scene.remoteRef(RefName.evidence.text) == commit)
        }
    }

    @Test func `a hook that refuses is a refusal, with its words`() async throws {
        let scene = try Scene()
        try scene.host.hook(
            "update", "echo 'TF402455: Pushes to this branch are not permitted.' >&2; exit 1")
        let commit = try scene.commit("one")
        try await scene.withRemote { remote in
            let report = try await remote.push(
                [RemoteMove(scene.main, from: .zero, to: commit)], pack: scene.pack(commit),
                to: remote.advertisement(for: .push))

            let error = try #require(report.refused[scene.main])
            #expect(report.taken.isEmpty)
            #expect(error.kind == .refused)
            #expect(error.reason.contains("TF402455"))
            #expect(error.hint?.contains("Bypass policies") == true)
            #expect(try scene.remoteRef() == nil)
        }
    }

    @Test(arguments: [true, false])
    func `a host that takes only branches and tags is shown with its reason and the way out`(
        isWhole: Bool
    ) async throws {
        let scene = try Scene()
        let script =
            isWhole
            ? "while read -r old new ref; do case $ref in refs/heads/*|refs/tags/*) ;; *) "
                + "echo \"policy 17: $ref is not allowed\" >&2; exit 1;; esac; done"
            : "case $1 in refs/heads/*|refs/tags/*) ;; *) "
                + "echo \"policy 17: $1 is not allowed\" >&2; exit 1;; esac"
        try scene.host.hook(isWhole ? "pre-receive" : "update", script)
        let commit = try scene.commit("one")
        let moves = [
            RemoteMove(scene.main, from: .zero, to: commit),
            RemoteMove(.runs, from: .zero, to: commit),
        ]
        try await scene.withRemote { remote in
            let report = try await remote.push(
                moves, pack: scene.pack(commit), to: remote.advertisement(for: .push))

            for move in moves {
                let error = try #require(report.refused[move.ref])
                #expect(error.kind == .refused)
                #expect(
                    error.reason.contains("policy 17: refs/tenantkeep/runs is not allowed"),
                    "\(error)")
                #expect(error.hint?.contains("--runs-ref") == true, "\(error)")
            }
        }
    }

    @Test func `a hook that speaks of a branch only does not lead to other refs`() async throws {
        let scene = try Scene()
        try scene.host.hook("pre-receive", "echo 'refs/heads/main is closed' >&2; exit 1")
        let commit = try scene.commit("one")
        try await scene.withRemote { remote in
            let report = try await remote.push(
                [
                    RemoteMove(scene.main, from: .zero, to: commit),
                    RemoteMove(RefName.tag("x") ?? scene.main, from: .zero, to: commit),
                ], pack: scene.pack(commit), to: remote.advertisement(for: .push))

            let error = try #require(report.refused[scene.main])
            #expect(error.reason.contains("refs/heads/main is closed"))
            #expect(error.hint?.contains("--runs-ref") == false)
        }
    }

    @Test func `one refused ref holds the others back where the host is atomic`() async throws {
        let scene = try Scene()
        try scene.host.hook("update", "test \"$1\" != refs/tenantkeep/runs")
        let commit = try scene.commit("one")
        let moves = [
            RemoteMove(scene.main, from: .zero, to: commit),
            RemoteMove(.runs, from: .zero, to: commit),
        ]
        for isAtomic in [true, false] {
            try scene.host.place.git("config", "receive.advertiseAtomic", "\(isAtomic)")
            try await scene.withRemote { remote in
                let host = try await remote.advertisement(for: .push)
                #expect(host.offersAtomic == isAtomic)

                let report = try await remote.push(moves, pack: scene.pack(commit), to: host)

                #expect(report.taken == (isAtomic ? [] : [scene.main]))
                #expect(report.refused[.runs]?.kind == .refused)
                #expect(try scene.remoteRef() == (isAtomic ? nil : commit))
            }
        }
    }

    @Test func `what another writer moved before the push is moved, and nothing is sent`()
        async throws
    {
        let scene = try Scene()
        let first = try scene.commit("one")
        let ours = try scene.commit("ours", on: first)
        try await scene.withRemote { remote in
            _ = try await remote.push(
                [RemoteMove(scene.main, from: .zero, to: first)], pack: scene.pack(first),
                to: remote.advertisement(for: .push))
            let theirs = try scene.commit("theirs", on: first, in: scene.host.place)
            try scene.host.place.git("update-ref", "refs/heads/main", "\(theirs)")

            let error = await #expect(throws: RemoteError.self) {
                try await remote.push(
                    [RemoteMove(scene.main, from: first, to: ours)], pack: scene.pack(ours),
                    to: remote.advertisement(for: .push))
            }

            #expect(error?.kind == .moved)
            #expect(try scene.remoteRef() == theirs)
        }
    }

    @Test func `what moves between the advertisement and the push is moved`() async throws {
        let scene = try Scene()
        let first = try scene.commit("one")
        let ours = try scene.commit("ours", on: first)
        try await scene.withRemote { remote in
            _ = try await remote.push(
                [RemoteMove(scene.main, from: .zero, to: first)], pack: scene.pack(first),
                to: remote.advertisement(for: .push))
            let host = try await remote.advertisement(for: .push)
            let theirs = try scene.commit("theirs", on: first, in: scene.host.place)
            try scene.host.place.git("update-ref", "refs/heads/main", "\(theirs)")

            let report = try await remote.push(
                [RemoteMove(scene.main, from: first, to: ours)], pack: scene.pack(ours), to: host)

            #expect(report.refused[scene.main]?.kind == .moved)
            #expect(try scene.remoteRef() == theirs)
        }
    }

    @Test func `another writer in the middle of a push is not overwritten`() async throws {
        let scene = try Scene()
        let first = try scene.commit("one")
        let ours = try scene.commit("ours", on: first)
        try await scene.withRemote { remote in
            _ = try await remote.push(
                [RemoteMove(scene.main, from: .zero, to: first)], pack: scene.pack(first),
                to: remote.advertisement(for: .push))
            let theirs = try scene.commit("theirs", on: first, in: scene.host.place)
            // The hook stands between the check of the old ID and the update.
            try scene.host.hook(
                "pre-receive", "unset GIT_QUARANTINE_PATH; git update-ref refs/heads/main \(theirs)"
            )

            let report = try await remote.push(
                [RemoteMove(scene.main, from: first, to: ours)], pack: scene.pack(ours),
                to: remote.advertisement(for: .push))

            #expect(report.refused[scene.main]?.kind == .moved)
            #expect(try scene.remoteRef() == theirs)
        }
    }

    @Test func `a pack that builds on what the host lacks is missing objects`() async throws {
        let scene = try Scene()
        let first = try scene.commit("one")
        let next = try scene.commit("two", on: first)
        try await scene.withRemote { remote in
            let report = try await remote.push(
                [RemoteMove(scene.main, from: .zero, to: next)],
                pack: scene.pack(next, without: first), to: remote.advertisement(for: .push))

            #expect(report.refused[scene.main]?.kind == .missing, "\(report)")
            #expect(try scene.remoteRef() == nil)
        }
    }

    @Test func `objects that git's check refuses are a refusal`() async throws {
        let scene = try Scene()
        let tree = try scene.local.git("mktree", input: [])
        let text = "tree \(tree)\nauthor A <a> nonsense\ncommitter B <b@c> 1 +0000\n\nx\n"
        let bad = try scene.local.git(
            "hash-object", "-w", "-t", "commit", "--literally", "--stdin", input: Array(text.utf8))
        let commit = try #require(ObjectID(hex: bad))
        try await scene.withRemote { remote in
            let report = try await remote.push(
                [RemoteMove(scene.main, from: .zero, to: commit)], pack: scene.pack(commit),
                to: remote.advertisement(for: .push))

            let error = try #require(report.refused[scene.main])
            #expect(error.kind == .refused)
            #expect(try scene.remoteRef() == nil)
        }
    }
}
