import Encodings
import GitObjects
import GitStore
import GraphCatalog

/// The files of a type whose objects have no folders of their own, in the last backup and now.
///
/// A name here is the path from the type's folder to the file, components joined by `/`, without
/// `.json`.
struct FilePlaces {
    /// Files of the last backup, in the order of their paths.
    private(set) var old: [(name: [UInt8], blob: ObjectID)] = []
    /// Names of those that have other permissions than a backup gives.
    private(set) var ofOtherMode: Set<[UInt8]> = []

    /// Reads which files the type has in the last backup: those at paths its templates can give.
    ///
    /// - Parameter tree: of the type's folder; `nil` if there is none.
    init(
        _ templates: [FileTemplate], in tree: ObjectID?, _ store: isolated GitStore
    ) throws(GitError) {
        try collect(tree, [], templates, depth: 0, store)
        old.sort { fileName($0.name).lexicographicallyPrecedes(fileName($1.name)) }
    }

    /// - Parameter templates: those that can have given the path so far.
    private mutating func collect(
        _ tree: ObjectID?, _ path: [UInt8], _ templates: [FileTemplate], depth: Int,
        _ store: isolated GitStore
    ) throws(GitError) {
        guard let tree else { return }
        var folder = Folder(try store.treeBytes(tree), tree)
        while try folder.next() {
            let name = folder.cursor.bytes[folder.cursor.name]
            if folder.cursor.isFolder {
                let fitting = templates.filter {
                    $0.depth > depth + 1 && $0.mayHave(name, at: depth)
                }
                guard !fitting.isEmpty else { continue }
                let below = path + name + [UInt8(ascii: "/")]
                try collect(folder.cursor.id, below, fitting, depth: depth + 1, store)
            } else if folder.cursor.isFile || folder.cursor.isFileOfOtherMode,
                name.hasSuffix(json)
            {
                let name = name.dropLast(json.count)
                // Straight below the type's folder stands what fits no template.
                let isOurs =
                    depth == 0
                    || templates.contains { $0.depth == depth + 1 && $0.mayHave(name, at: depth) }
                guard isOurs else { continue }
                old.append((path + name, folder.cursor.id))
                if !folder.cursor.isFile { ofOtherMode.insert(path + name) }
            }
        }
    }

    /// Returns the names of the objects, by their places in the listing. Where two fall together,
    /// also on file systems that ignore case or normalise Unicode, one gets a suffix made of its ID.
    ///
    /// - Parameter isCaseless: whether the service takes names for the same in any case of letters.
    func names(of listing: Listing, isCaseless: Bool) -> [[UInt8]] {
        let ids = listing.objects.map { Array(listing.id(of: $0)) }
        let paths = ids.map { listing.places[$0] ?? [$0] }
        let names = paths.map { path in
            Array(
                (path.dropLast().map(folderName) + [FileName(path.last ?? []).bytes])
                    .joined(separator: [UInt8(ascii: "/")]))
        }
        let naming = Naming(taken: Set(old.map(\.name)))
        let kept = naming.kept(names) { isCaseless || isGUID(ids[$0]) }
        return naming.distinct(kept) { index in
            let name = paths[index].last ?? []
            let folder = names[index].dropLast(FileName(name).bytes.count)
            return folder + FileName(distinct: name, of: ids[index]).bytes
        }
    }
}

/// The name of a folder on the way to a file. It never ends like a file's, so that no file can have
/// the name of a folder.
private func folderName(_ component: [UInt8]) -> [UInt8] {
    let name = FileName(component).bytes
    guard FileName.folded(name).hasSuffix(".json") else { return name }
    return name.dropLast(json.count) + "%2E".utf8 + name.suffix(json.count - 1)
}

/// The path that a name stands for.
func fileName(_ name: some Collection<UInt8>) -> [UInt8] { Array(name) + json }

private let json = Array(".json".utf8)

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
