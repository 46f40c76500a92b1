package import GitObjects
import GitPack
import Glibc

/// One ref's move.
package struct RefUpdate: Hashable, Sendable {
    package let name: RefName
    /// Where the run found the ref; `nil` if it was not there.
    package let old: ObjectID?
    package let new: ObjectID
    /// What an annotated tag leads to; `nil` for every other object.
    package let peeled: ObjectID?

    package init(_ name: RefName, from old: ObjectID?, to new: ObjectID, peeled: ObjectID? = nil) {
        self.name = name
        self.old = old
        self.new = new
        self.peeled = peeled
    }
}

extension GitStore {
    /// Returns where a ref points; `nil` if it does not exist.
    package func readRef(_ name: RefName) throws(GitError) -> ObjectID? {
        if let loose = try looseRef(name) { return loose }
        return try packedRefs()[name]?.id
    }

    /// Returns where those of the refs point that exist; looks through the list of refs once.
    package func readRefs(
        _ names: some Collection<RefName>
    ) throws(GitError) -> [RefName: ObjectID] {
        var found: [RefName: ObjectID] = [:]
        for name in names { found[name] = try looseRef(name) }
        // Later, for a ref that somebody packs meanwhile.
        let packed = try packedRefs()
        for name in names where found[name] == nil { found[name] = packed[name]?.id }
        return found
    }

    /// Puts everything written on the disk, then moves all refs in one step.
    ///
    /// The step is the replacement of `packed-refs`. Killed at any instant, the repository is as it
    /// was or as it will be. A pack that nothing leads to yet has a `.keep` beside it until then, so
    /// that no git at work removes it.
    ///
    /// - Parameter reason: what the reflogs say of the move.
    /// - Returns: what is to be said of it; the refs have moved, whatever it is.
    /// - Throws: ``GitError`` of kind `moved` if a ref is not where its update says, of kind
    ///   `locked` if somebody else's lock file stood in the way for ten seconds. No ref has moved
    ///   then, and ``close()`` removes what was written.
    @discardableResult
    package func publish(
        _ updates: [RefUpdate], reason: String = "backup"
    ) throws(GitError) -> Publication {
        try verify(updates)
        var locks: [RefLock] = []
        defer { for lock in locks { lock.release() } }
        for update in updates { locks.append(try lock(update.name)) }
        // Again, now that nobody can move them; before anything is made visible, so that a stale
        // run leaves no objects.
        try verify(updates)
        try fold(updates.map(\.name))
        try publishPack()
        var publication = Publication()
        publication.unsynced = try replacePackedRefs { (packed) throws(GitError) in
            try expectReadable(updates)
            for update in updates {
                guard packed[update.name]?.id == update.old else { throw Self.moved(update.name) }
                packed[update.name] = PackedRefs.Line(id: update.new, peeled: update.peeled)
            }
            for lock in locks where !lock.isOurs { throw Self.lockTaken(lock.path) }
        }
        // The refs have moved. From here on nothing throws.
        appendToLogs(updates, reason)
        publication.otherHead = settleHead(updates)
        removeKeepFiles()
        // A list of files that are gone does no harm to the next run.
        try? files { () throws(FileError) in try clearList() }
        return publication
    }

    /// Removes refs that something else keeps, each if it is where it is said to be.
    ///
    /// - Throws: as ``publish(_:reason:)``; the refs are as they were then.
    package func remove(_ refs: [RefName: ObjectID]) throws(GitError) {
        let names = refs.keys.sorted()
        var locks: [RefLock] = []
        defer { for lock in locks { lock.release() } }
        for name in names { locks.append(try lock(name)) }
        try fold(names)
        let unsynced = try replacePackedRefs { (packed) throws(GitError) in
            for name in names {
                guard packed[name]?.id == refs[name] else { throw Self.moved(name) }
                packed[name] = nil
            }
            for lock in locks where !lock.isOurs { throw Self.lockTaken(lock.path) }
        }
        if let unsynced { throw unsynced }
    }

    /// Returns all refs, but symbolic ones and those whose names this program would not write.
    package func refs() throws(GitError) -> [RefName: ObjectID] {
        var refs: [RefName: ObjectID] = [:]
        for (name, line) in try packedRefs().lines {
            if let ref = RefName(String(decoding: name, as: UTF8.self)) { refs[ref] = line.id }
        }
        for ref in try looseNames(in: "refs").compactMap({ RefName($0) }) {
            guard try looseText(ref)?.hasPrefix(Self.symbolic) == false else { continue }
            refs[ref] = try looseRef(ref)
        }
        return refs
    }

    /// Returns the names of all refs below a prefix, such as `refs/tags/backup/`.
    package func refNames(below prefix: String) throws(GitError) -> [String] {
        var names = Set(try packedRefs().names(below: prefix))
        let loose = try looseNames(in: String(prefix.dropLast()))
        names.formUnion(loose)
        return names.sorted()
    }

    private func looseNames(in path: String) throws(GitError) -> [String] {
        guard let directory = opendir("\(folder)/\(path)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != "..", !name.hasSuffix(".lock") else { continue }
            if entry.pointee.d_type == UInt8(DT_DIR) {
                names += try looseNames(in: "\(path)/\(name)")
            } else {
                names.append("\(path)/\(name)")
            }
        }
        return names
    }

    private func publishPack() throws(GitError) {
        guard let written = pack.take() else { return }
        do throws(FileError) { try publish(try written.finish()) } catch { throw GitError(error) }
        try refresh()
        try reknow()
    }

    /// Looks at the objects anew, now that there are others.
    func reknow() throws(GitError) {
        hasLooseObjects = try Self.hasLooseObjects(folder)
        holdings = try files { () throws(FileError) in
            Holdings(
                packs: try KnownObjects(in: packFolder, promised: cuts.promised), run: holdings.run)
        }
        packsUsed.formUnion(holdings.packs.paths)
    }

    // MARK: Packed refs

    private func packedRefs() throws(GitError) -> PackedRefs {
        let path = "\(folder)/packed-refs"
        let bytes = try files { () throws(FileError) in try readFile(path) }
        if let lastRefs, lastRefs.bytes == bytes { return lastRefs.refs }
        let refs = try PackedRefs(bytes)
        lastRefs = (bytes, refs)
        return refs
    }

    /// Locks, reads, edits and replaces `packed-refs`, or the file it is a symbolic link to.
    ///
    /// - Returns: why the replacement may not be on the disk; `nil` if it is.
    /// - Throws: if it was not replaced.
    private func replacePackedRefs(
        _ edit: (inout PackedRefs) throws(GitError) -> Void
    ) throws(GitError) -> GitError? {
        let path = try files { () throws(FileError) in try resolvedLink("\(folder)/packed-refs") }
        var file = try takeLock("\(path).lock", noted: "\(folder)/packed-refs.lock")
        do throws(GitError) {
            var packed = try packedRefs()
            if !packed.isFullyPeeled { try peel(&packed) }
            try edit(&packed)
            try files { () throws(FileError) in
                try file.write(packed.bytes)
                try file.sync()
            }
            guard file.isInPlace else { throw Self.lockTaken(file.path) }
            try files { () throws(FileError) in try renameFile(file.path, to: path) }
        } catch {
            file.removeIfInPlace()
            throw error
        }
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        do throws(FileError) { try syncFolder(String(path[..<slash])) } catch {
            return GitError(error)
        }
        return nil
    }

    /// Adds what an older git left out. A broken ref of somebody else's stays as it is, as it does
    /// for git.
    private func peel(_ packed: inout PackedRefs) throws(GitError) {
        for (name, line) in packed.lines where line.peeled == nil {
            do throws(GitError) {
                if let target = try peeledTarget(of: line.id) { packed.peel(name, to: target) }
            } catch {
                guard error.kind == .damaged else { throw error }
            }
        }
    }

    /// Checks that every ref is where the run found it, and that a new one can be made.
    private func verify(_ updates: [RefUpdate]) throws(GitError) {
        let now = try readRefs(updates.map(\.name))
        for update in updates {
            guard now[update.name] == update.old else { throw Self.moved(update.name) }
            guard update.old == nil, let other = try refInTheWay(of: update.name) else { continue }
            throw GitError(
                .other, "create \(update.name)", reason: "\(other) stands in its way",
                hint: "Choose another name.")
        }
    }

    /// A ref that is a folder of this one, or below it: git can keep only one of both.
    private func refInTheWay(of name: RefName) throws(GitError) -> String? {
        if let below = try refNames(below: "\(name)/").first { return below }
        var parts = name.text.split(separator: "/").dropLast()
        while parts.count > 2 {
            if let above = RefName(parts.joined(separator: "/")), try readRef(above) != nil {
                return above.text
            }
            parts = parts.dropLast()
        }
        return nil
    }

    private static func moved(_ name: RefName) -> GitError {
        GitError(
            .moved, "move \(name)", reason: "it was moved while this run was going on",
            hint: "Run the backup again; it starts from where the ref is now.")
    }

    // MARK: Loose refs

    /// Moves loose refs, which a person's git makes, into `packed-refs` as they are: a loose ref
    /// would hide the packed one.
    private func fold(_ names: [RefName]) throws(GitError) {
        var loose: [(name: RefName, line: PackedRefs.Line)] = []
        for name in names {
            guard let id = try looseRef(name) else { continue }
            loose.append((name, PackedRefs.Line(id: id, peeled: try peeledTarget(of: id))))
        }
        guard !loose.isEmpty else { return }
        let unsynced = try replacePackedRefs { packed in
            for ref in loose { packed[ref.name] = ref.line }
        }
        // A power cut could take the copies; no ref has moved.
        if let unsynced { throw unsynced }
        for ref in loose {
            let path = "\(folder)/\(ref.name)"
            try files { () throws(FileError) in
                try removeFile(path)
                try syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
            }
        }
    }

    /// What an annotated tag leads to in the end; `nil` for every other object.
    package func peeledTarget(of id: ObjectID) throws(GitError) -> ObjectID? {
        var (kind, bytes) = try read(id)
        var target: ObjectID?
        while kind == .tag {
            let next: ObjectID
            do { next = try Tag.target(of: bytes) } catch {
                throw .damaged("tag \(target ?? id)", "its bytes are no tag")
            }
            target = next
            (kind, bytes) = try read(next)
        }
        return target
    }

    /// What the file of a ref that stands for another begins with.
    static let symbolic = "ref:"

    /// The first word of a ref's own file; `nil` if it has none.
    private func looseText(_ name: RefName) throws(GitError) -> Substring? {
        let path = "\(folder)/\(name)"
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let bytes = try files { () throws(FileError) in try readFile(path) }
        return bytes.map { String(decoding: $0, as: UTF8.self).prefix { !$0.isWhitespace } }
    }

    private func looseRef(_ name: RefName) throws(GitError) -> ObjectID? {
        guard let text = try looseText(name) else { return nil }
        if text.hasPrefix(Self.symbolic) {
            throw GitError(
                .other, "use \(name)", reason: "it only stands for another ref",
                hint: "Name the branch it leads to.")
        }
        guard let id = ObjectID(hex: text) else {
            throw .damaged("\(name)", "the file holds no object ID")
        }
        return id
    }
}
