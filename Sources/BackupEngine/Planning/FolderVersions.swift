import GitObjects
import GitPack
import GitStore

/// The trees that one folder goes through in a run, each made of the one before.
///
/// The newest is whole. Counted back from it, a tree is the delta of the one whose number has its
/// last octal digit that is not zero taken down by one: 64 of 0, 72 of 64, 75 of 74. So no chain is
/// longer than the digits add up to, which is 49 for two million trees, no other tree is whole, and a
/// change is in as many deltas as the number of trees has octal digits.
///
/// Memory: four of the trees and one for each digit, and the differences between all.
struct FolderVersions {
    private var versions: [TreeVersion] = []
    /// How many there will be.
    private let count: Int
    /// Places of the trees that wait for the one that they become a delta of.
    private var waiting: [Int] = []
    private var newest: [UInt8]
    /// Of `newest`, if it was needed.
    private var index: TreeIndex?
    /// Of large trees, by their places: computed while the next ones are being made.
    private var hashes: [(place: Int, id: Meanwhile<ObjectID>)] = []
    private let old: ObjectID?

    /// Smaller trees are written as they are.
    private static let smallestDelta = 512
    /// Smaller trees are hashed at once.
    private static let smallestShared = 1 << 16

    /// - Parameters:
    ///   - old: the tree's ID, for an error's sake; `nil` if it was not there.
    ///   - count: of the trees that will be made.
    init(_ tree: [UInt8], _ old: ObjectID?, count: Int) {
        newest = tree
        self.count = count
        self.old = old
    }

    /// Makes the next tree.
    ///
    /// - Parameter edits: in tree order.
    mutating func append(_ edits: some Collection<TreeEdit>) throws(GitError) {
        let replaced = try replacingIDs(edits)
        let next: NextTree
        if let replaced { next = replaced } else { next = try merging(edits) }
        let place = versions.count
        let ready = waiting.filter { $0 + step(from: $0) == place }
        for other in ready {
            let isNext = other == place - 1
            pack(other, of: next.bytes, isNext ? next.differences : nil)
        }
        waiting.removeAll(where: ready.contains)
        newest = next.bytes
        versions.append(TreeVersion(form: .whole(newest)))
        if place < count - 1 { waiting.append(place) }
        hash(newest)
    }

    /// How many places after a tree the one stands that it becomes a delta of.
    private func step(from place: Int) -> Int {
        let number = count - 1 - place
        return 1 << (number.trailingZeroBitCount / 3 * 3)
    }

    /// Makes the tree at a place a delta of the one that is about to be appended.
    private mutating func pack(
        _ place: Int, of base: [UInt8], _ differences: [ObjectDelta.Difference]?
    ) {
        guard case .whole(let tree) = versions[place].form,
            min(tree.count, base.count) >= Self.smallestDelta
        else { return }
        let delta =
            differences.map { ObjectDelta(from: base, to: tree, $0) }
            ?? ObjectDelta(fromTree: base, to: tree)
        guard let delta else { return }
        versions[place].form = .delta(delta, ahead: step(from: place))
    }

    private typealias NextTree = (bytes: [UInt8], differences: [ObjectDelta.Difference])

    private mutating func merging(
        _ edits: some Collection<TreeEdit>
    ) throws(GitError) -> NextTree {
        var merge = try TreeMerge(
            newest, old, edits: edits.count, keepsDifferences: !versions.isEmpty)
        for edit in edits { try merge.make(edit) }
        merge.finish()
        index = nil
        return (merge.bytes, merge.differences)
    }

    /// Makes the next tree of a large one by writing IDs over others; `nil` if that is not all there
    /// is to do. Most commits only update objects, and this costs them a copy of the tree.
    private mutating func replacingIDs(
        _ edits: some Collection<TreeEdit>
    ) throws(GitError) -> NextTree? {
        guard newest.count >= Self.smallestShared, edits.count < newest.count / 1_024 else {
            return nil
        }
        var next = newest
        var differences: [ObjectDelta.Difference] = []
        do throws(MalformedObject) {
            if self.index == nil { self.index = try TreeIndex(newest) }
            guard let index = self.index else { return nil }
            for edit in edits {
                guard let id = edit.id,
                    let range = try index.idRange(
                        of: edit.name, isFolder: edit.isFolder, in: newest)
                else { return nil }
                next.replaceSubrange(range, with: id.bytes)
                differences.append(ObjectDelta.Difference(base: range, target: range))
            }
        } catch {
            throw .damaged("tree \(old ?? .zero)", "its bytes are no tree")
        }
        return (next, differences)
    }

    /// Two trees are hashed at a time, and no more of them kept.
    private mutating func hash(_ tree: [UInt8]) {
        let place = versions.count - 1
        guard tree.count >= Self.smallestShared else {
            versions[place].id = ObjectID(of: .tree, tree.span)
            return
        }
        if hashes.count >= 2 { _ = hashes[hashes.count - 2].id.value }
        hashes.append((place, Meanwhile { ObjectID(of: .tree, tree.span) }))
    }

    /// Writes all trees and returns their IDs; `nil` for those with nothing in them, which git knows
    /// no entry for.
    mutating func write(to store: isolated GitStore) throws(GitError) -> [ObjectID?] {
        for (place, id) in hashes { versions[place].id = id.value }
        try store.write(versions)
        return versions.map { $0.isEmpty ? nil : $0.id }
    }
}
