import GitObjects
import Glibc

/// Joins the small packs of a repository into one, so that there are never many.
///
/// Which ones: ``JoinPolicy``. How: ``PackMerge``. A pack with a `.keep`, `.promisor` or `.mtimes`
/// beside it is left alone, and so is one that is not a whole pair.
///
/// - Durability: the joined pair is on the disk before anything is removed. Killed at any instant,
///   the repository holds the old pairs, the new one or both, and at most two temporary files and a
///   pack without an index, which nobody reads.
/// - Readers: whoever has one of the packs open keeps it; whoever looks for an object finds it in
///   one place or the other.
/// - Errors: ``FileError``, with `EIO` if a pack is damaged. All packs are still there then, but for
///   those whose removal had begun when the new pair was complete.
/// - Cost: one pass over the packs joined, of which few are large; see ``JoinPolicy``. A tree of
///   100,000 entries takes some 30 ms.
/// - Memory: 50 to 60 bytes an object, and three of the largest tree.
package struct PackJoiner {
    private let folder: String
    private let unique: String
    /// Newest first.
    private let sources: [PackPair]
    /// When the newest of them was written.
    private let time: Int

    /// Looks at the packs in `folder`, the repository's `objects/pack`; `nil` if none need joining.
    ///
    /// - Parameter unique: part of the temporary names; no two writers may share one.
    package init?(in folder: String, unique: String) throws(FileError) {
        try self.init(in: folder, unique: unique, few: JoinPolicy.few)
    }

    init?(in folder: String, unique: String, few: Int) throws(FileError) {
        let pairs = try PackPair.all(in: folder).filter { !$0.isHeld }.sorted {
            ($0.index.count, $0.path) < ($1.index.count, $1.path)
        }
        let count = JoinPolicy.joinedCount(of: pairs.map(\.index.count), few: few)
        guard count > 1 else { return nil }
        try self.init(Array(pairs.prefix(count)), in: folder, unique: unique)
    }

    /// Joins these packs, in whatever order they are given.
    init(_ pairs: [PackPair], in folder: String, unique: String) throws(FileError) {
        var timed: [(pair: PackPair, time: Int)] = []
        for pair in pairs { timed.append((pair, try pair.modificationTime())) }
        timed.sort { ($1.time, $0.pair.path) < ($0.time, $1.pair.path) }
        sources = timed.map(\.pair)
        time = timed.first?.time ?? 0
        self.folder = folder
        self.unique = unique
    }

    /// The paths that are left behind if the process is killed.
    package var temporaryNames: [String] {
        PackWriter.temporaryNames(in: folder, unique: unique)
    }

    /// Joins the packs; returns when the old ones are gone.
    package func join(_ sharing: SharedPermissions = .byMask) throws(FileError) {
        try join(sharing) { _ in }
    }

    /// - Parameter reached: called at each step; what it throws is as if the step had failed.
    func join(
        _ sharing: SharedPermissions = .byMask,
        _ reached: @escaping (JoinStep) throws(FileError) -> Void
    ) throws(FileError) {
        let joined = try write(reached)
        setModificationTime(of: joined)
        try reached(.written)
        try joined.publish(sharing)
        try reached(.published)
        for path in try namesToRemove(but: "\(folder)/pack-\(joined.id)") {
            try removeFile(path)
            try reached(.removed(path))
        }
        try syncFolder(folder)
    }

    private func write(
        _ reached: @escaping (JoinStep) throws(FileError) -> Void
    ) throws(FileError) -> FinishedPack {
        let writer = try JoinedPackWriter(
            in: folder, unique: unique, count: distinctCount(sources.map(\.index)), reached)
        do throws(FileError) {
            var merge = PackMerge(into: writer)
            for source in sources { try merge.append(PackSource(source)) }
            if let finished = try merge.finish() { return finished }
            throw FileError("join the packs in \(folder)", code: EIO)
        } catch {
            try? removeFile(temporaryNames[0])
            throw error
        }
    }

    /// The joined pack is as old as its newest part: what comes first in the next join, and what git
    /// keeps for how long, goes by that. Not worth an error.
    private func setModificationTime(of pack: FinishedPack) {
        let stamp = timespec(tv_sec: time / 1_000_000_000, tv_nsec: time % 1_000_000_000)
        _ = utimensat(AT_FDCWD, pack.pack.temporaryName, [stamp, stamp], 0)
    }

    // MARK: Removing

    /// What goes, in this order: first what names packs that will be gone; then of each pack the
    /// index, without which nobody looks for the rest. A pack that somebody has come to hold
    /// meanwhile stays.
    private func namesToRemove(but joined: String) throws(FileError) -> [String] {
        var names = ["multi-pack-index", "multi-pack-index.d/multi-pack-index-chain"]
        names += try namesInFolder(folder)?.filter { $0.hasPrefix("multi-pack-index-") } ?? []
        var paths = names.map { "\(folder)/\($0)" }
        for source in sources where source.path != joined && !source.isHeld {
            for ending in ["idx", "pack", "rev", "bitmap"] {
                paths.append("\(source.path).\(ending)")
            }
        }
        return paths
    }
}

/// Where a join has got to.
enum JoinStep: Equatable {
    /// The next bytes of the pack are about to be written.
    case writing
    /// The pack is on the disk; the index is about to be written.
    case indexing
    /// Both are on the disk under their temporary names.
    case written
    /// Both have their final names.
    case published
    case removed(String)
}

/// Returns how many different objects the indexes hold together.
///
/// Cost: one pass over all, side by side.
private func distinctCount(_ indexes: [PackIndexFile]) -> Int {
    var places = [Int](repeating: 0, count: indexes.count)
    var heads = indexes.map { $0.count > 0 ? $0.id(at: 0) : nil }
    var count = 0
    while let least = heads.lazy.compactMap(\.self).min() {
        count += 1
        for number in heads.indices where heads[number] == least {
            places[number] += 1
            let index = indexes[number]
            heads[number] = places[number] < index.count ? index.id(at: places[number]) : nil
        }
    }
    return count
}
