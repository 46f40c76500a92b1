import CLibgit2
package import GitObjects
package import GitPack
import Glibc

/// Reads one bare repository, and writes one run into it.
///
/// An object is its kind and its bytes. Writing the same object twice stores it once and returns
/// the same ``ObjectID``, so callers never check first.
///
/// - Durability: nothing a store writes can be seen until ``publish(_:)`` names it, and then all of
///   it at once. A run that stops half-way, however it stops, leaves the last backup as it was.
/// - Concurrency: one run at a time holds a repository; a thread of its own does the work.
/// - Memory: one object at a time, the last large tree, and 40 bytes for each object written.
/// - Errors: every method throws ``GitError`` and leaves the store usable.
package actor GitStore {
    /// What a store is opened for.
    package enum Purpose: Sendable {
        /// To look: needs a repository, takes no lock.
        case reading
        /// To hand objects out: the same, for one who asks what is here.
        case serving
        /// To see what a run would do: a repository that is not there yet is an empty one, and what
        /// is written gets its ID and is let go.
        case preview
        /// To write a run: takes the run lock, and makes the repository if need be.
        case run(branch: RefName)
    }

    let folder: String
    let purpose: Purpose
    var lock: RunLock?
    let settings: RepositorySettings
    /// `.keep` files beside this run's packs, and those of a dead run.
    var keepFiles: [KeepFile] = []
    var inheritedKeepFiles: [String]
    /// Packs that objects were found in since the run began.
    var packsUsed: Set<String> = []
    private let database: Handle<ObjectDatabase>?
    var pack: PackWriter?
    /// What need not be written. In a preview, the run's part stays empty.
    package internal(set) var holdings: Holdings
    /// What is missing here and a remote has.
    var cuts = Cuts()
    /// Packs received and sent so far, which number their temporary files.
    var supply: (@Sendable ([ObjectID]) async -> Void)?
    var historySupply: (@Sendable (HistoryLine, [ObjectID]) async -> Void)?
    /// Whether a person's git has left objects in files of their own.
    var hasLooseObjects = false
    /// Where git borrows objects from.
    let alternates: Alternates
    var receptions = 0
    /// Files of packs that are received or sent, which go with the run.
    var temporaries: [String] = []
    var sent = 0
    /// New objects of a preview, which nothing else keeps.
    private var previewed: [PackChunk] = []
    /// The last large tree that was read: it is compared first, then edited.
    private var lastTree: (id: ObjectID, bytes: [UInt8])?
    /// `packed-refs` as it was when it was last read, which takes longer than to compare it.
    var lastRefs: (bytes: [UInt8]?, refs: PackedRefs)?
    let unique: String
    let waitsForLock: @Sendable (_ attempt: Int) -> Bool
    private let thread = OwnThread("tenantkeep.store")

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    /// Opens the repository at `path`.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working folder; a trailing slash is ignored.
    ///   - unique: names this run's temporary files.
    ///   - waitsForLock: called when a lock file of somebody else is in the way, with 1, 2 and so
    ///     on; returns, after a pause, whether to look again.
    /// - Throws: ``GitError`` of kind `held`, `notARepository` or `damaged`.
    package init(
        at path: String, for purpose: Purpose, unique: String,
        waitsForLock: @escaping @Sendable (_ attempt: Int) -> Bool = tenSeconds
    ) throws(GitError) {
        _ = Libgit2.isReady
        let folder = Self.normalized(path)
        self.folder = folder
        self.purpose = purpose
        self.unique = unique
        self.waitsForLock = waitsForLock
        var found = try RepositoryFolder(at: folder)
        let settings = try found == .repository ? RepositorySettings(of: folder) : .init()
        self.settings = settings
        switch purpose {
        case .run(let branch):
            // Before anything is made in it, so that a place of somebody else's stays as it is.
            if found == .repository { _ = try Self.openDatabase(folder, settings) }
            try files { () throws(FileError) in
                try makeFolder("\(folder)/tenantkeep", settings.sharing)
            }
            let runLock = try RunLock(of: folder, settings.sharing)
            inheritedKeepFiles = runLock.inheritedKeepFiles
            lock = consume runLock
            found = try RepositoryFolder(at: folder)
            if found != .repository {
                try files { () throws(FileError) in
                    try RepositoryFolder.complete(at: folder, branch: branch)
                }
            }
            database = try Self.openDatabase(folder, settings)
        case .preview where found != .repository:
            lock = nil
            inheritedKeepFiles = []
            database = nil
        case .preview, .reading, .serving:
            lock = nil
            inheritedKeepFiles = []
            guard found == .repository else {
                throw GitError(
                    .notARepository, "read \(folder)", reason: "there is no repository yet",
                    hint: "Make the first backup, or name another path with --repo.")
            }
            database = try Self.openDatabase(folder, settings)
        }
        alternates = try Alternates(of: folder)
        cuts = try Cuts(of: folder)
        hasLooseObjects = try Self.hasLooseObjects(folder)
        holdings = Holdings(
            packs: try Self.knownObjects(folder, purpose, cuts.promised), run: WrittenObjects())
        packsUsed = holdings.packs.paths
    }

    var sharing: SharedPermissions { settings.sharing }

    static func hasLooseObjects(_ folder: String) throws(GitError) -> Bool {
        let names = try files { () throws(FileError) in try namesInFolder("\(folder)/objects") }
        return names?.contains { $0.utf8.count == 2 } ?? false
    }

    /// Readers ask only what is missing.
    private static func knownObjects(
        _ folder: String, _ purpose: Purpose, _ promised: PromisedObjects?
    ) throws(GitError) -> KnownObjects {
        if case .reading = purpose, promised == nil { return KnownObjects() }
        return try files { () throws(FileError) in
            try KnownObjects(in: "\(folder)/objects/pack", promised: promised)
        }
    }

    /// A hundred pauses of a tenth of a second.
    package static let tenSeconds: @Sendable (_ attempt: Int) -> Bool = { attempt in
        usleep(100_000)
        return attempt < 100
    }

    private static func normalized(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }

    private static func openDatabase(
        _ folder: String, _ settings: RepositorySettings
    ) throws(GitError) -> Handle<ObjectDatabase> {
        var repository: OpaquePointer?
        try check("open \(folder)", or: .notARepository) {
            // Not `git_repository_open_bare`, which takes the `.git` of a work tree for bare.
            let flags =
                GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue | GIT_REPOSITORY_OPEN_NO_DOTGIT.rawValue
            return git_repository_open_ext(&repository, folder, flags, nil)
        }
        defer { git_repository_free(repository) }
        guard settings.isBare ?? (git_repository_is_bare(repository) == 1) else {
            throw GitError(
                .notARepository, "use \(folder)", reason: "it belongs to a work tree",
                hint: "Name a bare repository: git clone --bare makes one.")
        }
        return try Handle("open the objects of \(folder)") { git_repository_odb($0, repository) }
    }

    /// The database for the length of one method; `nil` if there is no repository.
    private var openDatabase: OpaquePointer? {
        switch database {
        case .some(let handle): handle.pointer
        case .none: nil
        }
    }

    // MARK: Reading

    /// Returns an object that something names.
    ///
    /// - Throws: ``GitError`` of kind `damaged` if it is not there, is unreadable or of another
    ///   kind.
    package func read(_ id: ObjectID, _ kind: ObjectKind) throws(GitError) -> [UInt8] {
        let (found, bytes) = try read(id)
        guard found == kind else {
            throw .damaged("\(kind.word) \(id)", "it is a \(found.word)")
        }
        return bytes
    }

    /// Returns an object of any kind.
    package func read(_ id: ObjectID) throws(GitError) -> (ObjectKind, [UInt8]) {
        for chunk in previewed {
            if let object = chunk.read(id) { return object }
        }
        let written = try files { () throws(FileError) in try pack?.read(id) }
        if let written { return written }
        guard let database = openDatabase else {
            throw .damaged("object \(id)", "there is no repository")
        }
        let file = try looseFile(id)
        if let loose = file.flatMap({ LooseObject(file: $0, id: id) }) {
            return (loose.kind, loose.bytes)
        }
        // libgit2 never returns from a file that is cut short.
        if file != nil || alternates.hasLooseFile(of: id) {
            return try anyCopy(of: id, "its file is not whole")
        }
        var oid = id.oid
        let object: Handle<StoredObject>
        do {
            object = try Handle("read object \(id)", or: .damaged) {
                git_odb_read($0, database, &oid)
            }
        } catch {
            return try anyCopy(of: id, error.reason)
        }
        let code = git_odb_object_type(object.pointer).rawValue
        guard let kind = ObjectKind(rawValue: UInt8(clamping: code)) else {
            throw .damaged("object \(id)", "its kind is unknown")
        }
        let bytes = UnsafeRawBufferPointer(
            start: git_odb_object_data(object.pointer), count: git_odb_object_size(object.pointer))
        return (kind, Array(bytes))
    }

    /// Returns an object of which one copy is missing or damaged from any other that is whole.
    private func anyCopy(
        of id: ObjectID, _ reason: String
    ) throws(GitError) -> (ObjectKind, [UInt8]) {
        if let loose = try alternates.looseObject(id) { return (loose.kind, loose.bytes) }
        let folders = [packFolder] + alternates.folders.map { "\($0)/pack" }
        let packed = try files { () throws(FileError) in try wholePackedObject(id, in: folders) }
        if let packed { return packed }
        if let promisor = settings.promisor, !isHere(id) {
            throw .partialClone(of: promisor, folder, id)
        }
        throw .damaged("object \(id)", reason)
    }

    /// Whether a person's git has left the object, whole, in a file of its own.
    func isLoose(_ id: ObjectID) -> Bool {
        guard hasLooseObjects, let file = try? looseFile(id) else { return false }
        return LooseObject(file: file, id: id) != nil
    }

    /// The file in which a person's git has left an object; `nil` if there is none.
    private func looseFile(_ id: ObjectID) throws(GitError) -> [UInt8]? {
        try files { () throws(FileError) in
            try readFile(LooseObject.path(of: id, in: "\(folder)/objects"))
        }
    }

    /// Returns blobs that something names; `nil` for those that a preview has let go of, or cannot
    /// read, and for those that are missing here and cannot be had.
    package func blobsIfKept(_ ids: [ObjectID]) async throws(GitError) -> [[UInt8]?] {
        await bring(ids)
        let missing = Set(missing(of: ids))
        var blobs: [[UInt8]?] = []
        for id in ids {
            guard !missing.contains(id) else {
                blobs.append(nil)
                continue
            }
            guard case .preview = purpose else {
                blobs.append(try read(id, .blob))
                continue
            }
            blobs.append(try? read(id, .blob))
        }
        return blobs
    }

    /// Returns the bytes of a tree that something names.
    package func treeBytes(_ id: ObjectID) throws(GitError) -> [UInt8] {
        if let lastTree, lastTree.id == id { return lastTree.bytes }
        let bytes = try read(id, .tree)
        if bytes.count >= 1 << 16 { lastTree = (id, bytes) }
        return bytes
    }

    /// Returns the entries of a tree that something names, in tree order.
    package func tree(_ id: ObjectID) throws(GitError) -> [TreeEntry] {
        var reader = TreeReader(try treeBytes(id))
        var entries: [TreeEntry] = []
        do {
            while let entry = try reader.next() { entries.append(entry) }
        } catch {
            throw .damaged("tree \(id)", "its bytes are no tree")
        }
        return entries
    }

    /// Returns a commit that something names. Where history was cut off it has no parents.
    package func commit(_ id: ObjectID) throws(GitError) -> Commit {
        let bytes = try read(id, .commit)
        let commit: Commit
        do { commit = try Commit(bytes: bytes) } catch {
            throw .damaged("commit \(id)", "its bytes are no commit")
        }
        guard cuts.shallow.contains(id) else { return commit }
        return Commit(
            tree: commit.tree, parents: [], author: commit.author, committer: commit.committer,
            message: commit.message)
    }

    // MARK: Writing

    /// Writes an object, unless it is there.
    @discardableResult
    package func write(_ kind: ObjectKind, _ bytes: [UInt8]) throws(GitError) -> ObjectID {
        let id = ObjectID(of: kind, bytes.span)
        guard !holdings.contains(id) else { return id }
        guard case .run = purpose else {
            if kind == .blob { preview(bytes) }
            return id
        }
        try files { () throws(FileError) in
            try beginPack()
            try pack?.append(kind, bytes.span, id: id)
        }
        return id
    }

    /// Writes the objects of a page, but for those that are there.
    package func append(_ chunk: PackChunk) throws(GitError) {
        guard case .run = purpose else {
            keep(chunk)
            return
        }
        try files { () throws(FileError) in
            try beginPack()
            try pack?.append(chunk)
        }
    }

    /// Keeps new objects of a preview: enough to name what would change, but a preview of a first
    /// backup is not held in memory.
    private func keep(_ chunk: PackChunk) {
        guard previewed.reduce(0, { $0 + $1.byteCount }) < 16 << 20 else { return }
        previewed.append(chunk)
    }

    private func preview(_ blob: [UInt8]) {
        var packer = ChunkPacker(holdings)
        _ = packer.append(.blob, blob.span)
        keep(packer.finish())
    }

    /// Writes what one folder's tree was after each commit of a run, the oldest first.
    package func write(_ versions: [TreeVersion]) throws(GitError) {
        guard case .run = purpose else { return }
        let ids = versions.map(\.id)
        var bases: Set<Int> = []
        for (place, version) in versions.enumerated() {
            if let ahead = version.ahead { bases.insert(place + ahead) }
        }
        for (place, version) in versions.enumerated().reversed() {
            try write(version.form, ids, place, isBase: bases.contains(place))
        }
    }

    /// - Parameter isBase: whether a delta is made of it. Its base has to be in the same pack, whatever
    ///   else is there.
    private func write(
        _ form: TreeVersion.Form, _ ids: [ObjectID], _ place: Int, isBase: Bool
    ) throws(GitError) {
        let id = ids[place]
        switch form {
        case .whole(let bytes):
            if bytes.isEmpty || !isBase && holdings.contains(id) { return }
            try files { () throws(FileError) in
                try beginPack()
                try pack?.append(tree: bytes, id: id)
            }
        case .delta(let delta, let ahead):
            let base = ids[place + ahead]
            try files { () throws(FileError) in try pack?.append(delta, of: base, id: id) }
        }
    }

    private func beginPack() throws(FileError) {
        guard pack == nil else { return }
        let packFolder = "\(folder)/objects/pack"
        try lock?.willCreate(PackWriter.temporaryNames(in: packFolder, unique: unique))
        pack = try PackWriter(in: packFolder, unique: unique, written: holdings.run)
    }

    /// Makes the objects of a published pack readable.
    func refresh() throws(GitError) {
        guard let database = openDatabase else { return }
        try check("read \(folder)/objects/pack") { git_odb_refresh(database) }
    }

    /// Ends the run: lets go of what was written and not published, and of the repository.
    package func close() throws(GitError) {
        defer { lock = nil }
        for path in temporaries { unlink(path) }
        removeKeepFiles()
        if let abandoned = pack.take() {
            do throws(FileError) { try abandoned.discard() } catch { throw GitError(error) }
        }
        try files { () throws(FileError) in try clearList() }
    }
}

extension ObjectID {
    /// The ID as libgit2 wants it.
    var oid: git_oid {
        var oid = git_oid()
        withUnsafeMutableBytes(of: &oid) { $0.copyBytes(from: bytes) }
        return oid
    }
}
