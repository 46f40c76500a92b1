import Attribution
import Encodings
import FoundationEssentials
import GitObjects

/// What a run would change, file by file.
///
/// Memory: 32 bytes a change. Names stay in the listings they were read into, so a first run's
/// million changes cost no path each.
struct ChangeList: Sendable {
    struct Change: Sendable {
        fileprivate let place: UInt32
        /// Of the object in its listing.
        fileprivate let object: UInt32
        private let before: ObjectID
        private let isDeletion: Bool

        fileprivate init(place: Int, object: Int, old: ObjectID?, isDeletion: Bool) {
            self.place = UInt32(place)
            self.object = UInt32(object)
            self.isDeletion = isDeletion
            before = old ?? .zero
        }

        /// The file's blob before; `nil` if there was none.
        var old: ObjectID? { before == .zero ? nil : before }

        var kind: ChangedObject.Kind {
            if isDeletion { return .deleted }
            return old == nil ? .created : .updated
        }
    }

    /// How the paths of a place's changes go on behind its own path.
    enum Form: Sendable {
        /// Each object has a folder of its name.
        case folders
        /// Names are paths of files, without `.json`.
        case files
        /// The place is a file, the only one.
        case file
    }

    /// Objects of one type that lie in one folder.
    private struct Place: Sendable {
        let type: Int
        /// The folder's path, or that of the only file.
        let path: [UInt8]
        let form: Form
        /// Whether the objects are there no more because their parent is not.
        let isBelowDeleted: Bool
        /// Whether the objects are of a type below ``type`` that was not read.
        let isUnread: Bool
        let listing: Listing
        /// Of the objects, where these are not their IDs.
        let names: [[UInt8]]?
        /// Objects that are there no more, listed by their names.
        var gone = Listing()
    }

    private(set) var changes: [Change] = []
    private var places: [Place] = []
    /// Whether the changes came in the order of their paths so far. Those of one place do.
    private var isSorted = true

    var isEmpty: Bool { changes.isEmpty }

    // MARK: Making it

    /// Begins the changes below one folder, and returns its place.
    mutating func begin(
        _ path: [UInt8], of type: Int, _ form: Form, _ listing: Listing,
        names: [[UInt8]]? = nil
    ) -> Int {
        places.append(
            Place(
                type: type, path: path, form: form, isBelowDeleted: false, isUnread: false,
                listing: listing, names: names))
        return places.count - 1
    }

    /// Begins the deletions below one folder of a deleted object, and returns its place.
    ///
    /// - Parameter isUnread: whether they are of a type below `type` that was not read.
    mutating func beginBelowDeleted(_ path: [UInt8], of type: Int, isUnread: Bool) -> Int {
        places.append(
            Place(
                type: type, path: path, form: .folders, isBelowDeleted: true, isUnread: isUnread,
                listing: Listing(), names: nil))
        return places.count - 1
    }

    /// The object of the listing at `index` has been created or updated. In one place, objects come
    /// in the order of their paths.
    mutating func append(_ index: Int, from old: ObjectID?, at place: Int) {
        append(Change(place: place, object: index, old: old, isDeletion: false))
    }

    /// The object with this name has been deleted.
    mutating func append(deleted name: ArraySlice<UInt8>, _ old: ObjectID, at place: Int) {
        let index = places[place].gone.objects.count
        places[place].gone.append(id: name, blob: old)
        append(Change(place: place, object: index, old: old, isDeletion: true))
    }

    /// Makes room for so many more changes.
    mutating func reserve(_ count: Int) { changes.reserveCapacity(changes.count + count) }

    private mutating func append(_ change: Change) {
        if let last = changes.last, last.place != change.place, !precedes(last, change) {
            isSorted = false
        }
        changes.append(change)
    }

    /// Puts the changes into the order of their paths' bytes, which is the order of entries in
    /// every tree on the way: a folder's name is compared with its `/`.
    mutating func sort() {
        guard !isSorted else { return }
        let list = self
        changes.sort { list.precedes($0, $1) }
        isSorted = true
    }

    private func precedes(_ one: Change, _ other: Change) -> Bool {
        guard one.place == other.place, places[Int(one.place)].form == .folders else {
            return path(of: one).lexicographicallyPrecedes(path(of: other))
        }
        return folderPrecedes(name(of: one), name(of: other))
    }

    /// The changes that `isIncluded` takes, in the same order.
    func filter(_ isIncluded: (Change) -> Bool) -> ChangeList {
        var list = self
        list.changes = changes.filter(isIncluded)
        return list
    }

    // MARK: Reading it

    /// Place of the type in the list of readings.
    func type(of change: Change) -> Int { places[Int(change.place)].type }

    /// Whether the object was deleted with its parent.
    func isBelowDeleted(_ change: Change) -> Bool { places[Int(change.place)].isBelowDeleted }

    /// Whether the object is not of ``type(of:)`` but of a type below it that was not read.
    func isUnread(_ change: Change) -> Bool { places[Int(change.place)].isUnread }

    /// The file's blob after; `nil` if there is none.
    func new(of change: Change) -> ObjectID? {
        change.kind == .deleted
            ? nil : places[Int(change.place)].listing.objects[Int(change.object)].blob
    }

    /// The tree of the folder that stands `depth` bytes into the path, if that is the object's own,
    /// will hold nothing else and has been written already.
    func folder(of change: Change, at depth: Int) -> ObjectID? {
        let place = Int(change.place)
        guard change.kind != .deleted, depth == places[place].path.count + 1 else { return nil }
        return places[place].listing.objects[Int(change.object)].folder
    }

    /// Which place a change is in. What stands above the object is the same for all of one place.
    func place(of change: Change) -> Int { Int(change.place) }

    /// The path of a place: of its folder, or of the only file.
    func path(ofPlace place: Int) -> [UInt8] { places[place].path }

    /// The object's ID; `nil` if it is gone and only its name is left.
    func id(of change: Change) -> ArraySlice<UInt8>? {
        guard change.kind != .deleted else { return nil }
        return places[Int(change.place)].listing.id(at: Int(change.object))
    }

    /// What the object says itself of who made it lately: its creation, then its last change.
    func statements(of change: Change) -> [AuditEvent] {
        guard let id = id(of: change) else { return [] }
        return places[Int(change.place)].listing.statements[Array(id)] ?? []
    }

    /// Whether a deleted object's name is made of its ID alone.
    func isNamedByID(_ change: Change) -> Bool { places[Int(change.place)].form == .folders }

    /// When the object was read, or its absence seen; `nil` if that is not known.
    func read(_ change: Change) -> Date? {
        let listing = places[Int(change.place)].listing
        return change.kind == .deleted
            ? listing.lastRead : listing.read(listing.objects[Int(change.object)])
    }

    /// The name of the object's folder, and of its file without `.json`; where it has no folder,
    /// the file's path from the place on; of a single file, empty.
    func name(of change: Change) -> ArraySlice<UInt8> {
        // No copy of the place: this is asked a million times in a first run.
        let (place, index) = (Int(change.place), Int(change.object))
        if change.kind == .deleted { return places[place].gone.id(at: index) }
        if let name = places[place].names?[index] { return name[...] }
        return places[place].listing.id(at: index)
    }

    /// Whether the object keeps a name that its ID has in other letters of case.
    func isRespelled(_ change: Change) -> Bool {
        guard let id = id(of: change), places[Int(change.place)].names != nil else { return false }
        return isGUID(id) && !name(of: change).elementsEqual(id)
    }

    /// From the top of the tree to the file, components joined by `/`.
    func path(of change: Change) -> ArraySlice<UInt8> {
        let place = places[Int(change.place)]
        let name = name(of: change)
        let slash = [UInt8(ascii: "/")]
        switch place.form {
        case .file: return place.path[...]
        case .files: return (place.path + slash + fileName(name))[...]
        case .folders: return (place.path + slash + name + slash + fileName(name))[...]
        }
    }

    /// The first part of the path behind `depth` bytes of it, and whether that is a folder.
    func component(of change: Change, at depth: Int) -> (name: ArraySlice<UInt8>, isFolder: Bool) {
        let place = Int(change.place)
        let count = places[place].path.count
        if depth < count {
            let rest = places[place].path[depth...]
            let name = rest.prefix { $0 != UInt8(ascii: "/") }
            return (name, places[place].form != .file || name.count < rest.count)
        }
        let name = name(of: change)
        if places[place].form == .files {
            let rest = fileName(name).dropFirst(depth - count - 1)
            let component = rest.prefix { $0 != UInt8(ascii: "/") }
            return (component, component.count < rest.count)
        }
        return depth == count + 1 ? (name, true) : ((name + ".json".utf8)[...], false)
    }

    /// Whether the paths of both go on alike behind the same `depth` bytes.
    func share(folderAt depth: Int, _ one: Change, _ other: Change) -> Bool {
        if one.place == other.place {
            if depth < places[Int(one.place)].path.count { return true }
            if places[Int(one.place)].form == .files {
                return component(of: one, at: depth) == component(of: other, at: depth)
            }
            // Changes of one kind in one place are of different objects.
            guard one.kind == .deleted || other.kind == .deleted else {
                return one.object == other.object
            }
            return name(of: one) == name(of: other)
        }
        return component(of: one, at: depth) == component(of: other, at: depth)
    }
}

/// Whether a folder of one name stands before one of another name in a tree.
func folderPrecedes(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    let common = min(one.count, other.count)
    let (left, right) = (one.span, other.span)
    for index in 0..<common where left[index] != right[index] { return left[index] < right[index] }
    guard one.count != other.count else { return false }
    let slash = UInt8(ascii: "/")
    return one.count < other.count ? slash < right[common] : left[common] < slash
}
