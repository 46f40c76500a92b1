package import GitObjects
import GitPack

/// What a push sends: everything that some objects lead to and others do not.
package struct Outgoing: Sendable {
    /// A tree, and the one that stood in its place before.
    struct Folder: Sendable {
        let id: ObjectID
        let before: ObjectID?
    }

    /// Commits and annotated tags, by kind.
    fileprivate(set) var commits: [ObjectID] = []
    fileprivate(set) var tags: [ObjectID] = []
    fileprivate(set) var folders: [Folder] = []
    fileprivate(set) var blobs: [ObjectID] = []
    fileprivate var seen: Set<ObjectID> = []
    /// Whether what trees name is sent, too.
    fileprivate let isWithBlobs: Bool

    init(withBlobs: Bool = true) {
        isWithBlobs = withBlobs
    }

    /// Objects of all kinds.
    package var count: Int { commits.count + tags.count + folders.count + blobs.count }

    func contains(_ id: ObjectID) -> Bool { seen.contains(id) }

    /// Objects of all kinds, in no order that matters.
    var objects: [ObjectID] { commits + tags + folders.map(\.id) + blobs }
}

/// What the receiver of a pack understands.
package struct SentPackForm: Sendable {
    /// Deltas by distance (`ofs-delta`).
    package var usesOffsets: Bool
    /// Deltas of objects that it has (no `no-thin`).
    package var isThin: Bool

    package init(usesOffsets: Bool, isThin: Bool) {
        self.usesOffsets = usesOffsets
        self.isThin = isThin
    }
}

extension GitStore {
    /// Finds what commits and annotated tags lead to, without what the receiver has.
    ///
    /// Cost: the folders that changed, before and after each commit that is sent; all folders only
    /// of a first commit.
    ///
    /// - Parameter known: commits and tags that the receiver has; those not here are passed over.
    package func outgoing(
        from tips: [ObjectID], without known: [ObjectID], withBlobs: Bool = true
    ) throws(GitError) -> Outgoing {
        var outgoing = Outgoing(withBlobs: withBlobs)
        let commits = try addTags(from: tips.filter { !known.contains($0) }, to: &outgoing)
        var knownCommits: [ObjectID] = []
        for id in known where isHere(id) {
            // What another git has removed since the run began is sent like all else.
            if let commit = try? commitIfAny(id) { knownCommits.append(commit) }
        }
        let walk = try CommitWalk(from: commits, without: knownCommits, in: self)
        for (id, commit) in walk.commits { try add(commit, id, to: &outgoing) }
        return outgoing
    }

    /// Notes a commit, and what it has that its first parent has not.
    func add(
        _ commit: Commit, _ id: ObjectID, to outgoing: inout Outgoing
    ) throws(GitError) {
        outgoing.commits.append(id)
        outgoing.seen.insert(id)
        let before = try commit.parents.first.map { (id) throws(GitError) in
            try self.commit(id).tree
        }
        guard before != commit.tree else { return }
        try add(commit.tree, before: before, to: &outgoing)
    }

    /// Notes the tags among these and what they lead to; returns the commits at their ends.
    func addTags(
        from tips: [ObjectID], to outgoing: inout Outgoing
    ) throws(GitError) -> [ObjectID] {
        var commits: [ObjectID] = []
        for tip in tips {
            if let commit = try addTags(from: tip, to: &outgoing) { commits.append(commit) }
        }
        return commits
    }

    /// Notes a tag and those it leads to, or the blob at their end; returns the commit there.
    private func addTags(
        from tip: ObjectID, to outgoing: inout Outgoing
    ) throws(GitError) -> ObjectID? {
        var id = tip
        while true {
            let (kind, bytes) = try read(id)
            if kind == .blob, outgoing.seen.insert(id).inserted { outgoing.blobs.append(id) }
            guard kind == .tag else { return kind == .commit ? id : nil }
            guard outgoing.seen.insert(id).inserted else { return nil }
            outgoing.tags.append(id)
            id = try Self.target(ofTag: id, bytes)
        }
    }

    /// The commit that a commit or tag leads to.
    private func commitIfAny(_ id: ObjectID) throws(GitError) -> ObjectID? {
        let (kind, bytes) = try read(id)
        switch kind {
        case .commit: return id
        case .tag:
            let target = try Self.target(ofTag: id, bytes)
            return isHere(target) ? try commitIfAny(target) : nil
        case .tree, .blob: return nil
        }
    }

    private static func target(ofTag id: ObjectID, _ bytes: [UInt8]) throws(GitError) -> ObjectID {
        do { return try Tag.target(of: bytes) } catch {
            throw .damaged("tag \(id)", "its bytes are no tag")
        }
    }

    /// Notes a tree, and all below it that is not in the one before.
    private func add(
        _ tree: ObjectID, before: ObjectID?, to outgoing: inout Outgoing
    ) throws(GitError) {
        guard outgoing.seen.insert(tree).inserted else { return }
        outgoing.folders.append(Outgoing.Folder(id: tree, before: before))
        var old = TreeCursor(try before.map { (id) throws(GitError) in try treeBytes(id) } ?? [])
        var new = TreeCursor(try treeBytes(tree))
        var hasOld = try Self.advance(&old, before)
        while try Self.advance(&new, tree) {
            let name = new.bytes[new.name]
            while hasOld, old.order(of: name, isFolder: new.isFolder) < 0 {
                hasOld = try Self.advance(&old, before)
            }
            let isThere = hasOld && old.order(of: name, isFolder: new.isFolder) == 0
            guard !isThere || old.id != new.id else { continue }
            if new.isFolder {
                try add(new.id, before: isThere ? old.id : nil, to: &outgoing)
            } else if outgoing.isWithBlobs, !new.isSubmodule,
                isHere(new.id) || !isPromised(new.id),
                outgoing.seen.insert(new.id).inserted
            {
                outgoing.blobs.append(new.id)
            }
        }
    }

    private static func advance(
        _ cursor: inout TreeCursor, _ id: ObjectID?
    ) throws(GitError) -> Bool {
        do { return try cursor.advance() } catch {
            throw .damaged("tree \(id ?? .zero)", "its bytes are no tree")
        }
    }

    // MARK: Writing the pack

    /// Writes the pack of what is sent; returns its length in bytes.
    ///
    /// A large folder is sent as a delta of what it was before, blobs as they are packed here.
    package func write(
        _ outgoing: Outgoing, to path: String, _ form: SentPackForm
    ) throws(GitError) -> Int {
        do throws(GitError) {
            return try writePack(outgoing, to: path, form)
        } catch {
            try? removeFile(path)
            throw error
        }
    }

    private func writePack(
        _ outgoing: Outgoing, to path: String, _ form: SentPackForm
    ) throws(GitError) -> Int {
        var writer = try files { () throws(FileError) in
            try SentPackWriter(
                creating: path, count: outgoing.count, copyingFrom: packFolder,
                usesOffsets: form.usesOffsets)
        }
        var chains: [ObjectID: Int] = [:]
        for id in outgoing.commits + outgoing.tags { try send(id, to: &writer) { _ in false } }
        for folder in outgoing.folders {
            if try !sendDelta(of: folder, outgoing, form, &chains, &writer) {
                try send(folder.id, to: &writer) { _ in false }
            }
        }
        for id in outgoing.blobs { try send(id, to: &writer, isSent: outgoing.contains) }
        let count = writer.byteCount + 20
        do throws(FileError) { try writer.finish() } catch { throw GitError(error) }
        return count
    }

    private func send(
        _ id: ObjectID, to writer: inout SentPackWriter, isSent: (ObjectID) -> Bool
    ) throws(GitError) {
        let isCopied = try files { () throws(FileError) in try writer.copy(id, isSent: isSent) }
        guard !isCopied else { return }
        let (kind, bytes) = try read(id)
        try files { () throws(FileError) in try writer.append(kind, bytes, id: id) }
    }

    /// Smaller trees are sent as they are.
    private static let smallestDelta = 1_024

    private func sendDelta(
        of folder: Outgoing.Folder, _ outgoing: Outgoing, _ form: SentPackForm,
        _ chains: inout [ObjectID: Int], _ writer: inout SentPackWriter
    ) throws(GitError) -> Bool {
        guard let base = folder.before, form.isThin || outgoing.contains(base) else { return false }
        let length = (chains[base] ?? 0) + 1
        guard length < PackWriter.longestChain else { return false }
        let tree = try treeBytes(folder.id)
        guard tree.count >= Self.smallestDelta,
            let delta = ObjectDelta(fromTree: try treeBytes(base), to: tree),
            delta.count * 2 < tree.count
        else { return false }
        chains[folder.id] = length
        try files { () throws(FileError) in try writer.append(delta, of: base, id: folder.id) }
        return true
    }
}
