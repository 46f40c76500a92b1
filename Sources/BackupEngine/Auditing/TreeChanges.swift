import Attribution
import GitObjects
import GitStore
import GraphCatalog

/// The files that differ between two trees of the branch, of objects that an event may be about.
///
/// Cost: only folders that differ are read, and of a folder's objects only those that differ. What
/// came or went as a whole is looked into only if an event names it.
struct TreeChanges {
    struct Change: Sendable {
        let type: GraphResource
        /// From the root to the object, as the names of folders have them.
        let ids: [String]
        let old: ObjectID?
        let new: ObjectID?
    }

    private(set) var changes: [Change] = []
    private let index: AuditIndex

    /// - Parameters:
    ///   - selection: the types whose folders are looked into.
    ///   - root: where the backup lies in the trees.
    init(
        of selection: [SelectedResource], below root: RootPath, from old: ObjectID?,
        to new: ObjectID?, namedBy index: AuditIndex, in store: isolated GitStore
    ) throws(GitError) {
        self.index = index
        let old = try folder(root.components[...], below: old, store)
        let new = try folder(root.components[...], below: new, store)
        guard old != new else { return }
        for selected in selection { try compare(selected, old, new, store) }
    }

    private mutating func compare(
        _ selected: SelectedResource, _ old: ObjectID?, _ new: ObjectID?,
        _ store: isolated GitStore
    ) throws(GitError) {
        let resource = selected.resource
        let path = components(of: resource)
        guard !resource.isSingleFile else {
            let parts = try [old, new].map { (top) throws(GitError) in
                try file(path.last ?? [], in: folder(path.dropLast(), below: top, store), store)
            }
            return note(resource, [], "", parts[0], parts[1])
        }
        let trees = try [old, new].map { (top) throws(GitError) in
            try folder(path, below: top, store)
        }
        guard trees[0] != trees[1] else { return }
        switch resource.placement {
        case .folder: try compare(selected, below: [], trees[0], trees[1], store)
        case .files(let templates):
            let olds = try FilePlaces(templates, in: trees[0], store).old
            let news = try FilePlaces(templates, in: trees[1], store).old
            compare(resource, olds, news)
        }
    }

    private mutating func compare(
        _ resource: GraphResource, _ olds: [(name: [UInt8], blob: ObjectID)],
        _ news: [(name: [UInt8], blob: ObjectID)]
    ) {
        let before = Dictionary(olds.map { ($0.name, $0.blob) }) { one, _ in one }
        let after = Dictionary(news.map { ($0.name, $0.blob) }) { one, _ in one }
        for name in (olds + news.filter { before[$0.name] == nil }).map(\.name) {
            note(resource, [], "", before[name], after[name])
        }
    }

    // MARK: Objects with folders of their own

    /// Goes through the folders of both trees side by side.
    private mutating func compare(
        _ selected: SelectedResource, below ids: [String], _ old: ObjectID?, _ new: ObjectID?,
        _ store: isolated GitStore
    ) throws(GitError) {
        guard old != new else { return }
        var before = Folder(
            try old.map { (id) throws(GitError) in try store.treeBytes(id) } ?? [], old)
        var after = Folder(
            try new.map { (id) throws(GitError) in try store.treeBytes(id) } ?? [], new)
        var hasOld = try before.nextFolder()
        var hasNew = try after.nextFolder()
        while hasOld || hasNew {
            var order = hasOld ? (hasNew ? 0 : -1) : 1
            if hasOld, hasNew {
                order = before.cursor.order(of: after.name, isFolder: true)
            }
            let (isOld, isNew) = (order <= 0, order >= 0)
            let (one, other) = (isOld ? before.cursor.id : nil, isNew ? after.cursor.id : nil)
            if one != other {
                let name = isOld ? before.name : after.name
                try compare(selected, below: ids, named: name, one, other, store)
            }
            if isOld { hasOld = try before.nextFolder() }
            if isNew { hasNew = try after.nextFolder() }
        }
    }

    private mutating func compare(
        _ selected: SelectedResource, below ids: [String], named name: ArraySlice<UInt8>,
        _ old: ObjectID?, _ new: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) {
        let id = unescaped(name)
        let isNamed = mayBeNamed(selected.resource, ids, id)
        guard isNamed || old != nil && new != nil else { return }
        if isNamed {
            let files = try [old, new].map { (folder) throws(GitError) in
                try file(name + ".json".utf8, in: folder, store)
            }
            note(selected.resource, ids, id, files[0], files[1])
        }
        for child in selected.children {
            let path = components(of: child.resource)
            let trees = try [old, new].map { (top) throws(GitError) in
                try folder(path, below: top, store)
            }
            try compare(child, below: ids + [id], trees[0], trees[1], store)
        }
    }

    private func mayBeNamed(_ type: GraphResource, _ ids: [String], _ id: String) -> Bool {
        index.mayMatch(
            type, id: Array(id.utf8)[...], parent: ids.last.map { Array($0.utf8)[...] })
    }

    private mutating func note(
        _ type: GraphResource, _ ids: [String], _ id: String, _ old: ObjectID?, _ new: ObjectID?
    ) {
        guard old != new else { return }
        changes.append(Change(type: type, ids: ids + [id], old: old, new: new))
    }

    // MARK: Looking into trees

    private func components(of resource: GraphResource) -> ArraySlice<[UInt8]> {
        resource.folder.split(separator: "/").map { Array($0.utf8) }[...]
    }

    private func folder(
        _ path: ArraySlice<[UInt8]>, below top: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) -> ObjectID? {
        let names = Array(path.joined(separator: "/".utf8))
        return try FolderSpelling.find(names[...], below: top, in: store).tree
    }

    private func file(
        _ name: some Collection<UInt8>, in tree: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) -> ObjectID? {
        guard let tree else { return nil }
        return try entry(named: Array(name)[...], isFolder: false, in: tree, store)
    }

    private func entry(
        named name: ArraySlice<UInt8>, isFolder: Bool, in tree: ObjectID,
        _ store: isolated GitStore
    ) throws(GitError) -> ObjectID? {
        var folder = Folder(try store.treeBytes(tree), tree)
        while try folder.next() {
            let cursor = folder.cursor
            let isOfKind =
                isFolder ? cursor.isFolder : cursor.isFile || cursor.isFileOfOtherMode
            if isOfKind, cursor.isNamed(name) { return cursor.id }
        }
        return nil
    }
}

extension Folder {
    /// The name of the entry at hand.
    fileprivate var name: ArraySlice<UInt8> { cursor.bytes[cursor.name] }
}
