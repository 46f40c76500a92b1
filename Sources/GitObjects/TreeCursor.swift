import Glibc

/// Walks over a tree's bytes entry by entry, in their order, and copies nothing.
///
/// Cost: each byte of the names once.
package struct TreeCursor: Sendable {
    package let bytes: [UInt8]
    /// Where the entry at hand begins; after the last one, the end of the tree.
    package private(set) var start = 0
    /// Where its name stands.
    package private(set) var name = 0..<0
    /// Whether it is a folder, or a file that is neither executable nor a link.
    package private(set) var isFolder = false
    package private(set) var isFile = false
    /// Whether it is a file with other permissions, as an executable one.
    package private(set) var isFileOfOtherMode = false
    /// Whether it is a commit of another repository.
    package private(set) var isSubmodule = false
    private var next = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Goes to the first entry, then to the next; returns whether there is one.
    ///
    /// - Throws: ``MalformedObject`` if the bytes are no tree.
    package mutating func advance() throws(MalformedObject) -> Bool {
        start = next
        let tree = bytes
        guard start < tree.count else { return false }
        guard let space = tree.place(of: UInt8(ascii: " "), from: start),
            let zero = tree.place(of: 0, from: space + 1), zero + 20 < tree.count
        else { throw MalformedObject(kind: .tree) }
        let mode = tree[start..<space]
        isFolder = mode == folderMode
        isFile = !isFolder && mode == fileMode
        isFileOfOtherMode = !isFolder && !isFile && mode.starts(with: regularMode)
        isSubmodule = !isFolder && !isFile && mode == submoduleMode
        name = (space + 1)..<zero
        next = zero + 21
        return true
    }

    /// Goes to the entry that begins at `place`.
    ///
    /// - Throws: ``MalformedObject`` if none does.
    package mutating func move(to place: Int) throws(MalformedObject) {
        next = place
        guard try advance() else { throw MalformedObject(kind: .tree) }
    }

    /// Where the entry at hand ends.
    package var end: Int { next }

    /// The ID's 20 bytes.
    package var idRange: Range<Int> { (next - 20)..<next }

    package var id: ObjectID { ObjectID(bytes.span, at: next - 20) }

    /// Whether the name is this one.
    package func isNamed(_ other: ArraySlice<UInt8>) -> Bool {
        name.count == other.count && order(of: other, isFolder: isFolder) == 0
    }

    /// Compares the entry at hand with one of this name, in git's order for trees: below 0 if it
    /// stands before that one, above 0 if after it, and 0 if both are one entry.
    package func order(of other: ArraySlice<UInt8>, isFolder otherIsFolder: Bool) -> Int {
        let one = bytes.span.extracting(name)
        let two = other.span
        let common = min(one.count, two.count)
        for index in 0..<common where one[index] != two[index] {
            return Int(one[index]) - Int(two[index])
        }
        if one.count == two.count && isFolder == otherIsFolder { return 0 }
        let left = one.byte(after: common, isFolder)
        let right = two.byte(after: common, otherIsFolder)
        return left != right ? left - right : one.count - two.count
    }
}

private let folderMode = Array("40000".utf8)[...]
private let fileMode = Array("100644".utf8)[...]
/// What modes of files begin with that are neither folders, links nor submodules.
private let regularMode = Array("100".utf8)[...]
private let submoduleMode = Array("160000".utf8)[...]

extension [UInt8] {
    /// Where a byte is first found from `start` on. The C library looks at 32 bytes at a time.
    fileprivate func place(of byte: UInt8, from start: Int) -> Int? {
        guard start < count else { return nil }
        // Safe: only bytes between the start, which was just checked, and the end are looked at.
        return unsafe withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress,
                let found = unsafe memchr(first + start, Int32(byte), bytes.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - first
        }
    }
}

extension Span<UInt8> {
    /// What a name is compared by behind its bytes: a folder as if it ended in `/`; -1 at the end.
    fileprivate func byte(after index: Int, _ isFolder: Bool) -> Int {
        if index < count { return Int(self[index]) }
        return index == count && isFolder ? Int(UInt8(ascii: "/")) : -1
    }
}
