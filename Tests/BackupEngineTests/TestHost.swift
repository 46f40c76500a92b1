import GitPack
import GitRemote
import TestSupport

/// The git of this machine as a host, without what it is told not to be able to do.
struct TestHost: GitCarrier {
    let place: TemporaryRepository
    /// Words that are taken out of what the host says it can do.
    var lacks: Set<String> = []
    /// Words that it says besides.
    var adds: [String] = []

    init() throws {
        place = try TemporaryRepository()
        try place.initialize()
        try place.git("config", "receive.fsckObjects", "true")
        try place.git("config", "uploadpack.allowFilter", "true")
        try place.git("config", "uploadpack.allowAnySHA1InWant", "true")
    }

    var name: String { "https://host.example/tenant.git" }

    func advertisement(of service: GitService) async throws(RemoteError) -> CarriedAnswer {
        let bytes = try run(service, ["--advertise-refs"], [])
        return answer(edited(bytes))
    }

    func exchange(
        _ request: GitRequest, with service: GitService, at place: String
    ) async throws(RemoteError) -> CarriedAnswer {
        var bytes = request.lines
        if let pack = request.pack {
            do throws(FileError) { bytes += try pack.read(pack.byteCount, at: 0) } catch {
                throw RemoteError(error)
            }
        }
        return answer(try run(service, [], bytes))
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
