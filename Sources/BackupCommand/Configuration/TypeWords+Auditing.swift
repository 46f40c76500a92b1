import Encodings
import GraphCatalog
import YAMLDocument

/// Words about how the logs tell who changed a type's objects.
extension TypeWords {
    static let auditing: [Word] = [
        .auditActivities, .auditNouns, .evidence, .audit, .auditIDs, .actorID, .authorship,
    ]

    /// What the log calls one object; in any case of letters.
    func auditNouns() throws(CommandFailure) -> [String] {
        try texts(.auditNouns).map { $0.lowercased() }
    }

    // MARK: The log

    private enum Log: String, CaseIterable { case entra, intune, azure }

    /// A child is in its parent's log.
    func audit(below parent: Parent?) throws(CommandFailure) -> AuditSource {
        guard let member = members[.audit] else { return parent?.audit ?? .directory }
        let words = try words(of: member.value, "audit", among: ["log", "provider", "activities"])
        let log = try text(of: words, "log", for: "audit", at: member.value.line)
        guard let kind = Log(rawValue: log.text) else {
            let known = Log.allCases.map(\.rawValue)
            throw source.wrong(
                log.line, "\(log.text) is no log",
                hint: "Did you mean \(nearest(to: log.text, among: known))? There are "
                    + "\(known.joined(separator: ", ")).")
        }
        let service = try service(below: parent)
        guard service.isAzure ? kind != .intune : kind != .azure else {
            throw source.wrong(
                log.line,
                "\(service.isAzure ? "Intune's" : "Azure's") log tells of its own types only")
        }
        let activities = try texts(words["activities"])
        if let provider = words["provider"], kind != .azure {
            throw source.wrong(provider.line, "only Azure's log has providers")
        }
        switch kind {
        case .entra:
            if let given = words["activities"] {
                throw source.wrong(given.line, "Entra's log is read as a whole")
            }
            return .directory
        case .intune, .azure:
            guard !activities.isEmpty else {
                throw wrong(.audit, "audit names no activities of the log \(log.text)")
            }
            guard kind == .azure else { return .intune(activities) }
            let provider = try text(of: words, "provider", for: "audit", at: member.value.line)
            guard provider.text.contains(/^[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+$/) else {
                throw source.wrong(
                    provider.line, "\"\(provider.text)\" is no provider",
                    hint: "One is Microsoft.Authorization.")
            }
            return .azure(provider: provider.text, activities)
        }
    }

    // MARK: What events say

    func evidence(below parent: Parent?) throws(CommandFailure) -> [Evidence] {
        var all: [Evidence] = []
        for node in try elements(.evidence) {
            let words = try words(of: node, "The evidence", among: ["added", "removed", "clues"])
            let added = try texts(words["added"])
            let removed = try texts(words["removed"])
            guard !(added + removed).isEmpty else {
                throw source.wrong(node.line, "the evidence names no activity, added or removed")
            }
            var clues: [Evidence.Clue] = []
            if let member = words["clues"] {
                for node in try source.elements(of: member, example: "{member: …}") {
                    clues.append(try clue(node, below: parent))
                }
            }
            guard clues.contains(where: { !$0.isOptional }) else {
                throw source.wrong(
                    words["clues"]?.line ?? node.line, "the evidence has no clue that must fit",
                    hint: "Write what an event names: clues: [{is: object}, {is: parent}].")
            }
            all.append(Evidence(added: added, removed: removed, clues: clues))
        }
        return all
    }

    private func clue(
        _ node: YAMLNode, below parent: Parent?
    ) throws(CommandFailure) -> Evidence.Clue {
        let words = try words(
            of: node, "The clue", among: ["is", "member", "role", "in", "optional"])
        let kinds = ["is", "member", "role"].filter { words[$0] != nil }
        guard kinds.count == 1 else {
            throw source.wrong(node.line, "a clue has one of is, member and role")
        }
        let value = try text(of: words, kinds[0], for: "clue", at: node.line)
        let place: Evidence.Clue.Place
        switch (kinds[0], value.text) {
        case ("member", let name): place = .member(name)
        case ("role", let name): place = .role(name)
        case (_, "object"): place = .object
        case (_, "parent"):
            guard parent != nil else {
                throw source.wrong(value.line, "only a child has a parent")
            }
            place = .parent
        default: throw source.wrong(value.line, "\(value.text) is neither object nor parent")
        }
        let properties = try texts(words["in"])
        if let given = words["in"], kinds[0] == "role" {
            throw source.wrong(given.line, "a role is named by what it is called, in no property")
        }
        // An event need not name a role.
        var isOptional = kinds[0] == "role"
        if words["optional"] != nil {
            let text = try text(of: words, "optional", for: "clue", at: node.line)
            guard let isOn = Bool(text.text) else {
                throw source.wrong(text.line, "\(text.text) is neither true nor false")
            }
            isOptional = isOptional || isOn
        }
        return Evidence.Clue(place, properties: properties, isOptional: isOptional)
    }

    // MARK: What objects say

    func authorship() throws(CommandFailure) -> Authorship? {
        guard let member = members[.authorship] else { return nil }
        let words = try words(of: member.value, "authorship", among: ["creation", "update"])
        let creation = try statement("creation", words, member)
        return Authorship(creation: creation, update: try statement("update", words, member))
    }

    private func statement(
        _ name: String, _ words: [String: YAMLMember], _ member: YAMLMember
    ) throws(CommandFailure) -> Authorship.Statement {
        guard let own = words[name] else {
            throw source.wrong(member.line, "authorship has no \(name)")
        }
        let keys = try self.words(of: own.value, name, among: ["in", "by", "at"])
        let line = own.value.line
        return Authorship.Statement(
            in: try text(of: keys, "in", for: name, at: line).text,
            by: try text(of: keys, "by", for: name, at: line).text,
            at: try text(of: keys, "at", for: name, at: line).text)
    }

    // MARK: Shapes

    private func words(
        of node: YAMLNode, _ name: String, among known: [String]
    ) throws(CommandFailure) -> [String: YAMLMember] {
        var words: [String: YAMLMember] = [:]
        for member in try source.members(of: node, name) {
            guard known.contains(member.key) else {
                throw source.unknownKey(member, among: known)
            }
            words[member.key] = member
        }
        return words
    }

    private func text(
        of words: [String: YAMLMember], _ key: String, for name: String, at line: Int
    ) throws(CommandFailure) -> (text: String, line: Int) {
        guard let member = words[key] else {
            throw source.wrong(line, "\(name) has no \(key)")
        }
        let text = try source.text(of: member.value, key)
        guard !text.isEmpty else { throw source.wrong(member.line, "\(key) is empty") }
        return (text, member.line)
    }

    /// None if the word is not there.
    private func texts(_ member: YAMLMember?) throws(CommandFailure) -> [String] {
        guard let member else { return [] }
        return try list(member) { !$0.isEmpty }
    }
}
