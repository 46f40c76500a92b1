package import GitObjects

/// What a repository holds and what its host can do, as it said at one moment.
///
/// Refs whose names this program would not write are left out.
package struct Advertisement: Sendable {
    package let service: GitService
    /// The carrier's note where the conversation goes on.
    let place: String
    package private(set) var refs: [RefName: ObjectID] = [:]
    /// What annotated tags lead to.
    package private(set) var peeled: [RefName: ObjectID] = [:]
    package private(set) var headID: ObjectID?
    let capabilities: Capabilities

    /// What a repository of this machine holds.
    ///
    /// - Parameter words: what can be done with it, as hosts say it.
    package init(of refs: [RefName: ObjectID], for service: GitService, words: String) {
        self.service = service
        self.refs = refs
        place = ""
        capabilities = Capabilities(words[...])
    }

    /// The repository holds nothing yet.
    package var isEmpty: Bool { refs.isEmpty && headID == nil }

    package subscript(_ ref: RefName) -> ObjectID? { refs[ref] }

    /// The default branch: as the host says, or else as git guesses.
    package var head: RefName? {
        for pair in capabilities.values(of: "symref") where pair.hasPrefix("HEAD:") {
            if let name = RefName(String(pair.dropFirst(5))) { return name }
        }
        let branches = refs.filter { $0.value == headID && $0.key.text.hasPrefix("refs/heads/") }
            .keys.sorted()
        let usual = ["refs/heads/main", "refs/heads/master"]
        return branches.first { usual.contains($0.text) } ?? branches.first
    }

    /// A fetch can be cut to the newest commits.
    package var offersDepth: Bool { capabilities.contains("shallow") }

    /// A fetch can leave blobs out.
    package var offersFilter: Bool { capabilities.contains("filter") }

    /// Objects that no ref names can be asked for, or some of them.
    package var offersAnyObject: Bool {
        ["allow-tip-sha1-in-want", "allow-reachable-sha1-in-want", "allow-any-sha1-in-want"]
            .contains(where: capabilities.contains)
    }

    /// Several refs move together or not at all.
    package var offersAtomic: Bool { capabilities.contains("atomic") }

    /// A pack that is pushed may hold deltas by distance. If not, they have to name their bases.
    package var takesOffsetDeltas: Bool { capabilities.contains("ofs-delta") }

    /// A pack that is pushed may hold deltas of objects that only the host has.
    package var takesThinPacks: Bool { !capabilities.contains("no-thin") }
}

/// What the host can do: words, some with a value.
struct Capabilities: Sendable {
    private let words: [String: [String]]

    init(_ text: Substring) {
        var words: [String: [String]] = [:]
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            let values = parts.count > 1 ? [String(parts[1])] : []
            words[String(parts[0]), default: []] += values
        }
        self.words = words
    }

    func contains(_ word: String) -> Bool { words[word] != nil }

    func values(of word: String) -> [String] { words[word] ?? [] }
}

extension Advertisement {
    /// 64 MiB, more than a million refs.
    private static let byteLimit = 64 << 20

    /// Reads an advertisement of version 0 (git's `gitprotocol-pack`), with or without the
    /// announcement that HTTP puts in front of it.
    init(_ answer: CarriedAnswer, of service: GitService) async throws(RemoteError) {
        var reader = PktReader(answer)
        self = try await Self(&reader, of: service, at: answer.place)
    }

    private init(
        _ reader: inout PktReader, of service: GitService, at place: String
    ) async throws(RemoteError) {
        var lines: [String] = []
        var byteCount = 0
        var hasEnded = false
        while let line = try await reader.line() {
            guard let text = line.text else {
                // The announcement has a flush of its own.
                if lines.first?.hasPrefix("# service=") == true {
                    lines = []
                    continue
                }
                hasEnded = true
                break
            }
            guard !text.isEmpty else { throw .malformed("the host's list of refs has a gap") }
            byteCount += text.utf8.count
            guard byteCount <= Self.byteLimit else {
                throw .malformed("the host lists more than \(Self.byteLimit) bytes of refs")
            }
            if text.hasPrefix("ERR ") { throw HostWords([String(text.dropFirst(4))]).error }
            if lines.isEmpty, text.hasPrefix("version 1") { continue }
            lines.append(text)
        }
        guard hasEnded else { throw .endedEarly }
        self.service = service
        self.place = place
        let first = lines.first ?? ""
        let parts = first.split(separator: "\0", maxSplits: 1, omittingEmptySubsequences: false)
        capabilities = Capabilities(parts.count == 2 ? parts[1] : "")
        if let format = capabilities.values(of: "object-format").first, format != "sha1" {
            throw RemoteError(
                .refused, "the repository names objects by \(format.quoted)",
                hint: "Name a repository with SHA-1 object IDs.")
        }
        if let name = parts.first, !lines.isEmpty { lines[0] = String(name) }
        for line in lines { try add(line) }
    }

    private mutating func add(_ line: String) throws(RemoteError) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        if parts[0] == "shallow" { return }
        guard parts.count == 2, let id = ObjectID(hex: parts[0]) else {
            throw .malformed("the host's list of refs holds \(line.quoted)")
        }
        let name = String(parts[1])
        if name == "HEAD" {
            headID = id
        } else if name.hasSuffix("^{}") {
            // Also the line of an empty repository, whose name is none.
            if let ref = RefName(String(name.dropLast(3))) { peeled[ref] = id }
        } else if let ref = RefName(name) {
            guard id != .zero, refs.updateValue(id, forKey: ref) == nil else {
                throw .malformed("the host lists \(ref) twice, or without an object")
            }
        }
    }
}

extension StringProtocol {
    /// As much of the text as a person reads, printable and in quotation marks.
    var quoted: String { "“\(beginning(60).printable)”" }

    /// A character may be of any length, and is cut.
    func beginning(_ count: Int) -> String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(count)))
    }
}
