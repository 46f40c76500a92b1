import BackupEngine
import FoundationEssentials
import GitObjects
import GitRemote
import TestSupport
import Testing

/// Hosts that hand out what is not whole, or not what a backup is.
struct LyingHostTests {
    private let tenant = RecordedTenant([
        "people": .pages([items(0..<20)]), "organization": .pages([[item("o")]]),
    ])

    enum Lie: CaseIterable {
        case packWithoutAFile, packWithoutAFolder, packWithoutTheTip, deltaOfNothing, noPack,
            halfAPack
        case branchOfAFile, recordOfAFolder, recordWithoutADocument, recordOfNonsense

        func tell(_ host: inout TestHost) throws {
            let place = host.place
            func point(_ ref: String, to id: String) throws {
                try place.write(ref, Array("\(id)\n".utf8))
            }
            func commit(_ files: String) throws -> String {
                try place.git(
                    "commit-tree", "-m", "x", try place.git("mktree", input: Array(files.utf8)))
            }
            switch self {
            case .branchOfAFile:
                try point(
                    "refs/heads/main", to: place.git("rev-parse", "main:People/id-5/id-5.json"))
            case .recordOfAFolder:
                try point("refs/tenantkeep/runs", to: place.git("rev-parse", "main:People"))
            case .recordWithoutADocument:
                try point("refs/tenantkeep/runs", to: commit(""))
            case .recordOfNonsense:
                let blob = try place.git("hash-object", "-w", "--stdin", input: Array("{}".utf8))
                try point("refs/tenantkeep/runs", to: commit("100644 blob \(blob)\trun.json\n"))
            default:
                let lie = self
                host.forgery = { place, lines in
                    // Nothing is cut off, nothing is common, and then the pack.
                    let head = lines.contains("deepen") ? Array("0000".utf8) : []
                    return try head + line("NAK\n") + bands(of: lie.pack(place))
                        + Array("0000".utf8)
                }
            }
        }

        private func pack(_ place: TemporaryRepository) throws -> [UInt8] {
            switch self {
            case .noPack: return Array(repeating: 0x50, count: 500)
            case .halfAPack: return Array(try packed(place).dropLast(100))
            case .packWithoutAFile:
                return try packed(place, without: "main:People/id-20/id-20.json")
            case .packWithoutAFolder: return try packed(place, without: "main:People/id-20")
            case .packWithoutTheTip: return try packed(place, without: "main")
            default: return try place.python(Self.script, input: [])
            }
        }

        private func packed(
            _ place: TemporaryRepository, without name: String? = nil
        ) throws -> [UInt8] {
            let left = try name.map { try place.git("rev-parse", $0) }
            let ids = try place.git("rev-list", "--objects", "--no-object-names", "--all")
                .split(separator: "\n").filter { $0 != left ?? "" }
            return try place.gitBytes(
                "pack-objects", "--stdout", "-q",
                input: Array(ids.map { "\($0)\n" }.joined().utf8))
        }

        private static let script = """
            import hashlib, sys, zlib
            entry = bytes([0x70 | 4]) + b"1" * 20 + zlib.compress(bytes([4, 1, 1, 65]))
            pack = b"PACK" + bytes([0, 0, 0, 2, 0, 0, 0, 1]) + entry
            sys.stdout.buffer.write(pack + hashlib.sha1(pack).digest())
            """
    }

    private func remote(_ host: TestHost) throws -> RemoteOptions {
        RemoteOptions(
            GitRemote(carrier: host, agent: "tenantkeep/test", tries: 1),
            branch: try #require(RefName.branch("main")))
    }

    @discardableResult
    private func backUp(_ runs: Runs, to host: TestHost, day: Int) async throws -> BackupResult {
        let remote = try remote(host)
        return try await runs.run(tenant, all(people, organization)) {
            $0.remote = remote
            $0.start = Date(timeIntervalSince1970: 1_790_000_000 + Double(day) * 86_400)
        }
    }

    @Test(arguments: Lie.allCases)
    func `a lie stops no run that has a last one, and makes none from an empty disk`(
        lie: Lie
    ) async throws {
        var host = try TestHost()
        host.lacks = ["filter"]
        let (warm, other, empty) = (try Runs(), try Runs(), try Runs())
        try await backUp(warm, to: host, day: 1)
        tenant.set("people", .pages([items(0..<21)]))
        try await backUp(other, to: host, day: 2)
        try lie.tell(&host)
        tenant.set("people", .pages([items(0..<22)]))

        let result = try await backUp(warm, to: host, day: 3)
        let error = await #expect(throws: BackupError.self) {
            try await backUp(empty, to: host, day: 4)
        }

        #expect(result.push?.failure != nil)
        #expect(result.record.types["people"]?.created == 2)
        #expect(try warm.git("rev-list", "--count", "main") == "2")
        #expect(try warm.git("fsck", "--strict", "--full", "--no-dangling") == "")
        guard case .remote(_, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.kind == .malformed)
        #expect(reason.hint != nil)
        #expect(try empty.git("for-each-ref") == "")
    }

    @Test func `what a tag leads to is looked up, whatever the host says`() async throws {
        var host = try TestHost()
        try await backUp(try Runs(), to: host, day: 1)
        let (commit, tree) = try (
            host.place.git("rev-parse", "main"), host.place.git("rev-parse", "main^{tree}")
        )
        host.disguise = { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            return Array(text.replacing("\(commit) refs/tags/", with: "\(tree) refs/tags/").utf8)
        }
        let place = try TemporaryRepository()
        let transfer = RemoteTransfer(
            of: place.path, branch: try #require(RefName.branch("main")), with: try remote(host),
            start: Date(timeIntervalSince1970: 1_790_000_000))

        let record = try await transfer.fetch()

        #expect(record.refs.keys.contains { $0.isTag })
        #expect(
            String(decoding: try place.file("packed-refs"), as: UTF8.self).contains("^\(commit)"))
        #expect(try place.git("fsck", "--strict", "--full") == "")
    }
}

private func line(_ content: [UInt8]) -> [UInt8] {
    let digits = String(content.count + 4, radix: 16)
    return Array((String(repeating: "0", count: 4 - digits.count) + digits).utf8) + content
}

private func line(_ text: String) -> [UInt8] { line(Array(text.utf8)) }

/// A pack as a host sends it, in the first band.
private func bands(of pack: [UInt8]) -> [UInt8] {
    stride(from: 0, to: pack.count, by: 60_000).flatMap { start in
        line([1] + pack[start..<min(start + 60_000, pack.count)])
    }
}

extension RefName {
    fileprivate var isTag: Bool { text.hasPrefix("refs/tags/") }
}
