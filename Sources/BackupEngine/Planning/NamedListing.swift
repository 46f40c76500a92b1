import Encodings
import GitObjects
import GitStore

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
        let isOdd = try Self.hasOddNames(folder)
        guard !listing.isPlain || isOdd else {
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

    /// Whether a name has a suffix, or is a GUID that a plain ID would be in other letters of case.
    private static func hasOddNames(_ folder: Folder) throws(GitError) -> Bool {
        var folder = folder
        while try folder.nextFolder() {
            let name = folder.cursor.bytes[folder.cursor.name]
            if FileName.isSuffixed(name) { return true }
            if name.count == 36, !FileName.isPlain(name.span), isGUID(name) { return true }
        }
        return false
    }

    /// The object whose name is at this place in the order of names.
    func object(at place: Int) -> Int { sorted.map { $0[place] } ?? place }

    func name(of object: Int) -> ArraySlice<UInt8> {
        names.map { $0[object][...] } ?? listing.id(of: listing.objects[object])
    }
}
