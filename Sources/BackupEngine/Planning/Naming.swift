import GitObjects
import GitStore

/// The entries of one folder of the last backup.
struct Folder {
    private(set) var cursor: TreeCursor
    private let id: ObjectID?

    /// - Parameter id: the tree's, for an error's sake.
    init(_ bytes: [UInt8], _ id: ObjectID?) {
        cursor = TreeCursor(bytes)
        self.id = id
    }

    /// Goes to the next entry; returns whether there is one.
    mutating func next() throws(GitError) -> Bool {
        do { return try cursor.advance() } catch {
            throw .damaged("tree \(id ?? .zero)", "its bytes are no tree")
        }
    }

    /// Goes to the next entry that is a folder.
    mutating func nextFolder() throws(GitError) -> Bool {
        while try next() {
            if cursor.isFolder { return true }
        }
        return false
    }
}

/// The objects of one collection with the names of their folders, in tree order.
struct NamedListing {
    let listing: Listing
    /// By object, where they are not simply the IDs.
    let names: [[UInt8]]?
    /// Places of the objects, in the order of their names.
    private let sorted: [Int]?

    /// - Parameter folder: the collection's folder in the last backup.
    init(_ listing: Listing, _ folder: Folder) throws(GitError) {
        self.listing = listing
        let hasSuffixes = try Self.hasSuffixes(folder)
        guard !listing.isPlain || hasSuffixes else {
            (names, sorted) = (nil, nil)
            return
        }
        var folder = folder
        var taken: Set<[UInt8]> = []
        while try folder.nextFolder() {
            taken.insert(Array(folder.cursor.bytes[folder.cursor.name]))
        }
        let ids = listing.objects.map { Array(listing.id(of: $0)) }
        let names = Naming(taken: taken).names(of: ids)
        self.names = names
        sorted = names.indices.sorted { folderPrecedes(names[$0][...], names[$1][...]) }
    }

    private static func hasSuffixes(_ folder: Folder) throws(GitError) -> Bool {
        var folder = folder
        while try folder.nextFolder() {
            if FileName.isSuffixed(folder.cursor.bytes[folder.cursor.name]) { return true }
        }
        return false
    }

    /// The object whose name is at this place in the order of names.
    func object(at place: Int) -> Int { sorted.map { $0[place] } ?? place }

    func name(of object: Int) -> ArraySlice<UInt8> {
        names.map { $0[object][...] } ?? listing.id(of: listing.objects[object])
    }
}

/// Gives each object of one folder its name.
///
/// A name is made from the ID alone (``FileName``), but where names would fall together on file
/// systems that ignore case or normalise Unicode: there the first in byte order stays plain and the
/// others get a suffix. An object keeps the name it has in the last backup.
struct Naming {
    private let taken: Set<[UInt8]>

    /// - Parameter taken: names of the folder's entries in the last backup.
    init(taken: Set<[UInt8]>) {
        self.taken = taken
    }

    /// Returns the names in the order of `ids`, no two of them equal.
    func names(of ids: [[UInt8]]) -> [[UInt8]] {
        var names = ids.map { FileName($0).bytes }
        let hasSuffixes = taken.contains { FileName.isSuffixed($0[...]) }
        guard hasSuffixes || mayCollide(names) else { return names }
        var twins: [String: [Int]] = [:]
        for (index, id) in ids.enumerated() {
            twins[FileName(id).folded, default: []].append(index)
        }
        for group in twins.values {
            rename(group, ids, &names)
        }
        return names
    }

    private func rename(_ group: [Int], _ ids: [[UInt8]], _ names: inout [[UInt8]]) {
        let sorted = group.sorted { names[$0].lexicographicallyPrecedes(names[$1]) }
        let suffixed = Dictionary(
            uniqueKeysWithValues: group.map { ($0, FileName(distinct: ids[$0]).bytes) })
        // Whoever has a name keeps it; only if nobody has the plain form may one still get it.
        let free = sorted.filter { !taken.contains(suffixed[$0] ?? []) }
        let plain = free.first { taken.contains(names[$0]) } ?? free.first
        for index in sorted where index != plain {
            if taken.contains(names[index]), !taken.contains(suffixed[index] ?? []) { continue }
            names[index] = suffixed[index] ?? names[index]
        }
    }

    /// Whether two names can be equal to some file system. Names in lower-case ASCII, such as
    /// GUIDs, are equal only if they are the same.
    private func mayCollide(_ names: [[UInt8]]) -> Bool {
        names.contains { name in
            name.contains { $0 >= 0x80 || ($0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z")) }
        }
    }
}
