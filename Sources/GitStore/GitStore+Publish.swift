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

    /// Puts everything written on the disk, then moves all refs in one step.
    ///
    /// The step is the replacement of `packed-refs`. Killed at any instant, the repository is as it
    /// was or as it will be.
    ///
    /// - Throws: ``GitError`` of kind `moved` if a ref is not where its update says, of kind
    ///   `locked` if somebody else's lock file stood in the way for ten seconds. No ref has moved
    ///   then.
    package func publish(_ updates: [RefUpdate]) throws(GitError) {
        let locks = updates.map { "\(folder)/\($0.name).lock" }
        let packedLock = "\(folder)/packed-refs.lock"
        var made: [String] = []
        do throws(GitError) {
            try files { () throws(FileError) in try lock?.willCreate(locks + [packedLock]) }
            for path in locks {
                try takeLock(path, token: "tenantkeep\n")
                made.append(path)
            }
            try fold(updates.map(\.name), packedLock)
            try publishPack()
            try replacePackedRefs(packedLock) { (packed) throws(GitError) in
                try verify(updates, in: packed)
                for update in updates {
                    packed[update.name] = PackedRefs.Line(id: update.new, peeled: update.peeled)
                }
            }
        } catch {
            for path in made { unlink(path) }
            try? files { () throws(FileError) in try lock?.clear() }
            throw error
        }
        try files { () throws(FileError) in
            for path in made { try removeFile(path) }
            try lock?.clear()
        }
    }

    /// Returns the names of all refs below a prefix, such as `refs/tags/backup/`.
    package func refNames(below prefix: String) throws(GitError) -> [String] {
        var names = Set(try packedRefs().lines.keys.filter { $0.hasPrefix(prefix) })
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
        do throws(FileError) { try written.finish().publish() } catch { throw GitError(error) }
        try refresh()
    }

    // MARK: Packed refs

    private func packedRefs() throws(GitError) -> PackedRefs {
        let path = "\(folder)/packed-refs"
        return try PackedRefs(try files { () throws(FileError) in try readFile(path) })
    }

    /// Locks, reads, edits and replaces `packed-refs`.
    private func replacePackedRefs(
        _ lockPath: String, _ edit: (inout PackedRefs) throws(GitError) -> Void
    ) throws(GitError) {
        var file = try takeLock(lockPath)
        do throws(GitError) {
            var packed = try packedRefs()
            if !packed.isFullyPeeled { try peel(&packed) }
            try edit(&packed)
            try files { () throws(FileError) in
                try file.write(packed.bytes)
                try file.sync()
                try renameFile(lockPath, to: "\(folder)/packed-refs")
                try syncFolder(folder)
            }
        } catch {
            unlink(lockPath)
            throw error
        }
    }

    private func peel(_ packed: inout PackedRefs) throws(GitError) {
        for (name, line) in packed.lines where line.peeled == nil && name.hasPrefix("refs/tags/") {
            if let target = try peeledTarget(of: line.id) { packed.peel(name, to: target) }
        }
    }

    private func verify(_ updates: [RefUpdate], in packed: PackedRefs) throws(GitError) {
        for update in updates {
            let now = packed[update.name]?.id
            guard now == update.old else {
                throw GitError(
                    .moved, "move \(update.name)",
                    reason: "it was moved while this run was going on",
                    hint: "Run the backup again; it starts from where the ref is now.")
            }
            let inTheWay = packed.lines.keys.first {
                $0.hasPrefix("\(update.name)/") || update.name.text.hasPrefix("\($0)/")
            }
            if let inTheWay {
                throw GitError(
                    .other, "create \(update.name)", reason: "\(inTheWay) stands in its way",
                    hint: "Choose another name.")
            }
        }
    }

    // MARK: Loose refs

    /// Moves loose refs, which a person's git makes, into `packed-refs` as they are: a loose ref
    /// would hide the packed one.
    private func fold(_ names: [RefName], _ packedLock: String) throws(GitError) {
        var loose: [(name: RefName, line: PackedRefs.Line)] = []
        for name in names {
            guard let id = try looseRef(name) else { continue }
            loose.append((name, PackedRefs.Line(id: id, peeled: try peeledTarget(of: id))))
        }
        guard !loose.isEmpty else { return }
        try replacePackedRefs(packedLock) { packed in
            for ref in loose { packed[ref.name] = ref.line }
        }
        for ref in loose {
            let path = "\(folder)/\(ref.name)"
            try files { () throws(FileError) in
                try removeFile(path)
                try syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
            }
        }
    }

    private func peeledTarget(of id: ObjectID) throws(GitError) -> ObjectID? {
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

    private func looseRef(_ name: RefName) throws(GitError) -> ObjectID? {
        let path = "\(folder)/\(name)"
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        guard let bytes = try files({ () throws(FileError) in try readFile(path) }) else {
            return nil
        }
        let text = String(decoding: bytes, as: UTF8.self).prefix { !$0.isWhitespace }
        guard let id = ObjectID(hex: text) else {
            throw .damaged("\(name)", "the file holds no object ID")
        }
        return id
    }

    // MARK: Lock files

    /// Creates a lock file; waits ten seconds for somebody else's to go away.
    private func takeLock(_ path: String) throws(GitError) -> DurableFile {
        let slash = path.lastIndex(of: "/") ?? path.endIndex
        var attempt = 0
        while true {
            do throws(FileError) {
                try makeFolder(String(path[..<slash]))
                return try DurableFile(creating: path)
            } catch {
                guard error.code == EEXIST else { throw GitError(error) }
                guard attempt < 100 else { throw Self.lockInTheWay(path) }
                attempt += 1
                usleep(100_000)
            }
        }
    }

    private func takeLock(_ path: String, token: String) throws(GitError) {
        var file = try takeLock(path)
        do throws(FileError) { try file.write(Array(token.utf8)) } catch {
            unlink(path)
            throw GitError(error)
        }
    }

    private static func lockInTheWay(_ path: String) -> GitError {
        GitError(
            .locked, "lock \(path.dropLast(5))", reason: "\(path) was there for ten seconds",
            hint:
                "Another git may be at work. If none is, remove the file and run the backup again.")
    }
}
