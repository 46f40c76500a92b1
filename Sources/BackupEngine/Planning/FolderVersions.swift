import Dispatch
import GitObjects
import GitPack
import GitStore
import Synchronization

/// The trees that one folder goes through in a run, each made of the one before.
///
/// Memory: three of the trees, and the differences between all.
struct FolderVersions {
    private var versions: [TreeVersion] = []
    private var newest: [UInt8]
    /// Trees made and not yet hashed, by their places. Two are hashed at the same time.
    private var unhashed: [(place: Int, bytes: [UInt8])] = []
    private let old: ObjectID?

    /// Smaller trees are written as they are.
    private static let smallestDelta = 4_096

    /// - Parameter old: the tree's ID, for an error's sake; `nil` if it was not there.
    init(_ tree: [UInt8], _ old: ObjectID?) {
        newest = tree
        self.old = old
    }

    /// Makes the next tree.
    ///
    /// - Parameter edits: in tree order.
    mutating func append(_ edits: some Sequence<TreeEdit>) throws(GitError) {
        var merge = try TreeMerge(newest, old)
        for edit in edits { try merge.make(edit) }
        merge.finish()
        if let last = versions.indices.last, versions.count % PackWriter.longestChain != 0,
            min(newest.count, merge.bytes.count) >= Self.smallestDelta
        {
            versions[last].form = .delta(
                ObjectDelta(from: merge.bytes, to: newest, merge.differences))
        }
        newest = merge.bytes
        versions.append(TreeVersion(form: .whole(newest)))
        unhashed.append((versions.count - 1, newest))
        if unhashed.count == 2 { hash() }
    }

    /// Writes all trees and returns their IDs; `nil` for those with nothing in them, which git knows
    /// no entry for.
    mutating func write(to store: isolated GitStore) throws(GitError) -> [ObjectID?] {
        hash()
        try store.write(versions)
        return versions.map { $0.isEmpty ? nil : $0.id }
    }

    private mutating func hash() {
        let trees = unhashed.map(\.bytes)
        let ids = Mutex([ObjectID](repeating: .zero, count: trees.count))
        DispatchQueue.concurrentPerform(iterations: trees.count) { index in
            let tree = trees[index]
            let id = ObjectID(of: .tree, tree.span)
            ids.withLock { $0[index] = id }
        }
        let hashed = ids.withLock { $0 }
        for (tree, id) in zip(unhashed, hashed) { versions[tree.place].id = id }
        unhashed = []
    }
}
