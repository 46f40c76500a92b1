import GitObjects
import GitPack
import GitStore

/// Makes the trees of several commits, each on top of the one before, from one tree and a list of
/// changes that belong to them.
///
/// Only the folders on the way to a change are read and written; all their other entries stay. A
/// folder that several commits change is read once, and written as one whole tree and a delta for
/// each other commit.
///
/// Cost: for each commit, linear in the bytes of the folders that it changes.
struct TreeEditor {
    private let changes: ChangeList
    private let shares: [UInt32]
    private let count: Int

    /// - Parameters:
    ///   - changes: sorted.
    ///   - shares: the commit each change belongs to, by its place; from 0 on.
    ///   - count: the number of commits.
    init(_ changes: ChangeList, shares: [UInt32], count: Int) {
        self.changes = changes
        self.shares = shares
        self.count = count
    }

    /// Returns the top tree after each commit; `nil` where nothing would be left in it.
    ///
    /// - Throws: ``GitError`` if a file of somebody else's stands where a folder must be, or the
    ///   other way round.
    func apply(to top: ObjectID?, in store: isolated GitStore) throws(GitError) -> [ObjectID?] {
        var trees: [ObjectID?] = []
        var tree = top
        var versions = try edit(top, changes.changes.indices, depth: 0, store)[...]
        for share in 0..<count {
            if versions.first?.share == share { tree = versions.removeFirst().id }
            trees.append(tree)
        }
        return trees
    }

    /// What an entry is after a commit that changes it; `nil` for nothing.
    private struct Version {
        let share: Int
        let id: ObjectID?
    }

    /// Edits one folder and returns what it is after each commit that changes it.
    ///
    /// - Parameter depth: bytes of the changes' paths that lead to this folder.
    private func edit(
        _ tree: ObjectID?, _ part: Range<Int>, depth: Int, _ store: isolated GitStore
    ) throws(GitError) -> [Version] {
        let old = try tree.map { (id) throws(GitError) in try store.treeBytes(id) } ?? []
        let edits = try self.edits(part, depth, Folder(old, tree), store)
        let count = zip(edits, edits.dropFirst()).count { $0.share != $1.share } + 1
        var folder = FolderVersions(old, tree, count: count)
        var touched: [Int] = []
        var start = 0
        while start < edits.count {
            let share = edits[start].share
            let end = edits[start...].firstIndex { $0.share != share } ?? edits.count
            try folder.append(edits[start..<end].lazy.map { edit($0, depth) })
            touched.append(Int(share))
            start = end
        }
        let ids = try folder.write(to: store)
        return zip(touched, ids).map { Version(share: $0, id: $1) }
    }

    /// What one commit does to one entry. A first run has a million of them: 28 bytes.
    private struct SharedEdit {
        let id: ObjectID
        let share: UInt32
        /// A change that leads to the entry, by its place.
        let change: UInt32
    }

    private func edit(_ edit: SharedEdit, _ depth: Int) -> TreeEdit {
        let change = changes.changes[Int(edit.change)]
        let (name, isFolder) = changes.component(of: change, at: depth)
        return TreeEdit(name: name, isFolder: isFolder, id: edit.id == .zero ? nil : edit.id)
    }

    /// What is done to the entries of one folder, commit by commit, in tree order.
    private func edits(
        _ part: Range<Int>, _ depth: Int, _ folder: Folder, _ store: isolated GitStore
    ) throws(GitError) -> [SharedEdit] {
        var edits: [SharedEdit] = []
        // At most one a change; growing by doubling would take as much again for a moment.
        edits.reserveCapacity(part.count)
        var others = OtherEntries(folder)
        var folder = folder
        var hasEntry = try folder.next()
        var rest = part
        while let step = step(in: &rest, depth) {
            while hasEntry, folder.cursor.order(of: step.name, isFolder: step.isFolder) < 0 {
                hasEntry = try folder.next()
            }
            let isThere =
                hasEntry && folder.cursor.order(of: step.name, isFolder: step.isFolder) == 0
            if !isThere, try others.stand(inTheWayOf: step.name, isFolder: step.isFolder) {
                throw inTheWay(step)
            }
            let old = isThere ? folder.cursor.id : nil
            let first = step.changes.lowerBound
            if let id = knownOutcome(step, old, depth) {
                edits.append(
                    SharedEdit(id: id, share: shares[first], change: UInt32(first)))
                continue
            }
            let below = depth + step.name.count + 1
            for version in try edit(old, step.changes, depth: below, store) {
                edits.append(
                    SharedEdit(
                        id: version.id ?? .zero, share: UInt32(version.share),
                        change: UInt32(first)))
            }
        }
        let isInOrder = zip(edits, edits.dropFirst()).allSatisfy { $0.share <= $1.share }
        if !isInOrder { edits.sort { ($0.share, $0.change) < ($1.share, $1.change) } }
        return edits
    }

    /// The changes that lead to one entry of a folder.
    private struct Step {
        let name: ArraySlice<UInt8>
        let isFolder: Bool
        let changes: Range<Int>
    }

    private func step(in rest: inout Range<Int>, _ depth: Int) -> Step? {
        guard let place = rest.first else { return nil }
        let first = changes.changes[place]
        let (name, isFolder) = changes.component(of: first, at: depth)
        var end = place + 1
        while isFolder, end < rest.upperBound,
            changes.share(folderAt: depth, first, changes.changes[end])
        {
            end += 1
        }
        rest = end..<rest.upperBound
        return Step(name: name, isFolder: isFolder, changes: place..<end)
    }

    /// What one commit makes of an entry, where that is known without looking into it: of a file,
    /// and of a folder that held nothing but its object, if anything, and whose next state the
    /// object's reader has written. All zeros if nothing is left.
    private func knownOutcome(_ step: Step, _ old: ObjectID?, _ depth: Int) -> ObjectID? {
        let change = changes.changes[step.changes.lowerBound]
        if !step.isFolder { return changes.new(of: change) ?? .zero }
        guard step.changes.count == 1, let folder = changes.folder(of: change, at: depth) else {
            return nil
        }
        let expected = change.old.map { folderID(holding: $0, named: step.name) }
        return old == expected ? folder : nil
    }

    private func inTheWay(_ step: Step) -> GitError {
        let path = changes.path(of: changes.changes[step.changes.lowerBound])
        let name = String(decoding: step.name, as: UTF8.self).printable
        return GitError(
            .other, "write \(String(decoding: path, as: UTF8.self).printable)",
            reason: "\(name) is in its way in the tree",
            hint: "Move it elsewhere with git, or choose another --root.")
    }
}

/// Entries that somebody else has made in one of our folders. Git can keep only one entry of a name,
/// and a file and a folder of one name do not stand side by side in a tree.
private struct OtherEntries {
    private let folder: Folder
    /// Names that are not a folder's; found when they are first needed.
    private var files: Set<[UInt8]>?

    init(_ folder: Folder) {
        self.folder = folder
    }

    /// Whether there is an entry of this name and of the other kind.
    mutating func stand(
        inTheWayOf name: ArraySlice<UInt8>, isFolder: Bool
    ) throws(GitError) -> Bool {
        guard isFolder else {
            return try names { $0.isFolder && $0.isNamed(name) }.isEmpty == false
        }
        if files == nil { files = try names { !$0.isFolder } }
        guard let files, !files.isEmpty else { return false }
        return files.contains(Array(name))
    }

    private func names(where isTaken: (TreeCursor) -> Bool) throws(GitError) -> Set<[UInt8]> {
        var names: Set<[UInt8]> = []
        var folder = folder
        while try folder.next() {
            let cursor = folder.cursor
            if isTaken(cursor) { names.insert(Array(cursor.bytes[cursor.name])) }
        }
        return names
    }
}
