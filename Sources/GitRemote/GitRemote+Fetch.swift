package import GitObjects
package import GitPack

/// What is asked for, and what is there already.
package struct FetchRequest: Sendable {
    /// Commits the host has advertised, or any objects where it hands those out.
    package var wants: [ObjectID]
    /// Commits that are here with all they lead to; a few hundred at most.
    package var haves: [ObjectID] = []
    /// Commits that are here without their parents.
    package var shallow: [ObjectID] = []
    /// Commits of each line of history; all if `nil`, or where the host cannot cut.
    package var depth: Int?
    /// Leaves blobs out that are not wanted by their ID, where the host can.
    package var withoutBlobs = false
    /// The pack may hold deltas of objects that are here.
    package var allowsThinPack = false

    package init(wants: [ObjectID], haves: [ObjectID] = []) {
        self.wants = wants
        self.haves = haves
    }
}

/// What a fetch brought, beside its pack.
package struct FetchAnswer: Sendable, Equatable {
    /// Commits whose parents were cut off.
    package var shallow: [ObjectID] = []
    /// Commits that were cut off before and are complete now.
    package var unshallow: [ObjectID] = []
    /// Commits that both sides have.
    package var common: Set<ObjectID> = []
    /// The host was able to leave blobs out, and was asked to.
    package var isWithoutBlobs = false
    /// Of the pack.
    package var byteCount = 0

    package init() {}
}

extension GitRemote {
    /// Fetches objects into a pack at `path`, where no file may be.
    ///
    /// The pack is what the host sent: whoever uses it checks and indexes it first. It may be
    /// empty.
    ///
    /// - Throws: ``RemoteError``; no file is left then. `missing` if the host does not hand out
    ///   what is wanted.
    package func fetch(
        _ request: FetchRequest, from advertisement: Advertisement, packTo path: String
    ) async throws(RemoteError) -> FetchAnswer {
        precondition(!request.wants.isEmpty, "a fetch wants something")
        let lines = self.lines(of: request, to: advertisement)
        return try await repeated { () async throws(RemoteError) in
            let answer = try await exchange(
                lines, with: advertisement.service, at: advertisement.place)
            do throws(RemoteError) {
                var fetch = FetchReader(answer, isCut: request.isCut(for: advertisement))
                try await fetch.readHead()
                try await fetch.readPack(to: path, limit: limits.pack)
                fetch.answer.isWithoutBlobs = request.withoutBlobs && advertisement.offersFilter
                return fetch.answer
            } catch {
                try? removeFile(path)
                throw error
            }
        }
    }

    private func lines(of request: FetchRequest, to host: Advertisement) -> [UInt8] {
        // Azure DevOps refuses whoever does not say that it knows multi_ack.
        let acks =
            host.capabilities.contains("multi_ack_detailed")
            ? "multi_ack_detailed" : "multi_ack"
        let bands = host.capabilities.contains("side-band-64k") ? "side-band-64k" : "side-band"
        var words = [acks, bands, "ofs-delta"]
        if request.allowsThinPack { words.append("thin-pack") }
        let isFiltered = request.withoutBlobs && host.offersFilter
        if host.offersDepth, request.depth != nil || !request.shallow.isEmpty {
            words.append("shallow")
        }
        if isFiltered { words.append("filter") }
        let said = said(words, to: host).joined(separator: " ")

        var bytes: [UInt8] = []
        for (number, id) in request.wants.enumerated() {
            bytes += PktLine.bytes("want \(id)\(number == 0 ? " \(said)" : "")\n")
        }
        for id in request.shallow { bytes += PktLine.bytes("shallow \(id)\n") }
        if let depth = request.depth, host.offersDepth {
            bytes += PktLine.bytes("deepen \(depth)\n")
        }
        if isFiltered { bytes += PktLine.bytes("filter blob:none\n") }
        bytes += PktLine.flushBytes
        for id in request.haves { bytes += PktLine.bytes("have \(id)\n") }
        return bytes + PktLine.bytes("done\n")
    }
}

extension FetchRequest {
    /// Whether history is cut, so that the host tells first where.
    fileprivate func isCut(for host: Advertisement) -> Bool {
        host.offersDepth && depth != nil
    }
}

/// Reads the answer to one fetch.
private struct FetchReader {
    var answer = FetchAnswer()
    private var reader: PktReader
    private let isCut: Bool
    /// Bytes of the lines in front of the pack.
    private var headCount = 0

    /// 4 MiB, more than 80,000 commits that are cut off or known to both.
    private static let headLimit = 4 << 20

    init(_ answer: CarriedAnswer, isCut: Bool) {
        reader = PktReader(answer)
        self.isCut = isCut
    }

    /// Reads the lines in front of the pack: what is cut off, and what both have.
    mutating func readHead() async throws(RemoteError) {
        if isCut { try await readCuts() }
        while let line = try await headLine() {
            guard let text = line.text else { continue }
            let words = text.split(separator: " ")
            switch words.first {
            case "NAK": return
            case "ACK":
                guard words.count > 1, let id = ObjectID(hex: words[1]) else {
                    throw Self.refusal(text)
                }
                answer.common.insert(id)
                // With a third word more of them follow.
                if words.count == 2 { return }
            default: throw Self.refusal(text)
            }
        }
        throw .endedEarly
    }

    private mutating func headLine() async throws(RemoteError) -> PktLine? {
        let line = try await reader.line()
        headCount += 4 + (line?.text?.utf8.count ?? 0)
        guard headCount <= Self.headLimit else {
            throw .malformed("the host talks without end")
        }
        return line
    }

    private mutating func readCuts() async throws(RemoteError) {
        while let line = try await headLine() {
            guard let text = line.text else { return }
            let words = text.split(separator: " ")
            guard words.count == 2, let id = ObjectID(hex: words[1]) else {
                throw Self.refusal(text)
            }
            switch words[0] {
            case "shallow": answer.shallow.append(id)
            case "unshallow": answer.unshallow.append(id)
            default: throw Self.refusal(text)
            }
        }
        throw .endedEarly
    }

    private static func refusal(_ text: String) -> RemoteError {
        guard text.hasPrefix("ERR ") else { return .malformed("the host answered \(text.quoted)") }
        return HostWords([String(text.dropFirst(4))]).error
    }

    /// Writes the pack to a new file at `path`.
    mutating func readPack(to path: String, limit: Int) async throws(RemoteError) {
        var file = try local { () throws(FileError) in try DurableFile(creating: path) }
        let isBare = try await reader.peek(4).map { $0.elementsEqual("PACK".utf8) } ?? false
        var bands = BandReader(reader)
        while let bytes = try await isBare ? reader.raw() : bands.data() {
            guard file.count + bytes.count <= limit else {
                throw .malformed("the host's pack has more than \(limit) bytes")
            }
            try local { () throws(FileError) in try file.write(bytes) }
        }
        guard isBare || bands.isEnded else { throw .endedEarly }
        guard file.count >= 32,
            try local({ () throws(FileError) in try file.read(4, at: 0) }).elementsEqual(
                "PACK".utf8)
        else { throw .malformed("the host sent no pack") }
        // Whoever takes the pack in puts it on the disk.
        try local { () throws(FileError) in try file.flush() }
        answer.byteCount = file.count
    }

    private func local<Value: ~Copyable>(
        _ body: () throws(FileError) -> Value
    ) throws(RemoteError) -> Value {
        do throws(FileError) { return try body() } catch { throw RemoteError(error) }
    }
}

extension BandReader {
    /// Returns the next bytes of a pack, past lines that say again what both have.
    fileprivate mutating func data() async throws(RemoteError) -> [UInt8]? {
        while let part = try await part() {
            switch part {
            case .data(let bytes): return bytes
            case .bare(let line):
                let text = PktLine.data(line).text ?? ""
                if text.hasPrefix("ERR ") {
                    throw HostWords([String(text.dropFirst(4))]).error
                }
                guard text == "NAK" || text.hasPrefix("ACK ") else {
                    throw .malformed("the host answered \(text.quoted)")
                }
            }
        }
        return nil
    }
}

extension RemoteError {
    /// A failed system call on this machine.
    package init(_ error: FileError) {
        self.init(
            .file, "\(error.action) failed: \(error.reason)",
            hint: "Check the disk of this machine.")
    }
}
