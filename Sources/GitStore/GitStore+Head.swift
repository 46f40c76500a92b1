package import GitObjects
import GitPack
import Glibc

/// What git keeps beside a ref: `HEAD`, reflogs, and work trees that have the branch checked out.
extension GitStore {
    // MARK: HEAD

    /// The branch that a file like `HEAD` names; `nil` if it names none or is not there.
    private func branch(namedIn path: String) throws(GitError) -> RefName? {
        let bytes = try files { () throws(FileError) in try readFile(path) }
        let words = String(decoding: bytes ?? [], as: UTF8.self).split(
            whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == Self.symbolic else { return nil }
        return RefName(String(words[1]))
    }

    /// Lets `HEAD` name the run's branch if the branch it names was never born, so that a clone is
    /// not empty.
    ///
    /// Nothing that goes wrong here takes the run away; the next one tries again.
    ///
    /// - Returns: the branch that `HEAD` names, if that is another one.
    func settleHead(_ updates: [RefUpdate]) -> RefName? {
        guard case .run(let own) = purpose else { return nil }
        let moved = updates.map(\.name).first { $0.text.hasPrefix("refs/heads/") }
        do throws(GitError) {
            let isBorn = try readRef(own) != nil
            guard let branch = moved ?? (isBorn ? own : nil), branch.text.hasPrefix("refs/heads/"),
                let head = try self.branch(namedIn: "\(folder)/HEAD"), head != branch
            else { return nil }
            guard try readRef(head) == nil else { return head }
            try setHead(branch)
        } catch {}
        return nil
    }

    private func setHead(_ branch: RefName) throws(GitError) {
        var file = try takeLock("\(folder)/HEAD.lock")
        do throws(FileError) {
            try file.write(Array("\(Self.symbolic) \(branch)\n".utf8))
            try file.sync()
            try renameFile(file.path, to: "\(folder)/HEAD")
            try syncFolder(folder)
        } catch {
            file.removeIfInPlace()
            throw GitError(error)
        }
    }

    // MARK: Work trees

    /// The work trees (git-worktree(1)) that have a branch checked out: they do not follow when it
    /// moves.
    package func workTrees(on branch: RefName) throws(GitError) -> [String] {
        let folders = "\(folder)/worktrees"
        let names = try files { () throws(FileError) in try namesInFolder(folders) }
        var found: [String] = []
        for name in (names ?? []).sorted() {
            guard try self.branch(namedIn: "\(folders)/\(name)/HEAD") == branch else { continue }
            let bytes = try files { () throws(FileError) in
                try readFile("\(folders)/\(name)/gitdir")
            }
            let link = String(decoding: bytes ?? [], as: UTF8.self).prefix { $0 != "\n" }
            let path = link.hasPrefix("/") ? String(link) : "\(folders)/\(name)/\(link)"
            // Of a work tree that was removed, git forgets the rest some time later.
            guard link.hasSuffix("/.git"), access(path, F_OK) == 0 else { continue }
            found.append(String(path.dropLast("/.git".utf8.count)))
        }
        return found
    }

    // MARK: Reflogs

    /// Adds the moves to those reflogs that exist. What cannot be written is no reason to say that
    /// the refs have not moved.
    func appendToLogs(_ updates: [RefUpdate], _ reason: String) {
        guard access("\(folder)/logs", F_OK) == 0 else { return }
        var person: Signature?
        for update in updates where person == nil {
            guard let (kind, bytes) = try? read(update.new), kind == .commit else { continue }
            person = (try? Commit(bytes: bytes))?.committer
        }
        guard let person else { return }
        let head = try? branch(namedIn: "\(folder)/HEAD")
        for update in updates {
            let line = "\(update.old ?? .zero) \(update.new) \(person.line)\t\(reason)\n"
            append(line, toLog: update.name.text)
            if update.name == head { append(line, toLog: "HEAD") }
        }
    }

    private func append(_ line: String, toLog name: String) {
        let descriptor = open("\(folder)/logs/\(name)", O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { Glibc.close(descriptor) }
        // One call, so that lines of others are never within it.
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
