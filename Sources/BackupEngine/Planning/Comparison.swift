import GitObjects
import GitStore
import GraphCatalog

/// Compares what was read with the last backup's tree.
///
/// A type owns a pattern of paths: below its folder, folders that hold a file of their own name.
/// Whatever else lies there is somebody else's and is never looked into. What was not read, in part
/// or as a whole, stays as it is.
///
/// Cost: each folder of objects of the last backup is read once; an object's own folder only if it
/// is not the one that is expected.
struct Comparison {
    /// Counts of one type.
    struct Count: Sendable {
        /// In the backup, once the changes are made.
        var objects = 0
        var created = 0
        var updated = 0
        var deleted = 0
        /// Of the deleted, those whose parent was deleted.
        var deletedWithParent = 0

        var before: Int { objects - created + deleted }
    }

    /// Children of one object that were there and now read empty.
    struct Emptied: Sendable {
        let type: Int
        let ids: [[UInt8]]
        let count: Int
    }

    private(set) var changes = ChangeList()
    private(set) var counts: [Count]
    private(set) var emptied: [Emptied] = []
    private let readings: [TypeReading]

    /// Compares all readings with the tree of the last backup.
    ///
    /// - Parameters:
    ///   - top: the tree of the branch's tip; `nil` if there is none yet.
    ///   - root: where the backup lies in it.
    init(
        _ readings: [TypeReading], with top: ObjectID?, below root: RootPath,
        in store: isolated GitStore
    ) throws(GitError) {
        self.readings = readings
        counts = Array(repeating: Count(), count: readings.count)
        let prefix = root.components.flatMap { $0 + [UInt8(ascii: "/")] }
        for (type, reading) in readings.enumerated() where reading.ancestors.isEmpty {
            let folder = Array(reading.resource.folder.utf8)
            let path = prefix + folder
            if reading.resource.isSingleFile {
                try compareFile(type, path, top, store)
            } else {
                let tree = try folderTree(path[...], below: top, store)
                try compare(type, below: [], at: path, tree, store)
            }
        }
        changes.sort()
    }

    // MARK: One collection

    private mutating func compareFile(
        _ type: Int, _ path: [UInt8], _ top: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) {
        let slash = path.lastIndex(of: UInt8(ascii: "/")) ?? 0
        let tree = try folderTree(path[..<slash], below: top, store)
        let name = path[(slash == 0 ? 0 : slash + 1)...]
        let old = try tree.flatMap { (id) throws(GitError) in try store.tree(id) }?
            .first { $0.mode == .file && $0.name.elementsEqual(name) }?.id
        guard readings[type].failure == nil else {
            counts[type].objects += old == nil ? 0 : 1
            return
        }
        note(path, from: old, to: readings[type].listings[[]]?.objects.first?.blob, type)
    }

    private mutating func note(
        _ path: [UInt8], from old: ObjectID?, to new: ObjectID?, _ type: Int
    ) {
        if new != nil { counts[type].objects += 1 }
        guard old != new else { return }
        if old == nil { counts[type].created += 1 }
        if old != nil && new != nil { counts[type].updated += 1 }
        if new == nil { counts[type].deleted += 1 }
        changes.append(path, from: old, to: new, type: type)
    }

    /// Compares the objects of a type that lie below one object (or of a root type).
    private mutating func compare(
        _ type: Int, below ids: [[UInt8]], at path: [UInt8], _ tree: ObjectID?,
        _ store: isolated GitStore
    ) throws(GitError) {
        let reading = readings[type]
        var folders: [[UInt8]: ObjectID] = [:]
        for entry in try tree.map({ (id) throws(GitError) in try store.tree(id) }) ?? []
        where entry.mode == .folder {
            folders[entry.name] = entry.id
        }
        guard reading.failure == nil, reading.failuresBelow[ids] == nil,
            let listing = reading.listings[ids]
        else {
            return try keep(type, folders, store)
        }
        let objectIDs = listing.objects.map(listing.id)
        let names = Naming(taken: Set(folders.keys)).names(of: objectIDs)
        let children = self.children(of: type)
        for (index, object) in listing.objects.enumerated() {
            let name = names[index]
            let old = folders.removeValue(forKey: name)
            let at = path + [UInt8(ascii: "/")] + name
            if children.isEmpty, let old, old == folder(holding: object.blob, named: name) {
                counts[type].objects += 1
                continue
            }
            let oldFile = try old.flatMap { (id) throws(GitError) in
                try file(named: name, in: id, store)
            }
            note(at + [UInt8(ascii: "/")] + name + json, from: oldFile, to: object.blob, type)
            for child in children {
                try compareChild(child, below: ids + [objectIDs[index]], at: at, old, store)
            }
        }
        let before = counts[type].deleted
        for (name, folder) in folders {
            let at = path + [UInt8(ascii: "/")] + name
            try delete(type, reading.resource, name, folder, at: at, store)
        }
        if listing.isEmpty, counts[type].deleted - before > 1 {
            emptied.append(Emptied(type: type, ids: ids, count: counts[type].deleted - before))
        }
    }

    private mutating func compareChild(
        _ child: Int, below ids: [[UInt8]], at path: [UInt8], _ parent: ObjectID?,
        _ store: isolated GitStore
    ) throws(GitError) {
        let folder = Array(readings[child].resource.folder.utf8)
        let tree = try folderTree(folder[...], below: parent, store)
        let at = folder.isEmpty ? path : path + [UInt8(ascii: "/")] + folder
        try compare(child, below: ids, at: at, tree, store)
    }

    /// Counts what a type that was not read has in these folders.
    private mutating func keep(
        _ type: Int, _ folders: [[UInt8]: ObjectID], _ store: isolated GitStore
    ) throws(GitError) {
        for (name, folder) in folders {
            guard try file(named: name, in: folder, store) != nil else { continue }
            counts[type].objects += 1
            for child in children(of: type) {
                try compareChild(child, below: [], at: [], folder, store)
            }
        }
    }

    /// Notes the deletion of an object, if the folder is an object's, and of all that belongs to
    /// it: what was not read this time too, for nothing is left that it could belong to.
    private mutating func delete(
        _ type: Int, _ resource: GraphResource, _ name: [UInt8], _ folder: ObjectID,
        at path: [UInt8], _ store: isolated GitStore
    ) throws(GitError) {
        guard let old = try file(named: name, in: folder, store) else { return }
        note(path + [UInt8(ascii: "/")] + name + json, from: old, to: nil, type)
        for child in resource.children {
            let read = children(of: type).first { readings[$0].resource.name == child.name }
            let childFolder = Array(child.folder.utf8)
            guard let tree = try folderTree(childFolder[...], below: folder, store) else {
                continue
            }
            let at = childFolder.isEmpty ? path : path + [UInt8(ascii: "/")] + childFolder
            for entry in try store.tree(tree) where entry.mode == .folder {
                let entryPath = at + [UInt8(ascii: "/")] + entry.name
                let owner = read ?? type
                let before = counts[owner].deleted
                try delete(owner, child, entry.name, entry.id, at: entryPath, store)
                counts[owner].deletedWithParent += counts[owner].deleted - before
            }
        }
    }

    // MARK: Looking into trees

    private func children(of type: Int) -> [Int] {
        readings.indices.filter { readings[$0].ancestors.last == type }
    }

    private func folderTree(
        _ path: ArraySlice<UInt8>, below top: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) -> ObjectID? {
        var tree = top
        for name in path.split(separator: UInt8(ascii: "/")) {
            guard let id = tree else { return nil }
            tree = try store.tree(id).first {
                $0.mode == .folder && $0.name.elementsEqual(name)
            }?.id
        }
        return tree
    }

    /// The blob of an object's own file; `nil` if the folder is not an object's.
    private func file(
        named name: [UInt8], in folder: ObjectID, _ store: isolated GitStore
    ) throws(GitError) -> ObjectID? {
        let file = name + json
        return try store.tree(folder).first { $0.mode == .file && $0.name == file }?.id
    }

    /// The tree of an object's folder that holds nothing but the object.
    private func folder(holding blob: ObjectID, named name: [UInt8]) -> ObjectID {
        var tree = TreeWriter()
        tree.append(.file, name + json, blob)
        return ObjectID(of: .tree, tree.bytes.span)
    }
}

private let json = Array(".json".utf8)
