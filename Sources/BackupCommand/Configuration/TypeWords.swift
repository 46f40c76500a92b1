import BackupEngine
import Encodings
import GraphCatalog
import YAMLDocument

/// The words that declare one type in a configuration file, each checked when it is asked for.
struct TypeWords {
    enum Word: String, CaseIterable {
        case name, version, path, answer, folder, groups, permissions, appOnly, bucket, cost
        case select, filter, expand, top, isAdvanced, headers, unavailable, empty
        case idMember, lastParts, volatile, secrets, sets, flags, children
        case auditActivities, auditNouns, evidence, audit, auditIDs, actorID, authorship
        case service, apiVersion, placement, walks, rows, isPart, partFilter, idForm
    }

    /// What a child takes over unless it says otherwise.
    struct Parent {
        let name: String
        let version: GraphResource.Version
        let groups: [String]
        let permissions: Permissions
        let audit: AuditSource
    }

    let source: ConfigurationSource
    let members: [Word: YAMLMember]
    private let line: Int

    init(_ node: YAMLNode, in source: ConfigurationSource) throws(CommandFailure) {
        self.source = source
        line = node.line
        var members: [Word: YAMLMember] = [:]
        for member in try source.members(of: node, "The type") {
            guard let word = Word(rawValue: member.key) else {
                throw source.unknownKey(member, among: Word.allCases.map(\.rawValue))
            }
            members[word] = member
        }
        self.members = members
    }

    /// Where the word stands; where the type begins if it does not.
    func line(of word: Word) -> Int { members[word]?.line ?? line }

    func wrong(_ word: Word, _ reason: String, hint: String? = nil) -> CommandFailure {
        source.wrong(line(of: word), reason, hint: hint)
    }

    // MARK: Shapes

    /// `nil` if the word is not there.
    func text(_ word: Word) throws(CommandFailure) -> String? {
        guard let member = members[word] else { return nil }
        let text = try source.text(of: member.value, member.key)
        guard !text.isEmpty else { throw wrong(word, "\(word.rawValue) is empty") }
        return text
    }

    private func needed(_ word: Word) throws(CommandFailure) -> String {
        guard let text = try text(word) else {
            throw wrong(word, "the type has no \(word.rawValue)")
        }
        return text
    }

    func number(_ word: Word, in range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
        guard let text = try text(word) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw wrong(
                word,
                "\(text) is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func isOn(_ word: Word) throws(CommandFailure) -> Bool? {
        guard let text = try text(word) else { return nil }
        guard let isOn = Bool(text) else {
            throw wrong(word, "\(text) is neither true nor false")
        }
        return isOn
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ word: Word
    ) throws(CommandFailure) -> Choice? {
        guard let text = try text(word) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        throw wrong(
            word, "\(text) is no \(word.rawValue)",
            hint: "Did you mean \(nearest(to: text, among: known))? There are "
                + "\(known.joined(separator: ", ")).")
    }

    /// The elements of a list, none if the word is not there.
    func elements(_ word: Word) throws(CommandFailure) -> [YAMLNode] {
        guard let member = members[word] else { return [] }
        return try source.elements(of: member, example: "…")
    }

    /// Texts that fit, no two of them equal; none if the word is not there.
    private func list(
        _ word: Word, _ isFit: (String) -> Bool
    ) throws(CommandFailure) -> [String] {
        guard let member = members[word] else { return [] }
        return try list(member, isFit)
    }

    func list(
        _ member: YAMLMember, _ isFit: (String) -> Bool
    ) throws(CommandFailure) -> [String] {
        var list: [String] = []
        for (text, line) in try source.texts(of: member, example: "…") {
            guard isFit(text) else {
                throw source.wrong(line, "\"\(text)\" does not belong in \(member.key)")
            }
            guard !list.contains(text) else {
                throw source.wrong(line, "\(text) stands twice in \(member.key)")
            }
            list.append(text)
        }
        return list
    }

    // MARK: Words

    /// A child may be named with its parent, as in the catalog, or without.
    func name(below parent: Parent?) throws(CommandFailure) -> String {
        var name = try needed(.name)
        let prefix = parent.map { $0.name + "/" } ?? ""
        if name.hasPrefix(prefix) { name.removeFirst(prefix.count) }
        guard name.isPlainWord else {
            throw wrong(
                .name, "a type cannot have the name \"\(name)\"",
                hint: "Use letters, digits, dots, dashes and underscores.")
        }
        return prefix + name
    }

    func version(below parent: Parent?) throws(CommandFailure) -> GraphResource.Version {
        try choice(.version) ?? parent?.version ?? .v1
    }

    /// A child may say by itself which object it is for: `{parent}`.
    func path(below parent: Parent?) throws(CommandFailure) -> String {
        let path = try needed(.path)
        let holes =
            ["{tenant}"] + (parent == nil && !hasWalks ? [] : ["{parent}"])
            + (hasWalks ? ["{parent/}"] : [])
        let plain = holes.reduce(path) { $0.replacing($1, with: "") }
        // A parent that is a path itself stands like one segment.
        let segments = path.replacing("{parent/}", with: "{parent}")
            .split(separator: "/", omittingEmptySubsequences: false)
        if path.hasPrefix("/") || path.contains(":") {
            throw wrong(
                .path, "the path \(path) is not relative",
                hint: "Write what comes after the version, such as "
                    + "policies/authenticationStrengthPolicies.")
        }
        if let first = segments.first, GraphResource.Version(rawValue: String(first)) != nil {
            throw wrong(
                .path, "the path \(path) begins with a version",
                hint: "Set it as version: \(first).")
        }
        let isClean = segments.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        guard isClean, plain.utf8.allSatisfy(isPathByte) else {
            throw wrong(.path, "\"\(path)\" is no path of Microsoft Graph")
        }
        return path
    }

    /// Of a child it may be empty: then its objects stand straight below their parent.
    func folder(below parent: Parent?) throws(CommandFailure) -> String {
        guard let member = members[.folder] else {
            throw wrong(.folder, "the type has no folder")
        }
        let folder = try source.text(of: member.value, member.key)
        if folder.isEmpty, parent != nil { return folder }
        let components = folder.split(separator: "/", omittingEmptySubsequences: false)
        if folder.hasPrefix("/") || components.contains("..") {
            throw wrong(.folder, "the folder \(folder) leaves the root of the backup")
        }
        guard RootPath(folder) != nil, !components.contains("") else {
            throw wrong(.folder, "not every file system takes the folder \"\(folder)\"")
        }
        if folder.hasSuffix(".json") { try refuseFile(folder, below: parent) }
        return folder
    }

    /// One file holds what there is once in a tenant and has nothing below it.
    private func refuseFile(_ folder: String, below parent: Parent?) throws(CommandFailure) {
        if parent != nil {
            throw wrong(.folder, "\(folder) is a file, and a child has a folder")
        }
        if members[.children] != nil {
            throw wrong(.children, "a type that one file holds, \(folder), has no children")
        }
    }

    /// Every type of the user's belongs to `All`. A child belongs to no group that its parent does
    /// not.
    func groups(below parent: Parent?) throws(CommandFailure) -> [String] {
        var groups = try list(.groups, \.isPlainWord).map(Self.knownSpelling)
        if groups.isEmpty { return parent?.groups ?? ["All"] }
        if let parent, let strange = groups.first(where: { !parent.groups.contains($0) }) {
            throw wrong(.groups, "\(parent.name) does not belong to the group \(strange)")
        }
        if !groups.contains("All") { groups.insert("All", at: 0) }
        return groups
    }

    private static func knownSpelling(_ group: String) -> String {
        GraphResource.all.flatMap(\.groups).first { $0.lowercased() == group.lowercased() } ?? group
    }

    /// A list, for both kinds of sign-in, or one for each.
    func permissions(below parent: Parent?) throws(CommandFailure) -> Permissions {
        guard let member = members[.permissions] else {
            guard let parent else { throw wrong(.permissions, "the type has no permissions") }
            return parent.permissions
        }
        if case .sequence = member.value.content {
            let both = try list(member, \.isPlainWord)
            return Permissions(application: both, delegated: both)
        }
        var lists: [String: [String]] = [:]
        for inner in try source.members(of: member.value, member.key) {
            guard ["application", "delegated"].contains(inner.key) else {
                throw source.unknownKey(inner, among: ["application", "delegated"])
            }
            lists[inner.key] = try list(inner, \.isPlainWord)
        }
        return Permissions(
            application: lists["application"] ?? [], delegated: lists["delegated"] ?? [])
    }

    func select() throws(CommandFailure) -> [String] {
        let select = try list(.select, \.isPlainWord)
        let idMember = try text(.idMember) ?? "id"
        guard select.isEmpty || select.contains(idMember) else {
            throw wrong(.select, "select leaves out \(idMember), which names an object")
        }
        return select
    }

    func filter(below parent: Parent?) throws(CommandFailure) -> String? {
        guard let filter = try text(.filter) else { return nil }
        guard parent != nil || hasWalks || !filter.contains("{parent}") else {
            throw wrong(.filter, "only the filter of a child can name its {parent}")
        }
        return filter
    }

    /// What a type sends besides; not what the program says of itself and of its connection.
    func headers() throws(CommandFailure) -> [GraphRequest.Parameter] {
        guard let member = members[.headers] else { return [] }
        var headers: [GraphRequest.Parameter] = []
        for inner in try source.members(of: member.value, member.key) {
            let value = try source.text(of: inner.value, inner.key)
            guard inner.key.isPlainWord, !Self.ownHeaders.contains(inner.key.lowercased()) else {
                throw source.wrong(inner.line, "a type cannot send the header \(inner.key)")
            }
            guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw source.wrong(inner.line, "no header has the value of \(inner.key)")
            }
            headers.append(.init(inner.key, value))
        }
        return headers
    }

    private static let ownHeaders: Set<String> = [
        "authorization", "accept-encoding", "connection", "content-length", "content-type",
        "cookie", "expect", "host", "proxy-authorization", "te", "transfer-encoding", "upgrade",
        "user-agent",
    ]

    /// Texts of any kind, none of them empty.
    func texts(_ word: Word) throws(CommandFailure) -> [String] {
        try list(word) { !$0.isEmpty }
    }

    /// Members as paths, such as `state.lastActionDateTime`.
    func memberPaths(_ word: Word) throws(CommandFailure) -> [String] {
        let paths = try list(word) { path in
            path.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
        }
        let idMember = try text(.idMember) ?? "id"
        guard !paths.contains(idMember) else {
            throw wrong(word, "\(idMember) names an object and cannot be in \(word.rawValue)")
        }
        return paths
    }

    func asParent(below parent: Parent?) throws(CommandFailure) -> Parent {
        Parent(
            name: try name(below: parent), version: try version(below: parent),
            groups: try groups(below: parent), permissions: try permissions(below: parent),
            audit: try audit(below: parent))
    }
}

extension String {
    /// Whether this is one word of letters, digits, dots, dashes and underscores.
    fileprivate var isPlainWord: Bool {
        !isEmpty && first != "-"
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

/// Whether a byte stands for itself in a path (RFC 3986 §3.3) that is no host, scheme or query.
private func isPathByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "-._~!$&'()*+,;=@/".utf8.contains(byte)
    }
}
