import GitObjects
import GitStore
import GraphCatalog

/// Finds folders by their names, also where somebody else has written them in other letters of case:
/// on Windows and macOS both would be one folder, so the one that is there goes on.
enum FolderSpelling {
    /// Returns the path as the tree has it, and the folder at its end; `nil` if there is none yet.
    ///
    /// - Parameter path: components joined by `/`.
    static func find(
        _ path: ArraySlice<UInt8>, below top: ObjectID?, in store: isolated GitStore
    ) throws(GitError) -> (path: [UInt8], tree: ObjectID?) {
        guard top != nil else { return (Array(path), nil) }
        var names: [[UInt8]] = []
        var tree = top
        for name in path.split(separator: slash) {
            let found = try tree.flatMap { (id) throws(GitError) in try entry(name, in: id, store) }
            names.append(found?.name ?? Array(name))
            tree = found?.id
        }
        return (Array(names.joined(separator: [slash])), tree)
    }

    /// The folder of this name; else one whose name differs in the case of letters only.
    private static func entry(
        _ name: ArraySlice<UInt8>, in tree: ObjectID, _ store: isolated GitStore
    ) throws(GitError) -> (name: [UInt8], id: ObjectID)? {
        var folder = Folder(try store.treeBytes(tree), tree)
        var other: (name: [UInt8], id: ObjectID)?
        while try folder.nextFolder() {
            let cursor = folder.cursor
            if cursor.isNamed(name) { return (Array(name), cursor.id) }
            let found = cursor.bytes[cursor.name]
            if other == nil, isAlike(found, name) { other = (Array(found), cursor.id) }
        }
        return other
    }

    /// Returns two folders on the way to `path` that differ in the case of letters only.
    static func twoFolders(
        on path: ArraySlice<UInt8>, below top: ObjectID?, in store: isolated GitStore
    ) throws(GitError) -> (one: [UInt8], other: [UInt8])? {
        var tree = top
        var parent: [UInt8] = []
        for name in path.split(separator: slash) {
            guard let id = tree else { return nil }
            var folder = Folder(try store.treeBytes(id), id)
            var alike: [(name: [UInt8], id: ObjectID)] = []
            while try folder.nextFolder() {
                let found = folder.cursor.bytes[folder.cursor.name]
                if isAlike(found, name) { alike.append((Array(found), folder.cursor.id)) }
            }
            guard alike.count < 2 else { return (parent + alike[0].name, parent + alike[1].name) }
            tree = alike.first?.id
            parent += (alike.first?.name ?? []) + [slash]
        }
        return nil
    }

    private static func isAlike(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        one.count == other.count
            && zip(one, other).allSatisfy { $0 == $1 || $0.lowercaseLetter == $1.lowercaseLetter }
    }
}

extension UInt8 {
    /// Of ASCII's letters; other bytes stay.
    fileprivate var lowercaseLetter: UInt8 { (0x41...0x5A).contains(self) ? self + 0x20 : self }
}

extension BackupOptions {
    /// Refuses a tree in which a folder of a chosen type is there twice, in other letters of case: a
    /// run would go on in one of them, and a checkout on Windows or macOS would mix both.
    ///
    /// - Parameter isAdopted: whether somebody else has written to the branch. Only then the folders
    ///   below objects are looked at, one tree for each object.
    /// - Throws: ``BackupError/twoFolders(one:other:)``.
    func refuseTwoFolders(
        in tree: ObjectID?, isAdopted: Bool, _ store: GitStore
    ) async throws(BackupError) {
        guard let tree else { return }
        let two = try await storing { () async throws(GitError) -> TwoFolders? in
            try await twoFolders(in: tree, isAdopted: isAdopted, store)
        }
        guard let (one, other) = two else { return }
        throw .twoFolders(
            one: String(decoding: one, as: UTF8.self), other: String(decoding: other, as: UTF8.self)
        )
    }

    private typealias TwoFolders = (one: [UInt8], other: [UInt8])

    private func twoFolders(
        in tree: ObjectID, isAdopted: Bool, _ store: isolated GitStore
    ) throws(GitError) -> TwoFolders? {
        let prefix = root.components.flatMap { $0 + [slash] }
        for selected in selection.sorted(by: { $0.resource.folder < $1.resource.folder }) {
            let path = prefix + Array(selected.resource.folder.utf8)
            if let two = try FolderSpelling.twoFolders(on: path[...], below: tree, in: store) {
                return two
            }
            guard isAdopted else { continue }
            if let two = try twoFolders(belowObjectsOf: selected, at: path, in: tree, store) {
                return two
            }
        }
        return nil
    }

    /// - Parameter path: of the type's folder, below `top`.
    private func twoFolders(
        belowObjectsOf selected: SelectedResource, at path: [UInt8], in top: ObjectID,
        _ store: isolated GitStore
    ) throws(GitError) -> TwoFolders? {
        guard selected.resource.hasFolders, !selected.children.isEmpty else { return nil }
        let (found, tree) = try FolderSpelling.find(path[...], below: top, in: store)
        guard let tree else { return nil }
        var objects = Folder(try store.treeBytes(tree), tree)
        while try objects.nextFolder() {
            let object = objects.cursor.id
            let above =
                (found.isEmpty ? [] : found + [slash])
                + objects.cursor.bytes[objects.cursor.name] + [slash]
            for child in selected.children {
                let folder = Array(child.resource.folder.utf8)
                var two = try FolderSpelling.twoFolders(on: folder[...], below: object, in: store)
                if two == nil {
                    two = try twoFolders(belowObjectsOf: child, at: folder, in: object, store)
                }
                if let two { return (above + two.one, above + two.other) }
            }
        }
        return nil
    }
}

private let slash = UInt8(ascii: "/")
