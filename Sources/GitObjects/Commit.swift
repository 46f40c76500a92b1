/// A commit as a value, and as git's bytes.
package struct Commit: Hashable, Sendable {
    package let tree: ObjectID
    package let parents: [ObjectID]
    package let author: Signature
    package let committer: Signature
    /// Ends in a newline.
    package let message: String

    package init(
        tree: ObjectID, parents: [ObjectID], author: Signature, committer: Signature,
        message: String
    ) {
        self.tree = tree
        self.parents = parents
        self.author = author
        self.committer = committer
        self.message = message
    }

    package var bytes: [UInt8] {
        var text = "tree \(tree)\n"
        for parent in parents { text += "parent \(parent)\n" }
        text += "author \(author.line)\ncommitter \(committer.line)\n\n\(message)"
        return Array(text.utf8)
    }

    /// Reads anyone's commit; headers it does not know are passed over.
    package init(bytes: [UInt8]) throws(MalformedObject) {
        let (headers, message) = splitHeaders(bytes)
        guard let tree = headers.first(where: { $0.key == "tree" }),
            let treeID = ObjectID(hex: tree.value)
        else { throw MalformedObject(kind: .commit) }
        self.tree = treeID
        parents = headers.filter { $0.key == "parent" }.compactMap { ObjectID(hex: $0.value) }
        let signature = { (key: String) in
            Signature(line: headers.first { $0.key == key }?.value ?? "")
        }
        author = signature("author")
        committer = signature("committer")
        self.message = message
    }
}

/// An annotated tag as a value, and as git's bytes.
package struct Tag: Hashable, Sendable {
    package let target: ObjectID
    package let kind: ObjectKind
    /// Without `refs/tags/`.
    package let name: String
    package let tagger: Signature
    /// Ends in a newline.
    package let message: String

    package init(
        target: ObjectID, kind: ObjectKind, name: String, tagger: Signature, message: String
    ) {
        self.target = target
        self.kind = kind
        self.name = name
        self.tagger = tagger
        self.message = message
    }

    package var bytes: [UInt8] {
        Array(
            """
            object \(target)
            type \(kind.word)
            tag \(name)
            tagger \(tagger.line)

            \(message)
            """.utf8)
    }

    /// Reads the object a tag points to.
    package static func target(of bytes: [UInt8]) throws(MalformedObject) -> ObjectID {
        let object = splitHeaders(bytes).headers.first { $0.key == "object" }
        guard let object, let id = ObjectID(hex: object.value) else {
            throw MalformedObject(kind: .tag)
        }
        return id
    }
}

/// Splits an object's headers from its message.
///
/// Byte for byte: to a `String`, a carriage return and a line break are one character, and so are a
/// space and the accent a name may begin with.
private func splitHeaders(
    _ bytes: [UInt8]
) -> (headers: [(key: String, value: String)], message: String) {
    var headers: [(key: String, value: String)] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")), end > start {
        let line = bytes[start..<end]
        let space = line.firstIndex(of: UInt8(ascii: " ")) ?? end
        let value = line[space...].dropFirst()
        headers.append(
            (
                String(decoding: line[..<space], as: UTF8.self),
                String(decoding: value, as: UTF8.self)
            ))
        start = end + 1
    }
    return (headers, String(decoding: bytes[start...].dropFirst(), as: UTF8.self))
}
