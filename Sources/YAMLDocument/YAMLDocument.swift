/// One YAML file, read whole.
///
/// Plain YAML only: an alias, an anchor, a tag, a merge key, a key that stands twice or is no
/// scalar, and a second document are errors that name their line. What is left means the same to
/// every reader, and nothing in it grows when it is read.
///
/// - Memory: the values. Nesting ends at ``deepest`` levels.
/// - Errors: ``YAMLError``.
package struct YAMLDocument: Sendable, Equatable {
    /// `nil` if the file holds nothing but comments.
    package let root: YAMLNode?

    /// Levels of sequences and mappings inside one another.
    package static let deepest = 32

    /// Reads UTF-8 or, with its mark, UTF-16.
    package init(_ bytes: [UInt8]) throws(YAMLError) {
        var events = try YAMLEvents(of: bytes)
        root = try Self.read(&events)
    }

    private static func read(_ events: inout YAMLEvents) throws(YAMLError) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamStart, .documentEnd: continue
            case .streamEnd: return root
            case .documentStart:
                guard root == nil else {
                    throw YAMLError(line: event.line, "a second document begins")
                }
                root = try node(try events.next(), &events, depth: 0)
            case .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd:
                throw YAMLError(line: event.line, "a value stands outside the document")
            }
        }
    }

    private static func node(
        _ event: YAMLEvent, _ events: inout YAMLEvents, depth: Int
    ) throws(YAMLError) -> YAMLNode {
        guard depth < deepest else {
            throw YAMLError(line: event.line, "values lie more than \(deepest) levels deep")
        }
        switch event.kind {
        case .scalar(let scalar): return YAMLNode(.scalar(scalar), line: event.line)
        case .sequenceStart:
            return YAMLNode(.sequence(try elements(&events, depth + 1)), line: event.line)
        case .mappingStart:
            return YAMLNode(.mapping(try members(&events, depth + 1)), line: event.line)
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            throw YAMLError(line: event.line, "a value is missing")
        }
    }

    private static func elements(
        _ events: inout YAMLEvents, _ depth: Int
    ) throws(YAMLError) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { return elements }
            elements.append(try node(event, &events, depth: depth))
        }
    }

    private static func members(
        _ events: inout YAMLEvents, _ depth: Int
    ) throws(YAMLError) -> [YAMLMember] {
        var members: [YAMLMember] = []
        var keys: Set<String> = []
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return members }
            guard case .scalar(let key) = event.kind else {
                throw YAMLError(line: event.line, "a key is a list or a mapping")
            }
            guard key.isQuoted || key.text != "<<" else {
                throw YAMLError(line: event.line, "a merge key (<<) is not read")
            }
            guard keys.insert(key.text).inserted else {
                throw YAMLError(line: event.line, "the key \(key.text) stands twice")
            }
            let value = try node(try events.next(), &events, depth: depth)
            members.append(YAMLMember(key.text, value, line: event.line))
        }
    }
}
