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

    private static let slash = UInt8(ascii: "/")
}

extension UInt8 {
    /// Of ASCII's letters; other bytes stay.
    fileprivate var lowercaseLetter: UInt8 { (0x41...0x5A).contains(self) ? self + 0x20 : self }
}

extension BackupOptions {
    /// Refuses a tree in which a folder of a chosen type is there twice, in other letters of case: a
    /// run would go on in one of them, and a checkout on Windows or macOS would mix both.
    ///
    /// - Throws: ``BackupError/twoFolders(one:other:)``.
    func refuseTwoFolders(in tree: ObjectID?, _ store: GitStore) async throws(BackupError) {
        guard let tree else { return }
        let prefix = root.components.flatMap { $0 + [UInt8(ascii: "/")] }
        for folder in Set(selection.map(\.resource.folder)).sorted() {
            let path = prefix + Array(folder.utf8)
            let two = try await storing {
                () async throws(GitError) -> (one: [UInt8], other: [UInt8])? in
                try await self.two(on: path, in: tree, store)
            }
            guard let (one, other) = two else { continue }
            throw .twoFolders(
                one: String(decoding: one, as: UTF8.self),
                other: String(decoding: other, as: UTF8.self))
        }
    }

    private func two(
        on path: [UInt8], in tree: ObjectID, _ store: isolated GitStore
    ) throws(GitError) -> (one: [UInt8], other: [UInt8])? {
        try FolderSpelling.twoFolders(on: path[...], below: tree, in: store)
    }
}
