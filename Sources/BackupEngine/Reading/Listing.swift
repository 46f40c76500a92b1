import Attribution
import FoundationEssentials
import GitObjects
import GitStore
import GraphCatalog

/// What the reading of one collection found: the ID of each object, and the blob that holds it.
///
/// Memory: the ID's bytes and 48 more an object; never the object.
struct Listing: Sendable {
    struct Object: Sendable {
        let blob: ObjectID
        fileprivate let count: UInt32
        /// All zeros if it is not known.
        fileprivate let tree: ObjectID
        fileprivate let start: UInt32

        /// The tree of the object's folder if that holds nothing but the object, as far as that was
        /// already written.
        var folder: ObjectID? { tree == .zero ? nil : tree }
    }

    private(set) var objects: [Object] = []
    private var ids: [UInt8] = []
    /// Whether every ID is a name by itself, and no file system takes two of them for one.
    private(set) var isPlain = true
    /// Components of paths by IDs, of objects that stand at other places than their IDs say.
    private(set) var places: [[UInt8]: [[UInt8]]] = [:]
    /// By IDs, what objects say themselves of who made them lately.
    private(set) var statements: [[UInt8]: [AuditEvent]] = [:]
    /// When pages were read, and where the IDs of each end.
    private var pages: [(end: UInt32, read: Date)] = []

    var isEmpty: Bool { objects.isEmpty }

    /// - Parameter folder: known only of objects whose ID is a name by itself.
    mutating func append(id: ArraySlice<UInt8>, blob: ObjectID, folder: ObjectID? = nil) {
        objects.append(
            Object(
                blob: blob, count: UInt32(id.count), tree: folder ?? .zero,
                start: UInt32(ids.count)))
        ids.append(contentsOf: id)
        isPlain = isPlain && (folder != nil || FileName.isPlain(id.span))
    }

    /// Everything appended since the last note was read at this time.
    mutating func noteRead(at time: Date) { pages.append((UInt32(ids.count), time)) }

    /// When an object was read; `nil` if that was not noted.
    func read(_ object: Object) -> Date? {
        var (low, high) = (0, pages.count)
        while low < high {
            let middle = (low + high) / 2
            if pages[middle].end > object.start { high = middle } else { low = middle + 1 }
        }
        return low < pages.count ? pages[low].read : pages.last?.read
    }

    /// When the last page was read: what was not there by then was absent.
    var lastRead: Date? { pages.last?.read }

    /// The object with this ID stands at a place of its own.
    mutating func place(_ id: [UInt8], at path: [[UInt8]]) { places[id] = path }

    /// The object with this ID says itself who made it lately.
    mutating func note(_ own: [AuditEvent], of id: [UInt8]) { statements[id] = own }

    mutating func append(_ other: Listing) {
        if !other.statements.isEmpty { statements.merge(other.statements) { $1 } }
        if !other.places.isEmpty { places.merge(other.places) { $1 } }
        let offset = UInt32(ids.count)
        ids.append(contentsOf: other.ids)
        pages.append(contentsOf: other.pages.lazy.map { ($0.end + offset, $0.read) })
        objects.append(
            contentsOf: other.objects.lazy.map {
                Object(blob: $0.blob, count: $0.count, tree: $0.tree, start: $0.start + offset)
            })
        isPlain = isPlain && other.isPlain
    }

    func id(of object: Object) -> ArraySlice<UInt8> {
        ids[Int(object.start)..<(Int(object.start) + Int(object.count))]
    }

    func id(at place: Int) -> ArraySlice<UInt8> {
        let start = Int(objects[place].start)
        return ids[start..<(start + Int(objects[place].count))]
    }

    /// The object with this ID; only once the listing is sorted.
    func object(withID id: ArraySlice<UInt8>) -> Object? {
        var (low, high) = (0, objects.count)
        while low < high {
            let middle = (low + high) / 2
            if folderPrecedes(self.id(at: middle), id) { low = middle + 1 } else { high = middle }
        }
        return low < objects.count && self.id(at: low) == id ? objects[low] : nil
    }

    /// Removes the objects with these IDs.
    mutating func remove(_ gone: Set<[UInt8]>) {
        objects = objects.filter { !gone.contains(Array(id(of: $0))) }
    }

    /// Puts the objects into the order that folders of their IDs have in a tree. Of objects read
    /// twice, as happens when pages shift under a reader, the later one is left.
    mutating func sort() {
        let order = sortedPlaces()
        var sorted: [Object] = []
        sorted.reserveCapacity(order.count)
        for place in order {
            let object = objects[Int(place)]
            if let last = sorted.last, id(of: last) == id(of: object) { sorted.removeLast() }
            sorted.append(object)
        }
        objects = sorted
    }

    /// The places of all objects by their IDs' bytes, each as if it ended in `/`; equal ones in the
    /// order in which they came.
    ///
    /// Eight bytes decide nearly always; they are compared as one number.
    private func sortedPlaces() -> [UInt32] {
        var keys: [(prefix: UInt64, place: UInt32)] = []
        keys.reserveCapacity(objects.count)
        for (place, object) in objects.enumerated() {
            keys.append((prefix(of: object), UInt32(place)))
        }
        keys.sort { one, other in
            if one.prefix != other.prefix { return one.prefix < other.prefix }
            let order = order(objects[Int(one.place)], objects[Int(other.place)])
            return order != 0 ? order < 0 : one.place < other.place
        }
        return keys.map(\.place)
    }

    private func prefix(of object: Object) -> UInt64 {
        var prefix: UInt64 = 0
        let start = Int(object.start)
        let count = min(8, Int(object.count))
        for index in start..<(start + count) { prefix = prefix << 8 | UInt64(ids[index]) }
        guard count < 8 else { return prefix }
        return (prefix << 8 | UInt64(UInt8(ascii: "/"))) << (8 * UInt64(7 - count))
    }

    private func order(_ one: Object, _ other: Object) -> Int {
        let (left, right) = (id(of: one), id(of: other))
        for (one, other) in zip(left, right) where one != other { return Int(one) - Int(other) }
        let slash = UInt8(ascii: "/")
        let next = (
            left.dropFirst(right.count).first ?? slash, right.dropFirst(left.count).first ?? slash
        )
        return next.0 != next.1 ? Int(next.0) - Int(next.1) : left.count - right.count
    }
}

/// All that was read of one type.
struct TypeReading: Sendable {
    let selected: SelectedResource
    /// Places of the types above it in the list of all readings, the root first.
    private(set) var ancestors: [Int]
    /// The error that ended the reading; `nil` if it went through.
    var failure: GraphError?
    /// By the IDs of the objects above: none for a root type.
    var listings: [[[UInt8]]: Listing] = [:]
    /// Objects above whose children could not be read, and why. Of a root type: objects of the
    /// lists it is read for.
    var failuresBelow: [[[UInt8]]: GraphError] = [:]
    /// Lists it is read for that nobody here may read, and why.
    private(set) var refusedLists: [String: GraphError] = [:]
    /// Lists that were refused in the last run as well and that nothing came from before.
    private(set) var leftOut: Set<String> = []
    /// Of a walked type: by the lists' names, the objects that the backup had parts of until now,
    /// and those that it has parts of from now on.
    private(set) var parentsBefore: [String: Set<String>] = [:]
    private(set) var parents: [String: Set<String>] = [:]
    /// By the lists' names, the objects that were listed, those that were not found not counted.
    private var listedParents: [String: Set<String>] = [:]
    private var failuresInRow = 0
    /// Of a type that one file holds: the objects in it.
    private(set) var elementCount = 0
    /// Members besides those that the catalog selects.
    var optional = OptionalMembers()
    var requests = 0
    var waited = Duration.zero
    var withheld = 0

    init(
        _ selected: SelectedResource, ancestors: [Int] = [], leftOut: [String] = [],
        parents: [String: Set<String>] = [:]
    ) {
        self.selected = selected
        self.ancestors = ancestors
        self.leftOut = Set(leftOut)
        (parentsBefore, self.parents) = (parents, parents)
    }

    var resource: GraphResource { selected.resource }
}

extension TypeReading {
    /// Adds what the reading below one object (or of the root type) gave.
    mutating func take(
        _ answer: CollectionAnswer, below ids: [[UInt8]], in store: GitStore
    ) async throws(BackupError) {
        requests += answer.requests
        waited += answer.waited
        withheld += answer.withheld
        if resource.isSingleFile { elementCount = answer.distinctDocuments.count }
        listings[ids] = try await answer.listing(ofOneFile: resource.isSingleFile, in: store)
    }

    /// Notes which objects a walked list has. None is counted that was not found below the list.
    mutating func note(parents ids: some Sequence<[UInt8]>, of walk: GraphResource) {
        listedParents[walk.name] = Set(ids.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Notes that nothing was found below a listed object, which may mean that it is gone.
    mutating func note(missing id: [UInt8], of walk: GraphResource) {
        listedParents[walk.name]?.remove(String(decoding: id, as: UTF8.self))
    }

    /// Objects that the backup has parts of and that the list does not lead to any more, whatever the
    /// case of their letters; none if the list was not read.
    func doubtfulParents(of walk: GraphResource) -> [String] {
        guard let listed = listedParents[walk.name],
            failuresBelow[[Array(walk.name.utf8)]] == nil
        else { return [] }
        let known = Set(listed.map { $0.lowercased() })
        return (parentsBefore[walk.name] ?? []).filter { !known.contains($0.lowercased()) }.sorted()
    }

    /// Keeps what the backup has below an object of a walked list.
    mutating func keep(parent id: String, of walk: GraphResource, _ reason: GraphError) {
        note(reason, below: [Array(id.utf8)])
        parents[walk.name, default: []].insert(id)
    }

    /// Notes which objects there are parts of now: those with something below them, and those that
    /// could not be read.
    mutating func noteParents() {
        guard failure == nil else { return }
        for walk in resource.walks {
            guard let listed = listedParents[walk.name],
                failuresBelow[[Array(walk.name.utf8)]] == nil
            else { continue }
            let before = parentsBefore[walk.name] ?? []
            parents[walk.name] = listed.filter { id in
                let ids = [Array(id.utf8)]
                if walk.isPart { return true }
                return listings[ids].map { !$0.isEmpty }
                    ?? (failuresBelow[ids] != nil && before.contains(id))
            }
        }
    }

    /// Joins what was read below all objects of the lists it was read for.
    mutating func join() {
        var all = Listing()
        // In a fixed order: of an object found below two of them, the later one is left.
        let parents = listings.keys.sorted { $0.joined().lexicographicallyPrecedes($1.joined()) }
        for parent in parents { all.append(listings[parent] ?? Listing()) }
        all.sort()
        listings = [[]: all]
    }

    /// Notes that what lies below one object could not be read.
    mutating func note(_ error: GraphError, below ids: [[UInt8]]) {
        requests += error.requests
        failuresBelow[ids] = error
    }

    /// Notes that a list it is read for could not be read.
    mutating func note(_ error: GraphError, of list: GraphResource) {
        requests += error.requests
        failuresBelow[[Array(list.name.utf8)]] = error
        if error.kind == .notPermitted { refusedLists[list.name] = error }
    }

    /// Notes that its own list is not there, and its objects were asked for one by one.
    mutating func noteOwnList(_ error: GraphError) {
        failuresBelow[[Array(resource.name.utf8)]] = error
    }

    /// Takes the lists that are refused as ever for no failure.
    mutating func leaveOutLists() {
        leftOut.formIntersection(refusedLists.keys)
        for name in leftOut { failuresBelow[[Array(name.utf8)]] = nil }
    }

    /// Whether all that failed are lists: such as nobody here may read, or its own.
    var lacksOnlyLists: Bool {
        failuresBelow.keys.allSatisfy { ids in
            ids == [Array(resource.name.utf8)]
                || refusedLists.keys.contains { ids == [Array($0.utf8)] }
        }
    }

    /// Returns whether to go on after the answers about what lies below `part`: not once 80 in a row
    /// have failed. Asking for what lies below thousands of others would not change that, and each
    /// might take all patience.
    mutating func goesOn(after part: [[[UInt8]]]) -> Bool {
        let isFailed = part.allSatisfy { failuresBelow[$0] != nil }
        failuresInRow = isFailed ? failuresInRow + part.count : 0
        return failuresInRow < 80
    }

    /// Lets everything that was not read share the failure that ended the reading; if nothing was
    /// read, the type has failed as a whole.
    mutating func giveUp(all above: [[[UInt8]]]) {
        let reasons = failuresBelow.sorted {
            $0.key.joined().lexicographicallyPrecedes($1.key.joined())
        }
        guard let first = reasons.first?.value else { return }
        if listings.isEmpty { failure = first }
        guard failuresInRow >= 80 else { return }
        for ids in above where listings[ids] == nil && failuresBelow[ids] == nil {
            failuresBelow[ids] = first
        }
    }

    /// The reading with the places of its ancestors counted from elsewhere.
    func moved(by offset: Int) -> TypeReading { moved { $0 + offset } }

    /// The reading with other places of its ancestors.
    func moved(_ place: (Int) -> Int) -> TypeReading {
        var moved = self
        moved.ancestors = ancestors.map(place)
        return moved
    }
}

extension [TypeReading] {
    /// One family's readings in the order of `names`, which is that of the catalog.
    func inOrder(of names: [String]) -> [TypeReading] {
        let ranks = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let order = indices.sorted {
            ranks[self[$0].resource.name] ?? 0 < ranks[self[$1].resource.name] ?? 0
        }
        var places = [Int](repeating: 0, count: count)
        for (place, old) in order.enumerated() { places[old] = place }
        return order.map { old in self[old].moved { places[$0] } }
    }
}
