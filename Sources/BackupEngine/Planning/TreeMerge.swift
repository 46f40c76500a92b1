import GitObjects
import GitPack
import GitStore

/// What is done to one entry of a tree.
struct TreeEdit {
    let name: ArraySlice<UInt8>
    let isFolder: Bool
    /// What the entry is from then on; `nil` for nothing.
    let id: ObjectID?
}

/// Makes one tree of another in one pass over its bytes.
struct TreeMerge {
    private(set) var bytes: [UInt8] = []
    /// Where the old tree differs from the new one, which is the base.
    private(set) var differences: [ObjectDelta.Difference] = []
    private var folder: Folder
    private var hasEntry: Bool
    /// So much of the old tree has been dealt with.
    private var done = 0
    private let old: [UInt8]

    /// - Parameter id: of the old tree, for an error's sake.
    init(_ old: [UInt8], _ id: ObjectID?) throws(GitError) {
        self.old = old
        folder = Folder(old, id)
        hasEntry = try folder.next()
        bytes.reserveCapacity(old.count + 1_024)
    }

    mutating func make(_ edit: TreeEdit) throws(GitError) {
        while hasEntry, folder.cursor.order(of: edit.name, isFolder: edit.isFolder) < 0 {
            hasEntry = try folder.next()
        }
        copy(upTo: folder.cursor.start)
        let isThere = hasEntry && folder.cursor.order(of: edit.name, isFolder: edit.isFolder) == 0
        if isThere {
            try replace(edit)
        } else if edit.id != nil {
            differ(from: done..<done, by: entry(edit))
        }
    }

    /// Takes over all that is behind the last edit.
    mutating func finish() {
        copy(upTo: old.count)
    }

    private mutating func replace(_ edit: TreeEdit) throws(GitError) {
        let cursor = folder.cursor
        if let id = edit.id, cursor.isFolder || cursor.isFile {
            copy(upTo: cursor.idRange.lowerBound)
            differ(from: cursor.idRange, by: id.bytes)
        } else {
            differ(from: cursor.start..<cursor.end, by: entry(edit))
        }
        hasEntry = try folder.next()
    }

    private mutating func copy(upTo end: Int) {
        guard end > done else { return }
        bytes.append(contentsOf: old[done..<end])
        done = end
    }

    private mutating func differ(from range: Range<Int>, by new: [UInt8]) {
        differences.append(
            ObjectDelta.Difference(
                base: bytes.count..<(bytes.count + new.count), target: range))
        bytes.append(contentsOf: new)
        done = range.upperBound
    }

    private func entry(_ edit: TreeEdit) -> [UInt8] {
        guard let id = edit.id else { return [] }
        var writer = TreeWriter()
        writer.append(edit.isFolder ? .folder : .file, edit.name, id)
        return writer.bytes
    }
}
