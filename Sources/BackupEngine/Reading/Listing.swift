import GitObjects
import GitStore
import GraphCatalog

/// What the reading of one collection found: the ID of each object, and the blob that holds it.
///
/// Memory: the ID's bytes and 40 more an object; never the object.
struct Listing: Sendable {
    struct Object: Sendable {
        fileprivate let start: Int
        fileprivate let count: Int
        let blob: ObjectID
    }

    private(set) var objects: [Object] = []
    private var ids: [UInt8] = []

    var isEmpty: Bool { objects.isEmpty }

    mutating func append(id: some Collection<UInt8>, blob: ObjectID) {
        objects.append(Object(start: ids.count, count: id.count, blob: blob))
        ids.append(contentsOf: id)
    }

    func id(of object: Object) -> [UInt8] {
        Array(ids[object.start..<(object.start + object.count)])
    }

    /// Removes the objects with these IDs.
    mutating func remove(_ gone: Set<[UInt8]>) {
        objects = objects.filter { !gone.contains(id(of: $0)) }
    }

    /// Leaves of objects read twice, as happens when pages shift under a reader, the later one.
    mutating func removeDuplicates() {
        var last: [[UInt8]: Int] = [:]
        for (index, object) in objects.enumerated() { last[id(of: object)] = index }
        guard last.count < objects.count else { return }
        objects = last.values.sorted().map { objects[$0] }
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
    /// Objects above whose children could not be read, and why.
    var failuresBelow: [[[UInt8]]: GraphError] = [:]
    var requests = 0
    var waited = Duration.zero
    var withheld = 0

    init(_ selected: SelectedResource, ancestors: [Int] = []) {
        self.selected = selected
        self.ancestors = ancestors
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
        listings[ids] = try await answer.listing(ofOneFile: resource.isSingleFile, in: store)
    }

    /// Fails as a whole if Graph permits none of the first children: asking for thousands more
    /// would not change that.
    mutating func refuseIfAllRefused() {
        guard listings.isEmpty, let first = failuresBelow.values.first,
            failuresBelow.values.allSatisfy({ $0.kind == .notPermitted || $0.kind == .notAvailable }
            )
        else { return }
        failure = first
    }

    /// The reading with the places of its ancestors counted from elsewhere.
    func moved(by offset: Int) -> TypeReading {
        var moved = self
        moved.ancestors = ancestors.map { $0 + offset }
        return moved
    }
}
