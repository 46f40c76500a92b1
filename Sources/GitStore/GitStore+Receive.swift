package import GitObjects
package import GitPack

/// What a host said about a pack that it sent.
package struct Reception: Sendable {
    /// What was asked for.
    package var wants: [ObjectID]
    /// Commits whose parents the host left out.
    package var shallow: Set<ObjectID>
    /// Whether the host left blobs out.
    package var isFiltered: Bool
    /// Whether all that the wanted commits lead to was asked for, whatever is here: no more blobs are
    /// missing than this pack says.
    package var isComplete: Bool

    package init(
        of wants: [ObjectID], shallow: Set<ObjectID> = [], isFiltered: Bool = false,
        isComplete: Bool = false
    ) {
        self.wants = wants
        self.shallow = shallow
        self.isFiltered = isFiltered
        self.isComplete = isComplete
    }
}

/// A line of commits of which a partial repository has the newest.
package enum HistoryLine: Sendable {
    case branch, runs
}

extension GitStore {
    /// Whether history or blobs are missing here that a remote has.
    package var isPartial: Bool { cuts.isPartial }

    /// Commits that are here without their parents. A killed run may have noted others, whose pack
    /// did not arrive; a host that is told of them says nothing of them again.
    package var shallowCommits: Set<ObjectID> { cuts.shallow.filter(isHere) }

    /// Whether the object can be read: it is neither missing nor promised.
    package func isHere(_ id: ObjectID) -> Bool {
        holdings.run.contains(id) || holdings.packs.isHere(id) || isLoose(id)
            || alternates.contains(id)
    }

    /// Whether one of the objects cannot be read.
    package func isAnyMissing(of ids: [ObjectID]) -> Bool { !ids.allSatisfy(isHere) }

    /// Returns those of the objects that this repository is known to lack.
    package func missing(of ids: some Sequence<ObjectID>) -> [ObjectID] {
        guard cuts.promised != nil || cuts.lost != nil else { return [] }
        var seen: Set<ObjectID> = []
        return ids.filter { id in
            (isPromised(id) || cuts.lost?.contains(id) ?? false) && !isHere(id)
                && seen.insert(id).inserted
        }
    }

    /// Where the pack that a host sends is to be written. It goes away with the run, unless
    /// ``receive(_:)`` takes it in.
    package func beginReceiving() throws(GitError) -> String {
        receptions += 1
        return try files { () throws(FileError) in
            let names = ReceivedPack.temporaryNames(in: packFolder, unique: receivedName)
            try lock?.willCreate(names)
            temporaries += names
            return names[0]
        }
    }

    /// Copies a pack to where ``receive(_:)`` takes it from.
    package func beginReceiving(copyOf pack: PackFile) throws(GitError) {
        let path = try beginReceiving()
        try files { () throws(FileError) in
            var file = try DurableFile(creating: path)
            while file.count < pack.byteCount {
                try file.write(try pack.read(1 << 20, at: file.count))
            }
            // It reaches the disk when it is received.
            try file.flush()
        }
    }

    /// A file for a pack that is sent; it goes away with the run.
    ///
    /// Not among the objects, where `git gc --prune=now` removes what begins with `tmp_`.
    package func pathForSentPack() throws(GitError) -> String {
        sent += 1
        let path = "\(folder)/tenantkeep/tmp_pack_\(unique)-sent\(sent)"
        try files { () throws(FileError) in try lock?.willCreate([path]) }
        temporaries.append(path)
        return path
    }

    /// Removes the file of a pack that was received or sent.
    package func forget(_ path: String) {
        try? removeFile(path)
    }

    private var receivedName: String { "\(unique)-fetched\(receptions)" }

    var packFolder: String { "\(folder)/objects/pack" }

    /// Verifies the pack that was written where ``beginReceiving()`` said, and makes its objects
    /// readable. No ref moves.
    ///
    /// - Durability: what the pack leaves out is noted on the disk before the pack is visible.
    /// - Throws: ``GitError`` if it is not what was asked for; nothing of it is left then.
    package func receive(_ reception: Reception) throws(GitError) {
        var named = NamedObjects()
        let pack: ReceivedPack
        do throws(PackFault) {
            pack = try ReceivedPack(in: packFolder, unique: receivedName) {
                (id) -> (ObjectKind, [UInt8])? in
                try? read(id)
            } visit: {
                named.visit($0, $1, $2)
            }
        } catch {
            throw Self.refused(error)
        }
        do throws(GitError) {
            let promised = try check(named, reception)
            try publish(pack, named, reception, promised)
        } catch {
            try? pack.finished.discard()
            throw error
        }
    }

    private func publish(
        _ pack: ReceivedPack, _ named: NamedObjects, _ reception: Reception,
        _ promised: Set<ObjectID>
    ) throws(GitError) {
        var shallow: Set<ObjectID> = []
        for id in cuts.shallow.union(reception.shallow) where try isCut(id, named) {
            shallow.insert(id)
        }
        let before = reception.isComplete ? [] : Set(cuts.promised?.ids ?? [])
        let all = before.union(promised)
        // What was promised and has not come with all that the remote has, it has not.
        let lost =
            reception.isComplete
            ? known(missingWithout: named.found).subtracting(all) : Set(cuts.lost?.ids ?? [])
        try files { () throws(FileError) in
            if !shallow.isEmpty || !all.isEmpty || !lost.isEmpty {
                try lock?.willCreate(Cuts.temporaries(in: folder))
                try cuts.replaceLost(in: folder, lost, sharing)
                // Most often a blob has come that was missing, and nothing else is.
                let isSame = cuts.promised != nil && all == before && !reception.isComplete
                try cuts.replace(
                    in: folder, shallow: shallow, promised: isSame ? nil : all, sharing)
            }
            if pack.count > 0 {
                try self.publish(pack.finished)
            } else {
                try pack.finished.discard()
            }
            if shallow.isEmpty, all.isEmpty, lost.isEmpty, cuts.isPartial {
                try cuts.remove(in: folder)
            }
        }
        try refresh()
        try reknow()
    }

    /// All that is known to be missing here, without what a pack has just brought.
    private func known(missingWithout found: Set<ObjectID>) -> Set<ObjectID> {
        let ids = (cuts.promised?.ids ?? []) + (cuts.lost?.ids ?? [])
        return Set(ids.lazy.filter { !found.contains($0) && !self.isHere($0) })
    }

    /// Whether a parent of the commit is missing.
    private func isCut(_ id: ObjectID, _ named: NamedObjects) throws(GitError) -> Bool {
        var parents = named.parents[id] ?? []
        if !named.found.contains(id) {
            guard isHere(id) else { return false }
            do { parents = try Commit(bytes: try read(id, .commit)).parents } catch {
                throw .damaged("commit \(id)", "its bytes are no commit")
            }
        }
        return parents.contains { !named.found.contains($0) && !isHere($0) }
    }

    /// Returns the blobs that the pack names and nobody here has.
    private func check(
        _ named: NamedObjects, _ reception: Reception
    ) throws(GitError) -> Set<ObjectID> {
        func isMissing(_ id: ObjectID) -> Bool { !named.found.contains(id) && !isHere(id) }
        let isCut = { (id: ObjectID) in reception.shallow.contains(id) }
        guard !reception.wants.contains(where: isMissing) else {
            throw Self.incomplete("what was asked for is not in it")
        }
        let parents = named.parents.lazy.filter { !isCut($0.key) }.flatMap(\.value)
        guard !parents.contains(where: isMissing) else {
            throw Self.incomplete("the parent of a commit is neither in it nor here")
        }
        guard !named.trees.contains(where: isMissing) else {
            throw Self.incomplete("a folder is neither in it nor here")
        }
        let promised = Set(named.blobs.lazy.filter { isMissing($0) && !self.isPromised($0) })
        guard reception.isFiltered || promised.isEmpty else {
            throw Self.incomplete("a file is neither in it nor here")
        }
        return promised
    }

    func isPromised(_ id: ObjectID) -> Bool { cuts.promised?.contains(id) ?? false }

    private static func incomplete(_ reason: String) -> GitError {
        GitError(
            .incomplete, "take in what the remote sent", reason: reason,
            hint: "Try again; if it goes on, look at the remote with git fsck.")
    }

    private static func refused(_ fault: PackFault) -> GitError {
        switch fault {
        case .file(let error): GitError(error)
        case .malformed(let reason): incomplete(reason)
        case .cancelled:
            GitError(
                .other, "take in what the remote sent", reason: "it was told to end",
                hint: "Run it again.")
        }
    }

    // MARK: Missing blobs

    /// Sets who is asked for blobs that are missing here.
    ///
    /// - Parameter supply: fetches them and has the store ``receive(_:)`` them, as far as it can.
    package func supplyMissing(by supply: @escaping @Sendable ([ObjectID]) async -> Void) {
        self.supply = supply
    }

    /// Brings blobs here that are missing, in one request; those that cannot be had stay missing.
    package func bring(_ ids: some Sequence<ObjectID>) async {
        let missing = missing(of: ids)
        guard !missing.isEmpty, let supply else { return }
        await supply(missing)
    }

    // MARK: History

    /// Sets who is asked for older commits where history is cut off.
    package func supplyHistory(
        by supply: @escaping @Sendable (HistoryLine, [ObjectID]) async -> Void
    ) {
        historySupply = supply
    }

    /// Brings commits here that are missing, as far as they can be had.
    package func bringHistory(of line: HistoryLine, to commits: [ObjectID]) async {
        let missing = commits.filter { !isHere($0) }
        guard !missing.isEmpty, isPartial, let historySupply else { return }
        await historySupply(line, missing)
    }

    /// Returns a commit's parents. Those that are cut off are brought here first; none if they cannot
    /// be had.
    package func parents(
        of id: ObjectID, on line: HistoryLine
    ) async throws(GitError) -> [ObjectID] {
        if cuts.shallow.contains(id) {
            let bytes = try read(id, .commit)
            await bringHistory(of: line, to: (try? Commit(bytes: bytes).parents) ?? [])
        }
        return try commit(id).parents
    }

    /// A commit and its first parents, the newest first.
    package func firstParents(of tip: ObjectID, limit: Int) throws(GitError) -> [ObjectID] {
        var ids = [tip]
        while ids.count < limit, let last = ids.last,
            let parent = try commit(last).parents.first
        {
            ids.append(parent)
        }
        return ids
    }

    /// The commits that lead to `tip` and not to `known`, parents first.
    package func commits(
        from tip: ObjectID, without known: ObjectID?
    ) throws(GitError) -> [Commit] {
        try CommitWalk(from: [tip], without: [known].compactMap(\.self), in: self)
            .commits.map(\.commit)
    }

    /// Whether `descendant` leads to `ancestor`, or is it.
    ///
    /// Dates decide in which order commits are read, never whether they are: a way to `ancestor` leads
    /// through commits that `ancestor` does not lead to, and all of those are read.
    ///
    /// Cost: the commits that only one of both leads to, and a little beyond; more if clocks went
    /// wrong.
    ///
    /// - Returns: `false` also if history is cut off before, as it is in a partial repository.
    package func isAncestor(
        _ ancestor: ObjectID, of descendant: ObjectID
    ) throws(GitError) -> Bool {
        guard ancestor != descendant else { return true }
        guard isHere(ancestor), isHere(descendant) else { return false }
        return try CommitWalk(from: [descendant], without: [ancestor], in: self).commits
            .contains { $0.commit.parents.contains(ancestor) }
    }
}

/// What the objects of a pack name.
private struct NamedObjects {
    private(set) var found: Set<ObjectID> = []
    /// Of each commit.
    private(set) var parents: [ObjectID: [ObjectID]] = [:]
    private(set) var trees: Set<ObjectID> = []
    private(set) var blobs: Set<ObjectID> = []

    mutating func visit(_ id: ObjectID, _ kind: ObjectKind, _ bytes: [UInt8]) {
        found.insert(id)
        switch kind {
        case .blob, .tag: break
        case .commit:
            guard let commit = try? Commit(bytes: bytes) else { return }
            trees.insert(commit.tree)
            parents[id] = commit.parents
        case .tree:
            var cursor = TreeCursor(bytes)
            while (try? cursor.advance()) == true {
                if cursor.isFolder {
                    trees.insert(cursor.id)
                } else if !cursor.isSubmodule {
                    blobs.insert(cursor.id)
                }
            }
        }
    }
}
