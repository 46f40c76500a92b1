import GitObjects

/// The file `packed-refs` as a value (git's `pack-refs`: one line a ref, in byte order, each
/// annotated tag followed by the object it leads to).
///
/// Names are bytes. Somebody else's need not be UTF-8, and two that Unicode calls equal are two
/// refs; all of them are written back as they were.
struct PackedRefs: Equatable, Sendable {
    struct Line: Equatable, Sendable {
        let id: ObjectID
        /// What an annotated tag finally points to; `nil` for every other object.
        let peeled: ObjectID?
    }

    private(set) var lines: [[UInt8]: Line] = [:]
    /// Whether every tag's peeled ID is there. A file of an older git may lack some.
    let isFullyPeeled: Bool

    /// Reads the file; an empty one if there is none.
    ///
    /// - Throws: ``GitError`` of kind `damaged` for a line git would not accept either.
    init(_ bytes: [UInt8]?) throws(GitError) {
        if let end = bytes?.last, end != UInt8(ascii: "\n") {
            throw .damaged("packed-refs", "its last line does not end")
        }
        var last: [UInt8]?
        var isFullyPeeled = bytes == nil
        for line in (bytes ?? []).split(separator: UInt8(ascii: "\n")) {
            if line.first == UInt8(ascii: "#") {
                isFullyPeeled = line.split(separator: UInt8(ascii: " ")).contains {
                    $0.elementsEqual("fully-peeled".utf8)
                }
            } else if line.first == UInt8(ascii: "^") {
                guard let name = last, let ref = lines[name],
                    let peeled = Self.id(line.dropFirst())
                else { throw Self.isNoRef }
                lines[name] = Line(id: ref.id, peeled: peeled)
            } else {
                let name = Array(line.dropFirst(41))
                guard let id = Self.id(line.prefix(40)), !name.isEmpty,
                    line[line.startIndex + 40] == UInt8(ascii: " ")
                else { throw Self.isNoRef }
                lines[name] = Line(id: id, peeled: nil)
                last = name
            }
        }
        self.isFullyPeeled = isFullyPeeled
    }

    private static func id(_ digits: ArraySlice<UInt8>) -> ObjectID? {
        ObjectID(hex: String(decoding: digits, as: UTF8.self))
    }

    private static var isNoRef: GitError { .damaged("packed-refs", "a line of it is no ref") }

    subscript(name: RefName) -> Line? {
        get { lines[Array(name.text.utf8)] }
        set { lines[Array(name.text.utf8)] = newValue }
    }

    /// Names of the refs below a prefix, such as `refs/tags/`.
    func names(below prefix: String) -> [String] {
        lines.keys.filter { $0.starts(with: prefix.utf8) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Sets what an annotated tag leads to.
    mutating func peel(_ name: [UInt8], to peeled: ObjectID) {
        if let line = lines[name] { lines[name] = Line(id: line.id, peeled: peeled) }
    }

    var bytes: [UInt8] {
        var bytes = Array("# pack-refs with: peeled fully-peeled sorted \n".utf8)
        for (name, line) in lines.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            bytes += Array("\(line.id) ".utf8) + name + [UInt8(ascii: "\n")]
            if let peeled = line.peeled { bytes += Array("^\(peeled)\n".utf8) }
        }
        return bytes
    }
}
