import GitObjects
import GitStore
import GraphCatalog

/// Compares what was read with the last backup's tree.
///
/// A type owns a pattern of paths: below its folder, folders that hold a file of their own name, or
/// files at paths that its templates can give.
/// Whatever else lies there is somebody else's and is never looked into. What was not read, in part
/// or as a whole, stays as it is.
///
/// Cost: each folder of objects of the last backup is read once, and merged entry by entry with the
/// objects in their order; an object's own folder is read only if it is not the one expected.
struct Comparison {
    /// Counts of one type.
    struct Count: Sendable {
        /// In the backup, once the changes are made.
        var objects = 0
        var created = 0
        var updated = 0
        var deleted = 0
        /// Not found, and kept because not all of the type was read.
        var missing = 0
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
        for (type, reading) in rootsInPathOrder {
            let declared = prefix + Array(reading.resource.folder.utf8)
            if reading.resource.isSingleFile {
                try compareFile(type, declared, top, store)
                continue
            }
            let (path, tree) = try FolderSpelling.find(declared[...], below: top, in: store)
            switch reading.resource.placement {
            case .folder: try compare(type, below: [], at: path, tree, store)
            case .files(let templates):
                try compareFiles(type, path, FilePlaces(templates, in: tree, store))
            }
        }
        changes.sort()
    }

    // MARK: One collection

    private mutating func compareFile(
        _ type: Int, _ declared: [UInt8], _ top: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) {
        let slash = declared.lastIndex(of: UInt8(ascii: "/")) ?? 0
        let folder = try FolderSpelling.find(declared[..<slash], below: top, in: store)
        let path = folder.path + declared[slash...]
        let name = path[(slash == 0 ? 0 : slash + 1)...]
        let old = try folder.tree.flatMap { (id) throws(GitError) in
            try file(at: name, in: id, store)
        }
        let reading = readings[type]
        guard reading.failure == nil else {
            counts[type].objects += old == nil ? 0 : 1
            return
        }
        let listing = reading.listings[[]] ?? Listing()
        let place = changes.begin(path, of: type, .file, listing)
        if listing.isEmpty {
            if let old { noteDeletion([], old.blob, type, place) }
        } else {
            note(0, from: old, to: listing.objects[0].blob, type, place)
        }
    }

    /// Compares the objects of a type that have no folders of their own.
    private mutating func compareFiles(_ type: Int, _ path: [UInt8], _ places: FilePlaces) {
        let reading = readings[type]
        guard reading.failure == nil, let listing = reading.listings[[]] else {
            counts[type].objects += places.old.count
            return
        }
        let names = places.names(of: listing, isCaseless: reading.resource.service.isAzure)
        let place = changes.begin(path, of: type, .files, listing, names: names)
        let paths = names.map(fileName)
        var old = places.old[...]
        func noteAbsent(upTo path: [UInt8]?) {
            while let file = old.first, path.map({ fileName(file.name).precedes($0) }) ?? true {
                old.removeFirst()
                noteAbsence(file.name[...], file.blob, type, place)
            }
        }
        for index in paths.indices.sorted(by: { paths[$0].precedes(paths[$1]) }) {
            noteAbsent(upTo: paths[index])
            let isThere = old.first?.name == names[index]
            let file = old.first.flatMap {
                isThere ? OldFile($0.blob, isPlain: !places.ofOtherMode.contains($0.name)) : nil
            }
            note(index, from: file, to: listing.objects[index].blob, type, place)
            if isThere { old.removeFirst() }
        }
        noteAbsent(upTo: nil)
        noteIfEmptied(listing, type, below: [], deleted: counts[type].deleted)
    }

    private mutating func noteIfEmptied(
        _ listing: Listing, _ type: Int, below ids: [[UInt8]], deleted: Int
    ) {
        guard listing.isEmpty, deleted > 0 else { return }
        emptied.append(Emptied(type: type, ids: ids, count: deleted))
    }

    /// Notes that a file's object was not read: a deletion, unless part of the type could not be
    /// read at all.
    private mutating func noteAbsence(
        _ name: ArraySlice<UInt8>, _ old: ObjectID, _ type: Int, _ place: Int
    ) {
        if isPartial(type) {
            counts[type].objects += 1
            counts[type].missing += 1
        } else {
            noteDeletion(name, old, type, place)
        }
    }

    /// Whether parts of a root type could not be read, whose objects nobody can tell from others.
    private func isPartial(_ type: Int) -> Bool {
        readings[type].ancestors.isEmpty && !readings[type].failuresBelow.isEmpty
    }

    private mutating func note(
        _ index: Int, from old: OldFile?, to new: ObjectID, _ type: Int, _ place: Int
    ) {
        counts[type].objects += 1
        guard old?.blob != new || old?.isPlain == false else { return }
        if old == nil { counts[type].created += 1 } else { counts[type].updated += 1 }
        changes.append(index, from: old?.blob, at: place)
    }

    /// An object's file in the last backup.
    private struct OldFile {
        let blob: ObjectID
        /// Whether it has the permissions that a backup gives; git keeps those of executables. Others
        /// are given back to it, though its bytes may be the same.
        let isPlain: Bool

        init(_ blob: ObjectID, isPlain: Bool) { (self.blob, self.isPlain) = (blob, isPlain) }
    }

    private mutating func noteDeletion(
        _ name: ArraySlice<UInt8>, _ old: ObjectID, _ type: Int, _ place: Int
    ) {
        counts[type].deleted += 1
        changes.append(deleted: name, old, at: place)
    }

    /// Root types in the order of their folders, so that the changes come nearly sorted.
    private var rootsInPathOrder: [(offset: Int, element: TypeReading)] {
        readings.enumerated().filter { $0.element.ancestors.isEmpty }.sorted {
            $0.element.resource.folder.utf8.lexicographicallyPrecedes(
                $1.element.resource.folder.utf8)
        }
    }

    /// Compares the objects of a type that lie below one object (or of a root type).
    private mutating func compare(
        _ type: Int, below ids: [[UInt8]], at path: [UInt8], _ tree: ObjectID?,
        _ store: isolated GitStore
    ) throws(GitError) {
        let reading = readings[type]
        let bytes = try tree.map { (id) throws(GitError) in try store.treeBytes(id) } ?? []
        guard reading.failure == nil, reading.failuresBelow[ids] == nil,
            let listing = reading.listings[ids]
        else {
            return try keep(type, Folder(bytes, tree), store)
        }
        let named = try NamedListing(listing, Folder(bytes, tree))
        let collection = Collection(
            type: type, ids: ids, path: path, children: children(of: type), named: named,
            place: changes.begin(path, of: type, .folders, listing, names: named.names))
        let before = counts[type].deleted
        try merge(collection, Folder(bytes, tree), store)
        noteIfEmptied(listing, type, below: ids, deleted: counts[type].deleted - before)
    }

    /// The objects below one object, and where they are compared.
    private struct Collection {
        let type: Int
        let ids: [[UInt8]]
        let path: [UInt8]
        let children: [Int]
        let named: NamedListing
        let place: Int
    }

    /// Goes through the objects and the folders of the last backup side by side; both are in tree
    /// order.
    private mutating func merge(
        _ collection: Collection, _ folder: Folder, _ store: isolated GitStore
    ) throws(GitError) {
        var folder = folder
        var hasEntry = try folder.nextFolder()
        let objects = collection.named.listing.objects
        for place in objects.indices {
            if !hasEntry, collection.children.isEmpty {
                return noteCreations(from: place, collection)
            }
            let index = collection.named.object(at: place)
            let name = collection.named.name(of: index)
            while hasEntry, folder.cursor.order(of: name, isFolder: true) < 0 {
                try delete(folder, collection, store)
                hasEntry = try folder.nextFolder()
            }
            let isThere = hasEntry && folder.cursor.order(of: name, isFolder: true) == 0
            try compare(index, name, isThere ? folder.cursor.id : nil, collection, store)
            if isThere { hasEntry = try folder.nextFolder() }
        }
        while hasEntry {
            try delete(folder, collection, store)
            hasEntry = try folder.nextFolder()
        }
    }

    /// All objects from this place on are new: nothing is left in the folder, and nothing below them.
    private mutating func noteCreations(from place: Int, _ collection: Collection) {
        let objects = collection.named.listing.objects
        counts[collection.type].objects += objects.count - place
        counts[collection.type].created += objects.count - place
        changes.reserve(objects.count - place)
        for place in place..<objects.count {
            changes.append(collection.named.object(at: place), from: nil, at: collection.place)
        }
    }

    /// Compares one object with the folder of its name.
    private mutating func compare(
        _ index: Int, _ name: ArraySlice<UInt8>, _ old: ObjectID?, _ collection: Collection,
        _ store: isolated GitStore
    ) throws(GitError) {
        let (type, named) = (collection.type, collection.named)
        let object = named.listing.objects[index]
        if collection.children.isEmpty, let old {
            let expected = object.folder ?? folderID(holding: object.blob, named: name)
            if old == expected {
                counts[type].objects += 1
                return
            }
        }
        let oldFile = try old.flatMap { (id) throws(GitError) in
            try file(named: name, in: id, store)
        }
        let at = collection.path + [UInt8(ascii: "/")] + name
        let fileName = name + json
        var isNoted = false
        for child in collection.children {
            // In the order of paths, so that the changes need no sorting.
            let folder = readings[child].resource.folder
            if !isNoted, fileName.lexicographicallyPrecedes(Array(folder.utf8)) {
                note(index, from: oldFile, to: object.blob, type, collection.place)
                isNoted = true
            }
            let ids = collection.ids + [Array(named.listing.id(of: object))]
            try compareChild(child, below: ids, at: at, old, store)
        }
        if !isNoted { note(index, from: oldFile, to: object.blob, type, collection.place) }
    }

    private mutating func delete(
        _ folder: Folder, _ collection: Collection, _ store: isolated GitStore
    ) throws(GitError) {
        let name = Array(folder.cursor.bytes[folder.cursor.name])
        if isPartial(collection.type) {
            let old = try file(named: name[...], in: folder.cursor.id, store)
            counts[collection.type].objects += old == nil ? 0 : 1
            counts[collection.type].missing += old == nil ? 0 : 1
            return
        }
        try delete(
            collection.type, readings[collection.type].resource, name, folder.cursor.id,
            at: collection.path + [UInt8(ascii: "/")] + name, collection.place, store)
    }

    private mutating func compareChild(
        _ child: Int, below ids: [[UInt8]], at path: [UInt8], _ parent: ObjectID?,
        _ store: isolated GitStore
    ) throws(GitError) {
        let declared = Array(readings[child].resource.folder.utf8)
        let (folder, tree) = try FolderSpelling.find(declared[...], below: parent, in: store)
        let at = folder.isEmpty ? path : path + [UInt8(ascii: "/")] + folder
        try compare(child, below: ids, at: at, tree, store)
    }

    /// Counts what a type that was not read has in these folders.
    private mutating func keep(
        _ type: Int, _ folder: Folder, _ store: isolated GitStore
    ) throws(GitError) {
        var folder = folder
        while try folder.nextFolder() {
            let name = folder.cursor.bytes[folder.cursor.name]
            guard try file(named: name, in: folder.cursor.id, store) != nil else { continue }
            counts[type].objects += 1
            for child in children(of: type) {
                try compareChild(child, below: [], at: [], folder.cursor.id, store)
            }
        }
    }

    /// Notes the deletion of an object, if the folder is an object's, and of all that belongs to
    /// it: what was not read this time too, for nothing is left that it could belong to.
    ///
    /// - Parameter place: of the object's collection in the changes.
    private mutating func delete(
        _ type: Int, _ resource: GraphResource, _ name: [UInt8], _ folder: ObjectID,
        at path: [UInt8], _ place: Int, _ store: isolated GitStore
    ) throws(GitError) {
        guard let old = try file(named: name[...], in: folder, store) else { return }
        noteDeletion(name[...], old.blob, type, place)
        for child in resource.children {
            let read = children(of: type).first { readings[$0].resource.name == child.name }
            let declared = Array(child.folder.utf8)
            let (childFolder, found) = try FolderSpelling.find(
                declared[...], below: folder, in: store)
            guard let tree = found else { continue }
            let at = childFolder.isEmpty ? path : path + [UInt8(ascii: "/")] + childFolder
            let owner = read ?? type
            let childPlace = changes.beginBelowDeleted(at, of: owner, isUnread: read == nil)
            let before = counts[owner].deleted
            var entries = Folder(try store.treeBytes(tree), tree)
            while try entries.nextFolder() {
                let name = Array(entries.cursor.bytes[entries.cursor.name])
                try delete(
                    owner, child, name, entries.cursor.id, at: at + [UInt8(ascii: "/")] + name,
                    childPlace, store)
            }
            if read == nil { counts[owner].deleted = before }
        }
    }

    // MARK: Looking into trees

    private func children(of type: Int) -> [Int] {
        readings.indices.filter { readings[$0].ancestors.last == type }
    }

    /// The file of an object in its own folder; `nil` if the folder is not an object's.
    private func file(
        named name: ArraySlice<UInt8>, in folder: ObjectID, _ store: isolated GitStore
    ) throws(GitError) -> OldFile? {
        try file(at: name + json, in: folder, store)
    }

    /// Links and submodules are no files of ours; they are left alone, or replaced if they stand in
    /// the place of an object's file.
    private func file(
        at name: ArraySlice<UInt8>, in tree: ObjectID, _ store: isolated GitStore
    ) throws(GitError) -> OldFile? {
        var folder = Folder(try store.treeBytes(tree), tree)
        while try folder.next() {
            let cursor = folder.cursor
            if cursor.isFile || cursor.isFileOfOtherMode, cursor.isNamed(name) {
                return OldFile(cursor.id, isPlain: cursor.isFile)
            }
        }
        return nil
    }
}

private let json = Array(".json".utf8)

extension [UInt8] {
    fileprivate func precedes(_ other: [UInt8]) -> Bool { lexicographicallyPrecedes(other) }
}
