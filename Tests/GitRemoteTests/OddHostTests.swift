import Foundation
import GitObjects
import GitPack
import GitRemote
import HTTPCarrier
import NIOHTTP1
import Testing

/// Hosts that no real git would play: proxies, sign-in pages, and answers in odd forms.
struct OddHostTests {
    private static let old = String(repeating: "1", count: 40)
    private static let new = String(repeating: "2", count: 40)
    private static let other = String(repeating: "3", count: 40)
    /// What Azure DevOps offers.
    private static let words = " report-status side-band-64k quiet delete-refs"

    private let main: RefName
    private let move: RemoteMove

    init() throws {
        main = try #require(RefName.branch("main"))
        move = RemoteMove(
            main, from: try #require(ObjectID(hex: Self.old)),
            to: try #require(ObjectID(hex: Self.new)))
    }

    private static func refs(_ id: String, _ words: String = words) -> FakeHost.Reply {
        .advertisement(["\(id) refs/heads/main\0\(words)"], of: "receive-pack")
    }

    private static func band(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        FakeHost.line([number] + bytes)
    }

    private static let flush = Array("0000".utf8)

    private static func report(_ lines: String...) -> [UInt8] {
        lines.flatMap { FakeHost.line("\($0)\n") } + flush
    }

    /// Pushes to a host that answers the push with `answer`, and from then on advertises `after`.
    private func push(
        _ answer: FakeHost.Reply, after: String = old, words: String = words,
        _ check: (Result<PushReport, RemoteError>, FakeHost) throws -> Void
    ) async throws {
        let script: @Sendable (FakeHost.Request, Int) -> FakeHost.Reply = { request, number in
            request.method == "POST" ? answer : Self.refs(number == 0 ? Self.old : after, words)
        }
        try await FakeHost.run(script) { host in
            try await withTestRemote(host.url) { remote in
                let host0 = try await remote.advertisement(for: .push)
                let result: Result<PushReport, RemoteError>
                do throws(RemoteError) {
                    result = .success(try await remote.push([move], pack: nil, to: host0))
                } catch {
                    result = .failure(error)
                }
                try check(result, host)
            }
        }
    }

    // MARK: Reports

    @Test(arguments: [0, 1, 2, 3])
    func `a report is believed in every form that hosts give it`(form: Int) async throws {
        let whole = Self.report("unpack ok", "ok refs/heads/main")
        let answers: [[UInt8]] = [
            whole,
            Self.band(2, Array("Storing packfile... done\r".utf8)) + Self.band(1, whole)
                + Self.flush,
            whole.flatMap { Self.band(1, [$0]) } + Self.flush,
            Self.flush + Self.band(1, whole) + Self.band(1, Self.flush) + Self.flush + Self.flush,
        ]
        // What is read back would say otherwise.
        try await push(.result(answers[form]), after: Self.other) { result, host in
            let report = try result.get()

            #expect(report.taken == [main])
            #expect(report.isComplete)
            #expect(host.requests.count == 2)
            #expect(report.messages == (form == 1 ? ["Storing packfile... done"] : []))
        }
    }

    @Test func `only what the host offers is said, and the pack is there though empty`()
        async throws
    {
        let answer = Self.report("unpack ok", "ok refs/heads/main")
        try await push(.result(answer)) { _, host in
            let post = host.requests[1]
            let line = "\(Self.old) \(Self.new) refs/heads/main\0 report-status side-band-64k quiet"

            #expect(post.target == "/x.git/git-receive-pack")
            #expect(post.headers.first(name: "content-length") == "\(post.body.count)")
            #expect(post.headers.first(name: "authorization") == "Bearer s3cret-bearer-of-tests")
            #expect(post.body.starts(with: FakeHost.line(line) + Self.flush + Array("PACK".utf8)))
            #expect(post.body.count == line.utf8.count + 4 + 4 + 32)
        }
    }

    @Test(arguments: [
        report("unpack ok"), Array("0000".utf8), [], report("ok refs/heads/main"),
        report("unpack ok", "ok refs/heads/other"),
        report("unpack ok", "ok refs/heads/main").dropLast(4),
        band(1, report("unpack ok", "ok refs/heads/main").dropLast(4)) + flush,
        band(1, report("unpack ok", "ok refs/heads/main").dropLast(10)) + flush,
        report("unpack ok", "ok refs/heads/main", "ok refs/heads/main"),
        report("unpack failed", "ok refs/heads/main"), Array("<html>".utf8),
        band(3, Array("fatal: out of memory\n".utf8)),
    ])
    func `what is no whole report is looked up`(answer: [UInt8]) async throws {
        try await push(.result(answer), after: Self.new) { result, _ in
            let report = try result.get()
            #expect(report.taken == [main])
        }
        try await push(.result(answer), after: Self.other) { result, _ in
            let report = try result.get()
            #expect(report.refused[main]?.kind == .moved)
        }
        try await push(.result(answer), after: Self.old) { result, _ in
            // Refused with the host's reason, or nothing has happened after several tries.
            if case .success(let report) = result { #expect(report.taken.isEmpty) }
        }
    }

    @Test(arguments: [
        (
            "TF402455: Pushes to this branch are not permitted; you must use a pull request",
            RemoteError.Kind.refused
        ),
        ("TF401027: You need the Git 'GenericContribute' permission", .refused),
        ("TF402465: The reference was updated by another client", .moved),
        ("TF402462: The push was rejected because its size is greater", .refused),
        ("VS403702: The push was rejected because it contains a path", .refused),
        ("pre-receive hook declined", .refused), ("protected branch hook declined", .refused),
        ("push declined due to repository rule violations", .refused),
        ("non-fast-forward", .moved), ("fetch first", .moved), ("failed to update ref", .moved),
        ("shallow update not allowed", .missing), ("something new", .refused),
    ])
    func `a refusal of the host is explained`(words: String, kind: RemoteError.Kind) async throws {
        let answer = Self.report("unpack ok", "ng refs/heads/main \(words)")
        try await push(.result(Self.band(1, answer) + Self.flush)) { result, _ in
            let error = try #require(try result.get().refused[main])

            #expect(error.kind == kind)
            #expect(error.reason.contains(words))
            #expect((error.hint != nil) == (words != "something new"))
        }
    }

    @Test func `what the host says beside a refusal explains it`() async throws {
        let words = "error: GH013: Repository rule violations found for refs/heads/main.\n"
        let report = Self.report("unpack ok", "ng refs/heads/main declined")
        let answer = Self.band(2, Array(words.utf8)) + Self.band(1, report) + Self.flush
        try await push(.result(answer)) { result, _ in
            let error = try #require(try result.get().refused[main])

            #expect(error.reason.contains("GH013"))
            #expect(error.hint?.contains("rule") == true)
        }
    }

    @Test func `a pack the host cannot take in is a refusal`() async throws {
        let answer = Self.report(
            "unpack index-pack abnormal exit", "ng refs/heads/main unpacker error")
        try await push(.result(answer)) { result, _ in
            let error = try #require(try result.get().refused[main])

            #expect(error.kind == .refused)
            #expect(error.hint?.contains("pack") == true)
        }
    }

    @Test func `nothing the host says steers a terminal`() async throws {
        let words = "\u{1B}[31mred\u{7}\u{202E}desrever"
        let report = Self.report("unpack ok", "ng refs/heads/main \(words)")
        let answer = Self.band(2, Array("\(words)\n".utf8)) + Self.band(1, report) + Self.flush
        try await push(.result(answer)) { result, _ in
            let report = try result.get()
            let texts = report.messages + [try #require(report.refused[main]).reason]

            for text in texts {
                #expect(text.contains("\\u001b[31mred"))
                #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
            }
        }
    }

    @Test func `a host that does not report is not pushed to`() async throws {
        try await push(.result([]), words: " quiet") { result, host in
            guard case .failure(let error) = result else { throw Unexpected() }

            #expect(error.kind == .refused)
            #expect(host.requests.count == 1)
        }
    }

    private struct Unexpected: Error {}

    // MARK: Statuses

    @Test(arguments: [
        (401, RemoteError.Kind.unauthorised), (403, .refused), (404, .notFound), (413, .refused),
        (302, .refused),
    ])
    func `a push that is turned away is not sent again`(
        status: Int, kind: RemoteError.Kind
    ) async throws {
        var reply = FakeHost.Reply.page(status, "text/plain", "no")
        reply.headers.append(("Location", "/y.git/git-receive-pack"))
        try await push(reply) { result, host in
            guard case .failure(let error) = result else { throw Unexpected() }

            #expect(error.kind == kind)
            #expect(host.requests.filter { $0.method == "POST" }.count == 1)
        }
    }

    @Test func `a large push that is turned away early is not sent again and again`() async throws {
        let path = NSTemporaryDirectory() + "tenantkeep-\(UUID().uuidString).pack"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(count: 40 << 20).write(to: URL(filePath: path))
        let pack = try PackFile(path)
        let script: @Sendable (FakeHost.Request, Int) -> FakeHost.Reply = { request, _ in
            request.method == "POST" ? .page(403, "text/plain", "no") : Self.refs(Self.old)
        }
        try await FakeHost.run(answersEarly: true, script) { host in
            try await withTestRemote(host.url) { remote in
                let error = await #expect(throws: RemoteError.self) {
                    try await remote.push(
                        [move], pack: pack, to: remote.advertisement(for: .push))
                }

                // The refusal may be lost with the connection; then the refs tell that nothing moved.
                #expect(error?.kind == .refused || error?.kind == .broken)
                #expect(host.requests.filter { $0.method == "POST" }.count <= 4)
            }
        }
    }

    @Test(arguments: [500, 502, 503, 504])
    func `what a gateway gives up may have happened`(status: Int) async throws {
        let reply = FakeHost.Reply.page(status, "text/html", "<html>")
        try await push(reply, after: Self.new) { result, host in
            let report = try result.get()
            #expect(report.taken == [main])
            #expect(host.requests.map(\.method) == ["GET", "POST", "GET"])
        }
        try await push(reply, after: Self.old) { result, host in
            guard case .failure(let error) = result else { throw Unexpected() }

            #expect(error.kind == .broken)
            #expect(host.requests.filter { $0.method == "POST" }.count == 4)
        }
    }

    @Test(arguments: [
        (200, "text/html", "<html>Sign in", RemoteError.Kind.unauthorised),
        (203, "text/html", "<html>Sign in", .unauthorised),
        (401, "text/plain", "", .unauthorised), (403, "text/plain", "", .refused),
        (403, "text/plain", "TF401027: You need the Git 'GenericContribute' permission", .refused),
        (404, "text/plain", "TF401019: The Git repository does not exist", .notFound),
        (404, "text/html", "<html>", .notFound),
        (400, "text/plain", "TF401041: The Git protocol sent is not as expected", .malformed),
        (200, "application/json", "{}", .malformed), (200, "", "", .malformed),
        (429, "text/plain", "TF400733: The request has been canceled", .unreachable),
        (500, "text/plain", "", .broken),
        (200, "application/x-git-receive-pack-advertisement", "<html>", .malformed),
        (
            200, "application/x-git-receive-pack-advertisement",
            "001f# service=git-receive-pack\n00", .broken
        ),
        (200, "application/x-git-receive-pack-advertisement", "000eversion 2\n0000", .malformed),
        (
            200, "application/x-git-receive-pack-advertisement", "001aERR access denied: no\n0000",
            .refused
        ),
    ])
    func `an advertisement that is none says what it is`(
        status: Int, type: String, text: String, kind: RemoteError.Kind
    ) async throws {
        let script: @Sendable (FakeHost.Request, Int) -> FakeHost.Reply = { _, _ in
            .page(status, type, text)
        }
        try await FakeHost.run(script) { host in
            try await withTestRemote(host.url) { remote in
                let error = await #expect(throws: RemoteError.self) {
                    try await remote.advertisement(for: .push)
                }

                #expect(error?.kind == kind)
                let isTriedAgain = kind == .unreachable || kind == .broken
                #expect(host.requests.count == (isTriedAgain ? 4 : 1))
                #expect(host.requests[0].target == "/x.git/info/refs?service=git-receive-pack")
            }
        }
    }

    // MARK: Silence and moves

    @Test func `a silent host is given up`() async throws {
        var patience = RemotePatience()
        patience.answering = .seconds(5)
        patience.idling = .seconds(5)
        for isPush in [false, true] {
            let script: @Sendable (FakeHost.Request, Int) -> FakeHost.Reply = { request, _ in
                if isPush && request.method == "GET" { return Self.refs(Self.old) }
                return FakeHost.Reply(isSilent: true)
            }
            try await FakeHost.run(script) { host in
                try await withTestRemote(host.url, patience: patience) { remote in
                    let error = await #expect(throws: RemoteError.self) {
                        try await remote.push(
                            [move], pack: nil, to: remote.advertisement(for: .push))
                    }

                    #expect(error?.kind == .silent)
                    #expect(error?.reason.contains("silent") == true)
                    // Once more, and no oftener.
                    let method = isPush ? "POST" : "GET"
                    #expect(host.requests.filter { $0.method == method }.count == 2)
                }
            }
        }
    }

    @Test func `a host that dies after a push leaves it unknown`() async throws {
        let script: @Sendable (FakeHost.Request, Int) -> FakeHost.Reply = { _, number in
            number == 0 ? Self.refs(Self.old) : .page(502, "text/plain", "")
        }
        try await FakeHost.run(script) { host in
            try await withTestRemote(host.url) { remote in
                let error = await #expect(throws: RemoteError.self) {
                    try await remote.push(
                        [move], pack: nil, to: remote.advertisement(for: .push))
                }

                #expect(error?.kind == .unknown)
                #expect(host.requests.filter { $0.method == "POST" }.count == 1)
            }
        }
    }

    @Test func `nobody at the port is unreachable`() async throws {
        try await withTestRemote("http://127.0.0.1:1/x.git") { remote in
            let error = await #expect(throws: RemoteError.self) {
                try await remote.advertisement(for: .push)
            }

            #expect(error?.kind == .unreachable)
        }
    }

    // MARK: Fetch

    @Test func `a fetch says multi_ack and only what is offered`() async throws {
        let words = " multi_ack thin-pack side-band side-band-64k no-progress"
        let pack = Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 20)
        let script: @Sendable (FakeHost.Request, Int) -> FakeHost.Reply = { request, _ in
            guard request.method == "POST" else {
                return .advertisement(
                    ["\(Self.old) HEAD\0\(words)", "\(Self.old) refs/heads/main"],
                    of: "upload-pack")
            }
            return .result(
                FakeHost.line("NAK\n") + Self.band(2, Array("Counting".utf8)) + Self.band(1, pack)
                    + Self.flush, of: "upload-pack")
        }
        let path = NSTemporaryDirectory() + "tenantkeep-\(UUID().uuidString).pack"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await FakeHost.run(script) { host in
            try await withTestRemote(host.url) { remote in
                var request = FetchRequest(wants: [move.old])
                request.depth = 1
                request.withoutBlobs = true
                let answer = try await remote.fetch(
                    request, from: remote.advertisement(for: .fetch), packTo: path)

                #expect(answer.byteCount == pack.count)
                #expect(!answer.isWithoutBlobs)
                #expect(
                    String(decoding: host.requests[1].body, as: UTF8.self)
                        == "004awant \(Self.old) multi_ack side-band-64k\n00000009done\n")
            }
        }
        #expect(FileManager.default.contents(atPath: path) == Data(pack))
    }
}
