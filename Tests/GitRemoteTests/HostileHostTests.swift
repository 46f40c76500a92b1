import Foundation
import GitObjects
import GitPack
import GitRemote
import HTTPCarrier
import TestSupport
import Testing

/// Hosts that lie, talk without end, or hardly talk at all.
struct HostileHostTests {
    fileprivate static let id = String(repeating: "1", count: 40)
    fileprivate static let flush = Array("0000".utf8)

    private let main: RefName
    private let move: RemoteMove
    private let want: FetchRequest

    init() throws {
        main = try #require(RefName.branch("main"))
        let old = try #require(ObjectID(hex: Self.id))
        let new = try #require(ObjectID(hex: String(repeating: "2", count: 40)))
        move = RemoteMove(main, from: old, to: new)
        want = FetchRequest(wants: [old])
    }

    fileprivate static func band(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        FakeHost.line([number] + bytes)
    }

    private static func refs(of service: String) -> FakeHost.Reply {
        let words =
            service == "upload-pack"
            ? "multi_ack side-band-64k shallow filter" : "report-status side-band-64k"
        return .advertisement(["\(id) refs/heads/main\0 \(words)"], of: service)
    }

    private static func service(_ request: FakeHost.Request) -> String {
        request.target.contains("upload-pack") ? "upload-pack" : "receive-pack"
    }

    // MARK: Lists of refs

    private func advertisement(
        of lines: [String], refrain: (@Sendable () -> [UInt8])? = nil
    ) async throws -> Result<Advertisement, RemoteError> {
        var reply = FakeHost.Reply.advertisement(lines, of: "upload-pack")
        if refrain != nil {
            reply.body.removeLast(4)
            reply.refrain = refrain
        }
        let told = reply
        return try await FakeHost.run({ _, _ in told }) { host in
            try await withTestRemote(host.url) { remote in
                do throws(RemoteError) {
                    return .success(try await remote.advertisement(for: .fetch))
                } catch {
                    return .failure(error)
                }
            }
        }
    }

    @Test func `refs of hostile names are left out, and all others are known`() async throws {
        let names = [
            "refs/heads/../../x", "refs/heads/\u{1B}[31mred", "refs/heads/a b", "../evil", "x",
            "refs/heads/\(String(repeating: "n", count: 300))", "refs/heads/x.lock", ".have",
            "refs/heads/-\u{202E}", "refs/heads/a\0b", "refs/heads/",
        ]
        let lines = ["\(Self.id) refs/heads/main\0 shallow"] + names.map { "\(Self.id) \($0)" }

        let host = try await advertisement(of: lines).get()

        #expect(host.refs.keys.map(\.text) == ["refs/heads/main"])
    }

    @Test(arguments: [
        ["\(id) refs/heads/main\0", "\(id) refs/heads/main"],
        ["\(id) refs/heads/main\0", "\(String(repeating: "0", count: 40)) refs/heads/x"],
        ["\(id) refs/heads/main\0", ""], ["\(id)"], ["\(id.dropLast()) refs/heads/main\0"],
        ["\(id) refs/heads/main\0", "\(String(repeating: "e\u{301}", count: 9_000)) x"],
    ])
    func `a list that cannot be true is none`(lines: [String]) async throws {
        let result = try await advertisement(of: lines)

        guard case .failure(let error) = result else { throw Unexpected() }
        #expect(error.kind == .malformed)
        #expect(error.reason.unicodeScalars.count < 200)
    }

    @Test func `a list of refs without end is given up`() async throws {
        let line = FakeHost.line("\(Self.id) \(String(repeating: "x", count: 60_000))")
        let result = try await advertisement(of: ["\(Self.id) refs/heads/main\0"]) { line }

        guard case .failure(let error) = result else { throw Unexpected() }
        #expect(error.kind == .malformed)
    }

    // MARK: Answers without end

    /// Fetches from a host that answers with this.
    private func fetch(
        _ body: [UInt8], depth: Int? = nil, _ edit: (inout FakeHost.Reply) -> Void = { _ in },
        clock: TestClock = TestClock()
    ) async throws -> RemoteError? {
        var answer = FakeHost.Reply.result(body, of: "upload-pack")
        edit(&answer)
        let told = answer
        let path = NSTemporaryDirectory() + "tenantkeep-\(UUID().uuidString).pack"
        let script: @Sendable (FakeHost.Request, Int) -> FakeHost.Reply = { request, _ in
            request.method == "POST" ? told : Self.refs(of: "upload-pack")
        }
        return try await FakeHost.run(script) { host in
            try await withTestRemote(host.url, clock: clock) { remote in
                var request = want
                request.depth = depth
                do throws(RemoteError) {
                    _ = try await remote.fetch(
                        request, from: remote.advertisement(for: .fetch), packTo: path)
                } catch {
                    #expect(!FileManager.default.fileExists(atPath: path))
                    return error
                }
                try FileManager.default.removeItem(atPath: path)
                return nil
            }
        }
    }

    /// What a host may say again and again.
    enum Refrain: CaseIterable {
        case acknowledgements, cuts, progress, signsOfLife, flushes

        var isOfCut: Bool { self == .cuts }

        var line: [UInt8] {
            switch self {
            case .acknowledgements: return FakeHost.line("ACK \(HostileHostTests.id) common\n")
            case .cuts: return FakeHost.line("shallow \(HostileHostTests.id)\n")
            case .progress:
                return HostileHostTests.band(2, [UInt8](repeating: 0x2E, count: 60_000))
            case .signsOfLife: return HostileHostTests.band(1, [])
            case .flushes: return HostileHostTests.flush
            }
        }
    }

    @Test(arguments: Refrain.allCases)
    func `a host that talks without end is left`(refrain: Refrain) async throws {
        let lines = [[UInt8]](repeating: refrain.line, count: 1_000).flatMap(\.self)
        let isPack = ![.acknowledgements, .cuts].contains(refrain)

        let error = try await fetch(
            isPack ? Self.nak : [], depth: refrain.isOfCut ? 1 : nil
        ) { reply in
            reply.refrain = { lines }
        }

        #expect(error?.kind == .malformed, "\(String(describing: error))")
        #expect(error?.reason.contains("without end") == true)
    }

    fileprivate static let nak = FakeHost.line("NAK\n")

    /// An answer with no pack.
    struct NoPack: Sendable {
        let body: [UInt8]
        let kind: RemoteError.Kind

        init(_ body: [UInt8], _ kind: RemoteError.Kind) {
            self.body = body
            self.kind = kind
        }

        static let all: [NoPack] = {
            func told(_ text: String) -> [UInt8] { nak + Array(text.utf8) }
            let half = nak + band(1, Array("PACK".utf8))
            let nonsense = band(1, Array("no pack, no pack, no pack, no pack".utf8))
            return [
                NoPack(told("PACK"), .malformed), NoPack(nak + nonsense + flush, .malformed),
                NoPack(half + band(1, [0, 0, 0, 2, 0, 0, 0, 1]), .broken),
                NoPack(half + flush + band(1, [0, 0, 0, 2]), .broken),
                NoPack(nak + band(3, Array("upload-pack: not our ref 12".utf8)), .missing),
                NoPack(nak + band(3, Array("out of memory".utf8)), .broken),
                NoPack(nak, .broken), NoPack([], .broken),
                NoPack(told("<html>"), .malformed), NoPack(Array("<html>".utf8), .malformed),
                NoPack(told("fff1"), .malformed), NoPack(told("0003"), .malformed),
                NoPack(FakeHost.line("ERR access denied"), .refused),
                NoPack(FakeHost.line("ACK nonsense"), .malformed),
                NoPack(FakeHost.line("shallow x"), .malformed),
            ]
        }()
    }

    @Test(arguments: NoPack.all)
    func `what is no pack is none, and leaves no file`(answer: NoPack) async throws {
        let error = try await fetch(answer.body)

        #expect(error?.kind == answer.kind, "\(answer): \(String(describing: error))")
    }

    @Test func `a host may say first that it will go on, and not end before it said`()
        async throws
    {
        let pack = Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 20)
        let body = Self.nak + Self.band(1, pack) + Self.flush

        let continued = try await fetch(body) { $0.heralds = [100, 103] }
        let cut = try await fetch(body) { $0.isCut = true }
        let zipped = try await fetch([0x1F, 0x8B, 8, 0]) {
            $0.headers.append(("Content-Encoding", "gzip"))
        }

        #expect(continued == nil)
        #expect(cut?.kind == .broken)
        #expect(zipped?.kind == .malformed)
    }

    // MARK: Reports

    /// Pushes to a host that answers with this and moves nothing.
    private func push(
        _ body: [UInt8], clock: TestClock = TestClock(),
        _ edit: (inout FakeHost.Reply) -> Void = { _ in }
    ) async throws -> (Result<PushReport, RemoteError>, FakeHost) {
        var answer = FakeHost.Reply.result(body)
        edit(&answer)
        let told = answer
        let script: @Sendable (FakeHost.Request, Int) -> FakeHost.Reply = { request, _ in
            request.method == "POST" ? told : Self.refs(of: "receive-pack")
        }
        return try await FakeHost.run(script) { host in
            try await withTestRemote(host.url, clock: clock) { remote in
                do throws(RemoteError) {
                    let refs = try await remote.advertisement(for: .push)
                    return (.success(try await remote.push([move], pack: nil, to: refs)), host)
                } catch {
                    return (.failure(error), host)
                }
            }
        }
    }

    @Test(arguments: [
        FakeHost.line("ok refs/heads/main\n"), FakeHost.line("ng refs/heads/main no\n"),
        band(1, FakeHost.line("ok refs/heads/x\n")), FakeHost.line("option old-oid x\n"),
    ])
    func `a report without end is none`(line: [UInt8]) async throws {
        let (result, _) = try await push(FakeHost.line("unpack ok\n")) { reply in
            let lines = (0..<500).flatMap { _ in line }
            reply.refrain = { lines }
        }

        // Nothing has moved, as the list of refs says.
        if case .success(let report) = result { #expect(report.taken.isEmpty) }
    }

    @Test func `a whole report with an error behind it is looked up`() async throws {
        let report =
            FakeHost.line("unpack ok\n") + FakeHost.line("ok refs/heads/main\n") + Self.flush
        let body = Self.band(1, report) + Self.band(3, Array("disk full".utf8)) + Self.flush

        let (result, host) = try await push(body)

        guard case .failure(let error) = result else { throw Unexpected() }
        #expect(error.reason.contains("disk full"))
        #expect(host.requests.filter { $0.method == "GET" }.count > 1)
    }

    @Test func `a character may be as long as it likes`() async throws {
        let accents = "e" + String(repeating: "\u{301}", count: 20_000)
        let report =
            FakeHost.line("unpack ok\n") + FakeHost.line("ng refs/heads/main \(accents)\n")
            + Self.flush
        let body = Self.band(2, Array(accents.utf8)) + Self.band(1, report) + Self.flush

        let report0 = try await push(body).0.get()

        let error = try #require(report0.refused[main])
        #expect(error.reason.unicodeScalars.count < 500)
        #expect(report0.messages.allSatisfy { $0.unicodeScalars.count < 500 })
    }

    // MARK: Slowness

    @Test func `a host that says a little now and then is given up`() async throws {
        for part in ["refs", "report", "pack"] {
            let clock = TestClock()
            // The length of a line, and then byte after byte of it, a minute apart.
            let drip: @Sendable () -> [UInt8] = {
                clock.advance(by: .seconds(60))
                return [0x78]
            }
            let error: RemoteError?
            switch part {
            case "refs":
                let script: @Sendable (FakeHost.Request, Int) -> FakeHost.Reply = { _, _ in
                    var reply = Self.refs(of: "receive-pack")
                    reply.body = Array("ff00".utf8)
                    reply.refrain = drip
                    return reply
                }
                error = try await FakeHost.run(script) { host in
                    try await withTestRemote(host.url, clock: clock) { remote in
                        await #expect(throws: RemoteError.self) {
                            try await remote.advertisement(for: .push)
                        }
                    }
                }
            case "report":
                let (result, _) = try await push(Array("ff00".utf8), clock: clock) {
                    $0.refrain = drip
                }
                guard case .failure(let failure) = result else { throw Unexpected() }
                error = failure
            default:
                let body = Self.nak + Array("ff00".utf8)
                error = try await fetch(body, { $0.refrain = drip }, clock: clock)
            }

            #expect(error?.kind == .silent, "\(part): \(String(describing: error))")
            #expect(error?.reason.contains("too slow") == true)
        }
    }

    @Test func `a host that takes a pack in too slowly is given up`() async throws {
        let path = NSTemporaryDirectory() + "tenantkeep-\(UUID().uuidString).pack"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(count: 3 << 20).write(to: URL(filePath: path))
        let (slow, quick) = (SlowCarrier(pause: .seconds(600)), SlowCarrier(pause: .seconds(10)))

        for (carrier, kind) in [(slow, RemoteError.Kind.silent), (quick, .broken)] {
            let remote = GitRemote(carrier: carrier, agent: "t", clock: carrier.clock, tries: 1)
            let host = try await remote.advertisement(for: .push)
            let error = await #expect(throws: RemoteError.self) {
                try await remote.push([move], pack: PackFile(path), to: host)
            }

            #expect(error?.kind == kind, "\(String(describing: error))")
        }
    }

    private struct Unexpected: Error {}
}

/// Takes each piece of a request after a pause, and does not answer.
private struct SlowCarrier: GitCarrier {
    let pause: Duration
    let clock = TestClock()

    var name: String { "slow" }

    func advertisement(of service: GitService) async throws(RemoteError) -> CarriedAnswer {
        let line = "\(String(repeating: "1", count: 40)) refs/heads/main\0 report-status\n"
        var bytes: [UInt8]? = FakeHost.line(line) + Array("0000".utf8)
        return CarriedAnswer(place: "") { () async throws(RemoteError) in
            defer { bytes = nil }
            return bytes
        }
    }

    func exchange(
        _ request: GitRequest, with service: GitService, at place: String
    ) async throws(RemoteError) -> CarriedAnswer {
        var position = 0
        while position < request.byteCount {
            position += try request.piece(at: position).count
            clock.advance(by: pause)
        }
        throw RemoteError(.broken, "the end")
    }
}
