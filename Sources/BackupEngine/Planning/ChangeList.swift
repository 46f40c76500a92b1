import GitObjects

/// What a run would change, file by file.
///
/// Memory: the path's bytes and 80 more a change.
struct ChangeList: Sendable {
    struct Change: Sendable {
        fileprivate let start: Int
        fileprivate let count: Int
        /// The file's blob before and after; `nil` where there is none.
        let old: ObjectID?
        let new: ObjectID?
        /// Place of the type in the list of readings.
        let type: Int

        var kind: ChangedObject.Kind {
            switch (old, new) {
            case (nil, _): .created
            case (_, nil): .deleted
            default: .updated
            }
        }
    }

    private(set) var changes: [Change] = []
    private var paths: [UInt8] = []

    var isEmpty: Bool { changes.isEmpty }

    /// - Parameter path: from the top of the tree, components joined by `/`.
    mutating func append(_ path: [UInt8], from old: ObjectID?, to new: ObjectID?, type: Int) {
        changes.append(
            Change(start: paths.count, count: path.count, old: old, new: new, type: type))
        paths.append(contentsOf: path)
    }

    func path(of change: Change) -> ArraySlice<UInt8> {
        paths[change.start..<(change.start + change.count)]
    }

    /// Puts the changes into the order of their paths' bytes, which is the order of entries in
    /// every tree on the way: a folder's name is compared with its `/`.
    mutating func sort() {
        let paths = paths
        changes.sort { one, other in
            paths[one.start..<(one.start + one.count)].lexicographicallyPrecedes(
                paths[other.start..<(other.start + other.count)])
        }
    }

    /// The changes that `isIncluded` takes, in the same order.
    func filter(_ isIncluded: (Change) -> Bool) -> ChangeList {
        var list = self
        list.changes = changes.filter(isIncluded)
        return list
    }
}
