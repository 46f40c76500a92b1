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
    /// Where the old tree differs from the new one, which is the base; kept only if asked for.
    private(set) var differences: [ObjectDelta.Difference] = []
    private let keepsDifferences: Bool
    private var folder: Folder
    private var hasEntry: Bool
    /// So much of the old tree has been dealt with.
    private var done = 0
    private let old: [UInt8]

    /// - Parameters:
    ///   - id: of the old tree, for an error's sake.
    ///   - edits: how many there will be, about.
    init(
        _ old: [UInt8], _ id: ObjectID?, edits: Int, keepsDifferences: Bool
    ) throws(GitError) {
        self.old = old
        self.keepsDifferences = keepsDifferences
        folder = Folder(old, id)
        hasEntry = try folder.next()
        // A GUID's entry has 63 bytes. Growing by doubling would take as much again for a moment.
        bytes.reserveCapacity(old.count + 64 * edits)
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
            differ(from: done..<done) { $0.append(edit) }
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
            differ(from: cursor.idRange) { id.append(to: &$0.bytes) }
        } else {
            differ(from: cursor.start..<cursor.end) { $0.append(edit) }
        }
        hasEntry = try folder.next()
    }

    private mutating func copy(upTo end: Int) {
        guard end > done else { return }
        bytes.append(contentsOf: old[done..<end])
        done = end
    }

    /// The new tree has something else in place of `range` of the old one.
    private mutating func differ(from range: Range<Int>, by write: (inout TreeMerge) -> Void) {
        let start = bytes.count
        write(&self)
        done = range.upperBound
        guard keepsDifferences else { return }
        differences.append(ObjectDelta.Difference(base: start..<bytes.count, target: range))
    }

    private mutating func append(_ edit: TreeEdit) {
        guard let id = edit.id else { return }
        bytes.append(contentsOf: edit.isFolder ? folderMode : fileMode)
        bytes.append(contentsOf: edit.name)
        bytes.append(0)
        id.append(to: &bytes)
    }
}

private let folderMode = Array("40000 ".utf8)
private let fileMode = Array("100644 ".utf8)
