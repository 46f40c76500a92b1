import BackupEngine
import GraphCatalog
import YAMLDocument

/// Words about types that are not a list of Graph with a folder for each object.
extension TypeWords {
    // MARK: Azure

    private enum ServiceWord: String, CaseIterable { case graph, azure }

    /// A child is where its parent is.
    func service(below parent: Parent?) throws(CommandFailure) -> Service {
        let word: ServiceWord? = try choice(.service)
        let version = try text(.apiVersion)
        if parent != nil, word == .azure {
            throw wrong(.service, "only a type at the top can be one of Azure's")
        }
        guard word == .azure else {
            guard version == nil else {
                throw wrong(
                    .apiVersion, "apiVersion is a word of Azure's types",
                    hint: "Graph's types have a version: v1.0 or beta.")
            }
            return .graph
        }
        guard let version else { throw wrong(.service, "a type of Azure's has an apiVersion") }
        guard version.utf8.allSatisfy({ "0123456789-".utf8.contains($0) || $0.isLetter }) else {
            throw wrong(.apiVersion, "\"\(version)\" is no version", hint: "One is 2022-04-01.")
        }
        for word in [Word.version, .children] where members[word] != nil {
            throw wrong(word, "a type of Azure's has no \(word.rawValue)")
        }
        return .azure(apiVersion: version)
    }

    /// A query of Azure Resource Graph.
    func rows() throws(CommandFailure) -> String? {
        guard let rows = try text(.rows) else { return nil }
        guard case .azure = try service(below: nil) else {
            throw wrong(.rows, "rows are asked of Azure only", hint: "Add service: azure.")
        }
        guard rows.contains(/\|\s*project\s+(?:[^|]*,\s*)?id\s*(?:,|\||$)/) else {
            throw wrong(
                .rows, "rows does not project id",
                hint: "Without it Azure leaves out all rows but the first 1,000.")
        }
        return rows
    }

    func bucket(below parent: Parent?) throws(CommandFailure) -> ThrottleBucket {
        if let bucket: ThrottleBucket = try choice(.bucket) { return bucket }
        guard case .azure = try service(below: parent) else { return .directory }
        return members[.rows] == nil ? .azure : .azureResourceGraph
    }

    // MARK: Walks

    var hasWalks: Bool { members[.walks] != nil }

    /// Lists whose every object is asked for its part.
    func walks(below parent: Parent?) throws(CommandFailure) -> [GraphResource] {
        guard hasWalks else { return [] }
        guard parent == nil else {
            throw wrong(.walks, "a child is asked for below its parent, and has no walks")
        }
        if members[.children] != nil {
            throw wrong(.children, "a type with walks has no children")
        }
        let lists = try lists(of: try asParent(below: nil))
        if lists.isEmpty { throw wrong(.walks, "walks names no list") }
        let names = "\(try text(.path) ?? "")\(try text(.filter) ?? "")"
        guard names.contains("{parent") || lists.allSatisfy(\.isPart) else {
            throw wrong(
                .path, "with walks, the path or the filter names an object of theirs",
                hint: "Write its ID as {parent}, or as {parent/} if it is a path.")
        }
        return lists
    }

    func lists(of owner: Parent) throws(CommandFailure) -> [GraphResource] {
        var lists: [GraphResource] = []
        for node in try elements(.walks) {
            let words = try TypeWords(node, in: source)
            let list = try GraphResource(list: words, of: owner)
            guard !lists.contains(where: { $0.name == list.name }) else {
                throw words.wrong(.name, "there is a list \(list.name) already")
            }
            lists.append(list)
        }
        return lists
    }

    func refuseWordsOfLists() throws(CommandFailure) {
        for word in [Word.isPart, .partFilter, .idForm] where members[word] != nil {
            throw wrong(word, "\(word.rawValue) is a word of the lists in walks")
        }
    }

    /// Of a list nothing is kept but its objects' IDs.
    func refuseWordsOfTypes() throws(CommandFailure) {
        let ofTypes: [Word] = [
            .answer, .folder, .groups, .appOnly, .unavailable, .empty, .lastParts, .volatile,
            .secrets, .sets, .flags, .children, .placement,
        ]
        for word in ofTypes + Self.auditing where members[word] != nil {
            throw wrong(word, "a list in walks has no \(word.rawValue)")
        }
    }

    // MARK: Placement

    /// `flat`, or a list of places.
    func placement(below parent: Parent?) throws(CommandFailure) -> Placement {
        guard let member = members[.placement] else { return .folder }
        guard parent == nil, members[.children] == nil else {
            throw wrong(.placement, "objects with a parent or with children have folders")
        }
        if try text(.folder)?.hasSuffix(".json") == true {
            throw wrong(.placement, "a type that one file holds has no other places")
        }
        if case .scalar = member.value.content {
            let text = try source.text(of: member.value, member.key)
            guard text == "flat" else {
                throw wrong(
                    .placement, "\(text) is no placement",
                    hint: "Write flat, or a list: [{file: …, where: …, is: …}].")
            }
            return .flat
        }
        var templates: [FileTemplate] = []
        for node in try source.elements(of: member, example: "{file: …, where: …, is: …}") {
            templates.append(try template(node))
        }
        return .files(templates)
    }

    private func template(_ node: YAMLNode) throws(CommandFailure) -> FileTemplate {
        var words: [String: (text: String, line: Int)] = [:]
        for inner in try source.members(of: node, "The place") {
            guard ["file", "where", "is"].contains(inner.key) else {
                throw source.unknownKey(inner, among: ["file", "where", "is"])
            }
            words[inner.key] = (try source.text(of: inner.value, inner.key), inner.line)
        }
        guard let file = words["file"] else {
            throw source.wrong(node.line, "the place has no file")
        }
        if let form = words["is"], words["where"] == nil {
            throw source.wrong(form.line, "is says what a member looks like, and where which")
        }
        guard Self.isTemplate(file.text) else {
            throw source.wrong(
                file.line, "\"\(file.text)\" is no place for a file",
                hint: "Write a path such as Subscriptions/{properties.scope:2}/{name}.")
        }
        return FileTemplate(file.text, where: words["where"]?.text, is: words["is"]?.text ?? "**")
    }

    /// Whether the holes are `{member}`, `{member&}` or `{member:number}`, and what is around them
    /// fits every file system.
    private static func isTemplate(_ text: String) -> Bool {
        let hole = /\{[\w.@\-]+(?:&|:-?[1-9][0-9]?)?\}/
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        return components.allSatisfy { component in
            let filled = String(component.replacing(hole, with: "x"))
            return !component.hasSuffix(".json") && !filled.contains { "{}".contains($0) }
                && RootPath(filled) != nil && !filled.isEmpty
        }
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
}
