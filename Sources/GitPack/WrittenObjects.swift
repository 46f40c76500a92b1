package import GitObjects
import Synchronization

/// The objects of the pack being written, and where each lies.
///
/// Written from one place, asked from every worker. Memory: 32 bytes an object, and 4 to 8 for the
/// table that finds it.
package final class WrittenObjects: Sendable {
    private struct Contents {
        /// In the order of the pack.
        var entries: [IndexEntry] = []
        var table = PlaceTable()
        /// Objects that will be written last.
        var promised: Set<ObjectID> = []
    }

    private let contents: Mutex<Contents>

    package init() {
        contents = Mutex(Contents())
    }

    /// With room for just so many objects.
    init(capacity: Int) {
        var empty = Contents(table: PlaceTable(capacity: capacity))
        empty.entries.reserveCapacity(capacity)
        contents = Mutex(empty)
    }

    var count: Int { contents.withLock { $0.entries.count + $0.promised.count } }

    /// Whether the pack holds the object, or will.
    package func contains(_ id: ObjectID) -> Bool {
        contents.withLock { contents in
            contents.table.place(of: id, in: contents.entries) != nil
                || contents.promised.contains(id)
        }
    }

    /// Takes note of an object that will be written last.
    func promise(_ id: ObjectID) { contents.withLock { _ = $0.promised.insert(id) } }

    func containsAny(of objects: [some PackedObject]) -> Bool {
        contents.withLock { contents in
            objects.contains {
                contents.table.place(of: $0.id, in: contents.entries) != nil
                    || contents.promised.contains($0.id)
            }
        }
    }

    func entry(of id: ObjectID) -> IndexEntry? {
        contents.withLock { contents in
            contents.table.place(of: id, in: contents.entries).map { contents.entries[$0] }
        }
    }

    /// Returns where the entry after the one at `offset` begins; `nil` if that is the last one.
    func nextOffset(after offset: UInt64) -> UInt64? {
        contents.withLock { contents in
            var (low, high) = (0, contents.entries.count)
            while low < high {
                let middle = (low + high) / 2
                if contents.entries[middle].offset <= offset {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low < contents.entries.count ? contents.entries[low].offset : nil
        }
    }

    func append(_ entry: IndexEntry) { append(CollectionOfOne(entry)) }

    /// Takes note of objects that stand one after the other; none may be there already.
    func append(_ entries: some Collection<IndexEntry>) {
        contents.withLock { contents in
            for entry in entries {
                if !contents.promised.isEmpty { contents.promised.remove(entry.id) }
                contents.entries.append(entry)
                contents.table.insert(contents.entries.count - 1, of: entry.id)
            }
        }
    }

    /// Gives the entries away: the pack is complete.
    func take() -> [IndexEntry] {
        contents.withLock { contents in
            let entries = contents.entries
            contents = Contents()
            return entries
        }
    }
}

/// Something in a pack, by its object's ID.
protocol PackedObject {
    var id: ObjectID { get }
}

/// Where each object stands in an array of them: an open hash table that keeps of each ID its last
/// four bytes, since an ID is a hash by itself. The array is looked into only where these are equal.
struct PlaceTable {
    /// The ID's part above, the place plus one below; 0 is free. At most three quarters are taken.
    private var slots: [UInt64]
    private var count = 0

    /// Grows when it holds more than `capacity` places.
    init(capacity: Int = 32) {
        var size = 64
        while size * 3 < capacity * 4 { size *= 2 }
        slots = [UInt64](repeating: 0, count: size)
    }

    func place(of id: ObjectID, in objects: [some PackedObject]) -> Int? {
        var slot = Int(truncatingIfNeeded: id.low) & (slots.count - 1)
        while slots[slot] != 0 {
            if UInt32(truncatingIfNeeded: slots[slot] >> 32) == id.low {
                let place = Int(UInt32(truncatingIfNeeded: slots[slot])) - 1
                if objects[place].id == id { return place }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Takes in the place of an object that is not in the table yet.
    mutating func insert(_ place: Int, of id: ObjectID) {
        count += 1
        if count * 4 > slots.count * 3 { grow() }
        add(UInt64(id.low) << 32 | UInt64(place + 1))
    }

    mutating func removeAll() {
        guard count > 0 else { return }
        count = 0
        for slot in slots.indices { slots[slot] = 0 }
    }

    private mutating func add(_ taken: UInt64) {
        var slot = Int(truncatingIfNeeded: taken >> 32) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = taken
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        for taken in old where taken != 0 { add(taken) }
    }
}

/// The objects that need not be written: those in the repository's packs when the run began, and
/// those that this run has written.
package struct Holdings: Sendable {
    package let packs: KnownObjects
    package let run: WrittenObjects

    package init(packs: KnownObjects, run: WrittenObjects) {
        self.packs = packs
        self.run = run
    }

    package func contains(_ id: ObjectID) -> Bool { packs.contains(id) || run.contains(id) }
}
