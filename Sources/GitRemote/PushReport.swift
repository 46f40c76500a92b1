package import GitObjects

/// One ref's way from where the host has it to where it shall be.
package struct RemoteMove: Sendable, Hashable {
    package let ref: RefName
    /// What the ref must be at the host, ``ObjectID/zero`` for nothing.
    package let old: ObjectID
    package let new: ObjectID

    package init(_ ref: RefName, from old: ObjectID, to new: ObjectID) {
        self.ref = ref
        self.old = old
        self.new = new
    }
}

/// What became of each ref of a push.
package struct PushReport: Sendable, Equatable {
    /// The host has these where they shall be: it said so, or they were read back.
    package internal(set) var taken: Set<RefName> = []
    /// The host has these elsewhere, each with the reason.
    package internal(set) var refused: [RefName: RemoteError] = [:]
    /// What the host said beside, printable lines.
    package internal(set) var messages: [String] = []

    /// - Parameters:
    ///   - taken: the host has these where they shall be.
    ///   - messages: what it said beside.
    package init(taken: Set<RefName> = [], messages: [String] = []) {
        self.taken = taken
        self.messages = messages
    }

    /// Every ref is where it shall be.
    package var isComplete: Bool { refused.isEmpty }
}

/// What one answer to a push says (git's `report-status`).
struct PushStatus {
    private var unpack: String?
    private var accepted: [String] = []
    private var rejected: [String: String] = [:]
    private var isEnded = false
    private(set) var messages: [String] = []

    /// 4 MiB, far more than a report on every ref there could be.
    private static let byteLimit = 4 << 20

    init() {}

    /// Whether it says of every ref what became of it, and contradicts itself nowhere.
    func settles(_ moves: [RemoteMove]) -> Bool {
        guard isEnded, let unpack else { return false }
        let refs = Set(moves.map(\.ref.text))
        guard unpack == "ok" else { return accepted.isEmpty }
        return accepted.count + rejected.count == refs.count
            && refs == Set(accepted).union(rejected.keys)
    }

    /// Why a ref was not moved, if the host says so.
    func refusal(of ref: RefName) -> RemoteError? {
        if let unpack, unpack != "ok" {
            return HostWords([unpack, rejected[ref.text] ?? ""] + messages).error
        }
        return rejected[ref.text].map { HostWords([$0] + messages).error }
    }

    /// Reads an answer as far as it comes.
    ///
    /// - Throws: `broken` if it stops, or the host's last words. What was read until then stays.
    mutating func read(_ answer: CarriedAnswer) async throws(RemoteError) {
        var bands = BandReader(PktReader(answer))
        var inner: [UInt8] = []
        var bareCount = 0
        var isBanded = false
        defer { messages = bands.takeMessages() }
        do throws(RemoteError) {
            while let part = try await bands.part() {
                switch part {
                case .data(let bytes):
                    isBanded = true
                    inner += bytes
                case .bare(let line):
                    bareCount += line.count
                    note(PktLine.data(line).text ?? "")
                }
                guard inner.count + bareCount <= Self.byteLimit else {
                    throw .malformed("the host's report does not end")
                }
            }
        } catch {
            try await note(banded: inner)
            isEnded = false
            throw error
        }
        if isBanded { try await note(banded: inner) } else { isEnded = bands.isEnded }
    }

    /// Reads a report that came in the first band, line by line of its own.
    private mutating func note(banded bytes: [UInt8]) async throws(RemoteError) {
        var lines = PktReader(bytes)
        while let line = try await lines.line() {
            guard let text = line.text else {
                isEnded = true
                continue
            }
            note(text)
        }
    }

    private mutating func note(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        switch words.first {
        case "unpack" where unpack == nil: unpack = String(line.dropFirst("unpack ".count))
        case "ok" where words.count >= 2: accepted.append(words[1])
        case "ng" where words.count >= 2:
            rejected[words[1]] = words.count > 2 ? words[2] : "no reason given"
        default: break  // What a later version adds, such as `option`.
        }
    }
}
