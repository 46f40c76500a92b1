import Foundation
import GitObjects
import GitPack
import GitRemote
import ProcessCarrier
import TestSupport
import Testing

/// Remotes over SSH, through the built program.
struct ProcessCarrierTests {
    private let local: TemporaryRepository
    private let main: RefName

    init() throws {
        local = try TemporaryRepository()
        try local.initialize()
        main = try #require(RefName.branch("main"))
    }

    private func commit(_ text: String, on parent: ObjectID? = nil) throws -> ObjectID {
        let blob = try local.git("hash-object", "-w", "--stdin", input: Array(text.utf8))
        let tree = try local.git("mktree", input: Array("100644 blob \(blob)\tfile\n".utf8))
        let commit =
            try parent.map { try local.git("commit-tree", "-m", "x", "-p", "\($0)", tree) }
            ?? local.git("commit-tree", "-m", "x", tree)
        return try #require(ObjectID(hex: commit))
    }

    private func pack(_ commit: ObjectID) throws -> PackFile {
        let bytes = try local.gitBytes(
            "pack-objects", "--revs", "--stdout", "-q", input: Array("\(commit)\n".utf8))
        let path = "\(local.folder)/\(commit).pack"
        try Data(bytes).write(to: URL(filePath: path))
        return try PackFile(path)
    }

    private func remote(_ carrier: ProcessCarrier) -> GitRemote {
        GitRemote(carrier: carrier, agent: "tenantkeep/0.1.0", clock: TestClock())
    }

    private func ssh(
        _ host: SSHHost, port: Int? = nil, home: String? = nil,
        idling: Duration = ProcessCarrier.patience
    ) throws -> GitRemote {
        let tests = try #require(Bundle.main.executableURL)
        let program = tests.deletingLastPathComponent().appending(path: "tenantkeep").path
        return remote(
            ProcessCarrier(
                ssh: host.url(port: port), program: program,
                environment: ["HOME": home ?? host.home], idling: idling))
    }

    /// Pushes twice, is refused once, and fetches what was pushed.
    private func exercise(_ remote: GitRemote, at place: TemporaryRepository) async throws {
        let text = (0..<200_000).map { "\(($0 &* 7919) % 100_003)\n" }.joined()
        let (first, next) = (try commit("one"), try commit(text, on: try commit("one")))
        let empty = try await remote.advertisement(for: .push)
        #expect(empty.isEmpty)

        _ = try await remote.push(
            [RemoteMove(main, from: .zero, to: first)], pack: pack(first), to: empty)
        let report = try await remote.push(
            [RemoteMove(main, from: first, to: next)], pack: pack(next),
            to: remote.advertisement(for: .push))
        let late = try await remote.push(
            [RemoteMove(.runs, from: .zero, to: next), RemoteMove(main, from: next, to: next)],
            pack: nil, to: remote.advertisement(for: .push))

        #expect(report.taken == [main])
        #expect(late.taken == [main, .runs])
        #expect(try place.git("rev-parse", "main") == "\(next)")
        #expect(try place.git("fsck", "--strict", "--full", "--no-dangling") == "")

        let path = "\(local.folder)/fetched.pack"
        var request = FetchRequest(wants: [next])
        request.depth = 1
        let answer = try await remote.fetch(
            request, from: remote.advertisement(for: .fetch), packTo: path)
        #expect(answer.shallow == [next])
        #expect(try Data(contentsOf: URL(filePath: path)).count == answer.byteCount)
    }

    @Test(arguments: ["ed25519", "ecdsa"])
    func `a repository over SSH takes pushes and serves fetches`(key: String) async throws {
        let host = try SSHHost(key: key)
        try await exercise(try ssh(host), at: host.place)
    }

    @Test func `a hook's refusal comes over SSH`() async throws {
        let host = try SSHHost()
        try host.place.write("hooks/update", Array("#!/bin/sh\nexit 1\n".utf8))
        try host.place.run(["chmod", "+x", "\(host.place.path)/hooks/update"])
        let commit = try commit("one")
        let remote = try ssh(host)

        let report = try await remote.push(
            [RemoteMove(main, from: .zero, to: commit)], pack: pack(commit),
            to: remote.advertisement(for: .push))

        #expect(report.refused[main]?.kind == .refused)
    }

    @Test func `an unknown host is not talked to`() async throws {
        let host = try SSHHost()
        try host.place.run(["rm", "\(host.home)/.ssh/known_hosts"])
        let remote = try ssh(host)

        let error = await #expect(throws: RemoteError.self) {
            try await remote.advertisement(for: .push)
        }

        #expect(error?.kind == .refused)
        #expect(error?.hint?.contains("known_hosts") == true)
    }

    @Test(arguments: [
        ("@revoked * KEY\n", true, "@revoked"), ("@revoked * KEY\n", false, "@revoked"),
        ("@cert-authority * OTHER\n", false, "@cert-authority"),
    ])
    func `a mark in known_hosts is honoured, or refused by its name`(
        mark: String, isKnown: Bool, word: String
    ) async throws {
        let (host, other) = (try SSHHost(), try SSHHost())
        let key = try host.place.file("../host.pub")
        let text = mark.replacing("KEY\n", with: String(decoding: key, as: UTF8.self))
            .replacing(
                "OTHER\n",
                with: String(decoding: try other.place.file("../host.pub"), as: UTF8.self))
        let file = URL(filePath: "\(host.home)/.ssh/known_hosts")
        let plain = isKnown ? try String(contentsOf: file, encoding: .utf8) : ""
        try Data((plain + text).utf8).write(to: file)
        let remote = try ssh(host)

        let error = await #expect(throws: RemoteError.self) {
            try await remote.advertisement(for: .push)
        }

        #expect(error?.kind == .refused, "\(String(describing: error))")
        #expect(error?.reason.contains(word) == true, "\(String(describing: error))")
        #expect(error?.hint?.isEmpty == false)
    }

    @Test func `a host that known_hosts names is talked to, whatever marks others have`()
        async throws
    {
        let (host, other) = (try SSHHost(), try SSHHost())
        let file = URL(filePath: "\(host.home)/.ssh/known_hosts")
        let key = String(decoding: try other.place.file("../host.pub"), as: UTF8.self)
        let text = try String(contentsOf: file, encoding: .utf8)
        try Data((text + "@revoked * \(key)@cert-authority * \(key)").utf8).write(to: file)

        #expect(try await ssh(host).advertisement(for: .push).isEmpty)
    }

    @Test func `a key the host does not know is unauthorised`() async throws {
        let host = try SSHHost()
        let other = try SSHHost()
        try host.place.run(["cp", "\(other.home)/.ssh/id_ed25519", "\(host.home)/.ssh/id_ed25519"])
        let remote = try ssh(host)

        let error = await #expect(throws: RemoteError.self) {
            try await remote.advertisement(for: .push)
        }

        #expect(error?.kind == .unauthorised)
    }

    @Test func `a repository that is not there is not found`() async throws {
        let host = try SSHHost()
        try host.place.run(["mv", host.place.path, "\(host.place.path).away"])
        let remote = try ssh(host)

        let error = await #expect(throws: RemoteError.self) {
            try await remote.advertisement(for: .push)
        }

        #expect(error?.kind == .notFound, "\(String(describing: error))")
    }

    @Test func `a host that falls silent is given up`() async throws {
        let host = try SSHHost()
        try host.place.write("hooks/pre-receive", Array("#!/bin/sh\nsleep 60\n".utf8))
        try host.place.run(["chmod", "+x", "\(host.place.path)/hooks/pre-receive"])
        let commit = try commit("one")
        let remote = try ssh(host, idling: .seconds(2))

        let error = await #expect(throws: RemoteError.self) {
            try await remote.push(
                [RemoteMove(main, from: .zero, to: commit)], pack: pack(commit),
                to: remote.advertisement(for: .push))
        }

        #expect(error?.kind == .silent)
        #expect(error?.reason.contains("silent") == true)
    }

    @Test func `nobody at the port is unreachable`() async throws {
        let host = try SSHHost()
        let remote = try ssh(host, port: 1)

        let error = await #expect(throws: RemoteError.self) {
            try await remote.advertisement(for: .push)
        }

        #expect(error?.kind == .unreachable, "\(String(describing: error))")
    }

    @Test(arguments: 1...10)
    func `a push over SSH that is cut arrives in the end`(part: Int) async throws {
        let host = try SSHHost()
        let text = (0..<40_000).map { "\(($0 &* 7919) % 100_003)\n" }.joined()
        let commit = try commit(text)
        let pack = try pack(commit)
        let cut = CutProxy.Cut.upload(after: (pack.byteCount + 8_000) * part / 10)
        try await CutProxy.run(to: host.port, cut: cut) { proxy in
            let key = try String(contentsOfFile: "\(host.place.folder)/host.pub", encoding: .utf8)
            try Data("[127.0.0.1]:\(proxy.port) \(key)".utf8)
                .write(to: URL(filePath: "\(host.home)/.ssh/known_hosts"))
            let remote = try ssh(host, port: proxy.port)

            let report = try await remote.push(
                [RemoteMove(main, from: .zero, to: commit)], pack: pack,
                to: remote.advertisement(for: .push))

            #expect(report.taken == [main])
        }
        #expect(try host.place.git("rev-parse", "main") == "\(commit)")
        #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
    }
}
