import CLibgit2
import GitObjects
import Glibc

/// Plays the host of a repository on this machine over standard input and output, where there is no
/// git to do so.
///
/// It speaks version 0 of git's protocol (`gitprotocol-pack`) as a simple host does: it cuts no
/// history, leaves no blobs out, sends no bands and runs no hooks. For a process that does nothing else.
///
/// - Parameter service: `git-upload-pack` or `git-receive-pack`.
/// - Throws: ``GitError`` of kind `notARepository` if there is none at `path`.
package func playHost(of path: String, service: String) throws(GitError) {
    try PathHost(of: path, service: service).run()
}

private struct PathHost: ~Copyable {
    private let repository: Handle<Repository>
    private let isPush: Bool

    init(of path: String, service: String) throws(GitError) {
        _ = Libgit2.isReady
        clg_set(CInt(GIT_OPT_ENABLE_FSYNC_GITDIR.rawValue), 1)
        isPush = service == "git-receive-pack"
        repository = try Handle("open \(path)", or: .notARepository) {
            git_repository_open_ext($0, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil)
        }
    }

    /// Returns when all is said.
    func run() throws(GitError) {
        guard !isPush || git_repository_is_bare(repository.pointer) == 1 else {
            throw GitError(.other, "push", reason: "the repository has a work tree")
        }
        try advertise()
        if isPush { try receive() } else { try send() }
    }

    // MARK: Refs

    private func advertise() throws(GitError) {
        var words = isPush ? " report-status atomic ofs-delta no-thin" : " ofs-delta"
        var lines: [String] = []
        for name in isPush ? try names() : ["HEAD"] + (try names()) {
            guard let id = id(of: name) else { continue }
            lines.append("\(id) \(name)")
            if !isPush, let peeled = target(ofTag: id) { lines.append("\(peeled) \(name)^{}") }
        }
        if lines.isEmpty { lines = ["\(ObjectID.zero) capabilities^{}"] }
        for line in lines {
            Wire.put(words.isEmpty ? "\(line)\n" : "\(line)\0\(words)\n")
            words = ""
        }
        Wire.flush()
    }

    private func names() throws(GitError) -> [String] {
        var list = git_strarray()
        try check("list the refs") { git_reference_list(&list, repository.pointer) }
        defer { git_strarray_dispose(&list) }
        return (0..<list.count).compactMap { list.strings[$0].map { String(cString: $0) } }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func id(of name: String) -> ObjectID? {
        var oid = git_oid()
        guard git_reference_name_to_id(&oid, repository.pointer, name) == 0 else { return nil }
        return ObjectID(oid)
    }

    /// What an annotated tag finally leads to; `nil` of another object.
    private func target(ofTag id: ObjectID) -> ObjectID? {
        var oid = id.oid
        var tag: OpaquePointer?
        var target: OpaquePointer?
        defer {
            git_object_free(target)
            git_object_free(tag)
        }
        guard git_object_lookup(&tag, repository.pointer, &oid, GIT_OBJECT_TAG) == 0,
            git_object_peel(&target, tag, GIT_OBJECT_ANY) == 0
        else { return nil }
        return git_object_id(target).map { ObjectID($0.pointee) }
    }

    // MARK: A fetch

    private func send() throws(GitError) {
        var wants: [ObjectID] = []
        var haves: [ObjectID] = []
        while let line = Wire.line(), line != "done" {
            let parts = line.split(separator: " ")
            guard parts.count > 1, let id = ObjectID(hex: parts[1]) else { continue }
            if parts[0] == "want" { wants.append(id) } else { haves.append(id) }
        }
        guard !wants.isEmpty else { return }
        let common = haves.filter { isHere($0) }
        Wire.put(common.last.map { "ACK \($0)\n" } ?? "NAK\n")
        try sendPack(of: wants, without: common)
    }

    private func isHere(_ id: ObjectID) -> Bool {
        var oid = id.oid
        guard let database = try? objects() else { return false }
        return git_odb_exists(database.pointer, &oid) == 1
    }

    private func objects() throws(GitError) -> Handle<ObjectDatabase> {
        try Handle("open the objects") { git_repository_odb($0, repository.pointer) }
    }

    private func sendPack(
        of wants: [ObjectID], without common: [ObjectID]
    ) throws(GitError) {
        let pack = try Handle<PackBuilder>("make a pack") {
            git_packbuilder_new($0, repository.pointer)
        }
        let walk = try Handle<Walk>("walk the history") {
            git_revwalk_new($0, repository.pointer)
        }
        for id in common {
            var oid = id.oid
            // What is no commit leads nowhere.
            _ = git_revwalk_hide(walk.pointer, &oid)
        }
        for id in wants {
            var (named, tip) = (id.oid, (target(ofTag: id) ?? id).oid)
            try check("pack \(id)") { git_packbuilder_insert(pack.pointer, &named, nil) }
            if git_revwalk_push(walk.pointer, &tip) != 0 {
                try check("pack \(id)") { git_packbuilder_insert_recur(pack.pointer, &tip, nil) }
            }
        }
        try check("pack the history") { git_packbuilder_insert_walk(pack.pointer, walk.pointer) }
        try check("send the pack") {
            git_packbuilder_foreach(
                pack.pointer,
                { bytes, count, _ in
                    Wire.put(UnsafeRawBufferPointer(start: bytes, count: count)) ? 0 : -1
                }, nil)
        }
    }

    // MARK: A push

    private typealias Move = (name: String, old: ObjectID, new: ObjectID)

    private func receive() throws(GitError) {
        var moves: [Move] = []
        while let line = Wire.line(), !line.isEmpty {
            let parts = line.prefix { $0 != "\0" }.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, let old = ObjectID(hex: parts[0]),
                let new = ObjectID(hex: parts[1])
            else { throw GitError(.other, "read what is pushed", reason: "it is no ref") }
            moves.append((String(parts[2]), old, new))
        }
        guard !moves.isEmpty else { return }
        var refusal: String?
        do throws(GitError) { try takePack() } catch { refusal = error.reason }
        Wire.put("unpack \(refusal ?? "ok")\n")
        if refusal == nil {
            do throws(GitError) { try make(moves) } catch { refusal = error.reason }
        }
        for move in moves {
            Wire.put(refusal.map { "ng \(move.name) \($0)\n" } ?? "ok \(move.name)\n")
        }
        Wire.flush()
    }

    private func takePack() throws(GitError) {
        let head = Wire.bytes(12)
        // A pack of nothing is none to libgit2.
        guard head.count == 12, head[8...] != [0, 0, 0, 0] else { return }
        let database = try objects()
        var writer: UnsafeMutablePointer<git_odb_writepack>?
        try check("take the pack") { git_odb_write_pack(&writer, database.pointer, nil, nil) }
        guard let writer else { return }
        defer { writer.pointee.free(writer) }
        var progress = git_indexer_progress()
        var bytes = head
        while !bytes.isEmpty {
            try check("take the pack") {
                writer.pointee.append(writer, bytes, bytes.count, &progress)
            }
            bytes = Wire.bytes(64 << 10)
        }
        try check("take the pack") { writer.pointee.commit(writer, &progress) }
    }

    /// Moves all refs, or none.
    private func make(_ moves: [Move]) throws(GitError) {
        let transaction = try Handle<Transaction>("move refs") {
            git_transaction_new($0, repository.pointer)
        }
        for move in moves {
            try check("lock \(move.name)") {
                git_transaction_lock_ref(transaction.pointer, move.name)
            }
            guard (id(of: move.name) ?? .zero) == move.old else {
                throw GitError(.moved, "move \(move.name)", reason: "fetch first")
            }
            guard isHere(move.new) else {
                throw GitError(
                    .other, "move \(move.name)", reason: "missing necessary objects")
            }
            var new = move.new.oid
            try check("move \(move.name)") {
                git_transaction_set_target(transaction.pointer, move.name, &new, nil, "push")
            }
        }
        try check("move refs") { git_transaction_commit(transaction.pointer) }
    }
}

extension ObjectID {
    fileprivate init(_ oid: git_oid) {
        self = withUnsafeBytes(of: oid) { ObjectID(Array($0.prefix(20)).span) }
    }
}

private enum Repository: HandleKind {
    static func free(_ pointer: OpaquePointer) { git_repository_free(pointer) }
}

private enum PackBuilder: HandleKind {
    static func free(_ pointer: OpaquePointer) { git_packbuilder_free(pointer) }
}

private enum Walk: HandleKind {
    static func free(_ pointer: OpaquePointer) { git_revwalk_free(pointer) }
}

private enum Transaction: HandleKind {
    static func free(_ pointer: OpaquePointer) { git_transaction_free(pointer) }
}

/// Standard input and output, in the lines of git's protocol.
private enum Wire {
    /// The next line without its end; empty for a flush, `nil` at the end of all.
    static func line() -> String? {
        let digits = String(decoding: bytes(4), as: UTF8.self)
        guard let count = Int(digits, radix: 16) else { return nil }
        var text = bytes(max(count - 4, 0))
        if text.last == UInt8(ascii: "\n") { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }

    /// The next bytes; fewer only at the end of all.
    static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let part = read(0, buffer.baseAddress?.advanced(by: filled), count - filled)
                if part < 0 && errno == EINTR { continue }
                guard part > 0 else { return }
                filled += part
            }
        }
    }

    static func put(_ line: String) {
        let digits = String(line.utf8.count + 4, radix: 16)
        let text = String(repeating: "0", count: 4 - digits.count) + digits + line
        _ = Array(text.utf8).withUnsafeBytes { put($0) }
    }

    static func flush() { _ = Array("0000".utf8).withUnsafeBytes { put($0) } }

    static func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var done = 0
        while done < bytes.count {
            let part = write(1, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if part < 0 && errno == EINTR { continue }
            guard part > 0 else { return false }
            done += part
        }
        return true
    }
}
