import GitObjects

/// The file `packed-refs` as a value (git's `gitformat-…`: one line a ref, in byte order, each
/// annotated tag followed by the object it leads to).
struct PackedRefs: Equatable, Sendable {
    struct Line: Equatable, Sendable {
        let id: ObjectID
        /// What an annotated tag finally points to; `nil` for every other object.
        let peeled: ObjectID?
    }

    private(set) var lines: [String: Line] = [:]
    /// Whether every tag's peeled ID is there. A file of an older git may lack some.
    let isFullyPeeled: Bool

    /// Reads the file; an empty one if there is none.
    ///
    /// - Throws: ``GitError`` of kind `damaged` for a line git would not accept either.
    init(_ bytes: [UInt8]?) throws(GitError) {
        let text = String(decoding: bytes ?? [], as: UTF8.self)
        var last: String?
        isFullyPeeled = bytes == nil || text.prefix { $0 != "\n" }.contains("fully-peeled")
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("^"), let name = last, let ref = lines[name],
                let peeled = ObjectID(hex: line.dropFirst())
            {
                lines[name] = Line(id: ref.id, peeled: peeled)
            } else if let id = ObjectID(hex: line.prefix(40)), line.dropFirst(40).first == " " {
                let name = String(line.dropFirst(41))
                lines[name] = Line(id: id, peeled: nil)
                last = name
            } else {
                throw .damaged("packed-refs", "a line of it is no ref")
            }
        }
    }

    subscript(name: RefName) -> Line? {
        get { lines[name.text] }
        set { lines[name.text] = newValue }
    }

    /// Sets what an annotated tag leads to.
    mutating func peel(_ name: String, to peeled: ObjectID) {
        if let line = lines[name] { lines[name] = Line(id: line.id, peeled: peeled) }
    }

    var bytes: [UInt8] {
        var text = "# pack-refs with: peeled fully-peeled sorted \n"
        let sorted = lines.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (name, line) in sorted {
            text += "\(line.id) \(name)\n"
            if let peeled = line.peeled { text += "^\(peeled)\n" }
        }
        return Array(text.utf8)
    }
}
