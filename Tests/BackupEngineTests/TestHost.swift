import GitPack
import GitRemote
import Synchronization
import TestSupport

/// The git of this machine as a host, without what it is told not to be able to do.
struct TestHost: GitCarrier {
    let place: TemporaryRepository
    /// Words that are taken out of what the host says it can do.
    var lacks: Set<String> = []
    /// Words that it says besides.
    var adds: [String] = []
    /// Answers a fetch in git's place, from the request's lines.
    var forgery: (@Sendable (TemporaryRepository, _ lines: String) throws -> [UInt8])?
    /// Edits the list of refs.
    var disguise: (@Sendable ([UInt8]) -> [UInt8])?
    /// Whether packs that build on what is not in them are refused.
    private(set) var isStrict = false
    private let log = Log()

    /// What was pushed.
    private final class Log: Sendable {
        let packs = Mutex<[[UInt8]]>([])
    }

    init() throws {
        place = try TemporaryRepository()
        try place.initialize()
        try place.git("config", "receive.fsckObjects", "true")
        try place.git("config", "uploadpack.allowFilter", "true")
        try place.git("config", "uploadpack.allowAnySHA1InWant", "true")
    }

    var name: String { "https://host.example/tenant.git" }

    /// Refuses packs that build on what is not in them.
    mutating func refuseThinPacks() throws {
        isStrict = true
        try place.git("config", "receive.unpackLimit", "1")
    }

    func advertisement(of service: GitService) async throws(RemoteError) -> CarriedAnswer {
        let bytes = try run(service, ["--advertise-refs"], [])
        let told = edited(bytes)
        return answer(disguise?(told) ?? told)
    }

    func exchange(
        _ request: GitRequest, with service: GitService, at place: String
    ) async throws(RemoteError) -> CarriedAnswer {
        if let forgery, service == .fetch {
            let lines = String(decoding: request.lines, as: UTF8.self)
            do { return answer(try forgery(self.place, lines)) } catch {
                throw RemoteError(.refused, "\(error)")
            }
        }
        var bytes = request.lines
        if let pack = request.pack {
            do throws(FileError) {
                let pack = try pack.read(pack.byteCount, at: 0)
                log.packs.withLock { $0.append(pack) }
                bytes += pack
            } catch {
                throw RemoteError(error)
            }
        }
        // Git's own way to refuse what it otherwise completes.
        let refusal = isStrict && service == .push ? ["--reject-thin-pack-for-testing"] : []
        return answer(try run(service, refusal, bytes))
    }

    /// The packs that were pushed.
    var packs: [[UInt8]] { log.packs.withLock { $0 } }

    /// The types of the entries of a pack, by git's numbers: 6 is a delta by distance, 7 one by name.
    func entryTypes(_ pack: [UInt8]) throws -> [Int] {
        let script = """
            import sys, zlib
            pack = sys.stdin.buffer.read()
            place = 12
            for _ in range(int.from_bytes(pack[8:12], "big")):
                byte = pack[place]; place += 1
                kind = byte >> 4 & 7
                while byte & 128: byte = pack[place]; place += 1
                if kind == 7: place += 20
                if kind == 6:
                    while pack[place] & 128: place += 1
                    place += 1
                stream = zlib.decompressobj()
                stream.decompress(pack[place:])
                place = len(pack) - len(stream.unused_data)
                print(kind)
            """
        return String(decoding: try place.python(script, input: pack), as: UTF8.self)
            .split(separator: "\n").compactMap { Int($0) }
    }

    private func run(
        _ service: GitService, _ arguments: [String], _ input: [UInt8]
    ) throws(RemoteError) -> [UInt8] {
        let words = ["git", String(service.rawValue.dropFirst(4)), "--stateless-rpc"]
        do { return try place.run(words + arguments + [place.path], input: input) } catch {
            throw RemoteError(.refused, "\(error)")
        }
    }

    /// The list of refs with other words behind its first line.
    private func edited(_ bytes: [UInt8]) -> [UInt8] {
        guard let zero = bytes.firstIndex(of: 0), zero > 4,
            let length = Int(String(decoding: bytes[..<4], as: UTF8.self), radix: 16)
        else { return bytes }
        let words = String(decoding: bytes[(zero + 1)..<length], as: UTF8.self)
            .split(whereSeparator: \.isWhitespace).map(String.init)
            .filter { !lacks.contains($0) }
        let line = Array(bytes[4...zero]) + Array((words + adds).joined(separator: " ").utf8)
        let digits = String(line.count + 5, radix: 16)
        let head = String(repeating: "0", count: 4 - digits.count) + digits
        return Array(head.utf8) + line + [UInt8(ascii: "\n")] + bytes[length...]
    }

    private func answer(_ bytes: [UInt8]) -> CarriedAnswer {
        var rest = bytes[...]
        return CarriedAnswer(place: "") {
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(1_000) }
            return Array(rest.prefix(1_000))
        }
    }
}
