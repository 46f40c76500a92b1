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
    ///
    /// Where a host takes all refs or none, it says of most only that they were held back: the reason
    /// is then that of another.
    func refusal(of ref: RefName) -> RemoteError? {
        if let unpack, unpack != "ok" {
            return HostWords([unpack, rejected[ref.text] ?? ""] + messages).error
        }
        guard let own = rejected[ref.text] else { return nil }
        let cause = own.isHeldBack ? rejected.first { !$0.value.isHeldBack } : nil
        var error = HostWords([cause?.value ?? own] + messages).refusal
        let names = Set(rejected.keys).filter { name in
            cause?.key == name || !own.isHeldBack && name == ref.text
                || messages.contains { $0.names(name) }
        }
        let other = names.sorted().first { name in
            !name.hasPrefix("refs/heads/") && !name.hasPrefix("refs/tags/")
        }
        if error.kind == .refused, let other {
            let hint =
                "If the host takes only branches and tags, name a branch in place of "
                + "\(other.printable): for run records with --runs-ref."
            error.hint = [error.hint, hint].compactMap(\.self).joined(separator: " ")
        }
        return error
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

extension String {
    /// A host's word for a ref that only went with another one (git's `atomic`).
    fileprivate var isHeldBack: Bool {
        let text = lowercased()
        return text.contains("atomic") || text.contains("transaction")
    }

    /// Whether a line of a host's names a ref, and not one that is only longer.
    fileprivate func names(_ ref: String) -> Bool {
        ranges(of: ref).contains { range in
            let next = self[range.upperBound...].first
            return next.map { !$0.isLetter && !$0.isNumber && !"/-_".contains($0) } ?? true
        }
    }
}
