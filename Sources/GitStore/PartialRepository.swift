import GitObjects
import GitPack

/// What a repository that began with a remote's tip lacks.
///
/// `shallow` (git's file of that name) lists the commits whose parents are not here;
/// `tenantkeep/partial` lists the blobs that are not here and that the remote has,
/// `tenantkeep/partial-from` says which remote that was and which commits led it to them, and
/// `tenantkeep/partial-lost` lists the blobs that nobody is known to have any more. With any of them
/// the promises about `fsck` and `clone` hold for the remote, not for this repository.
struct Cuts: Sendable {
    /// Commits whose parents are not here.
    var shallow: Set<ObjectID> = []
    /// `nil` for a whole repository.
    var promised: PromisedObjects?
    /// Blobs that are not here and that no remote promises; `nil` if there are none.
    var lost: PromisedObjects?
    /// Commits that a remote had with all that is promised; `nil` if nobody has noted them.
    var vouchers: Set<ObjectID>?

    var isPartial: Bool { promised != nil || lost != nil || !shallow.isEmpty }

    /// The file of promised objects, which marks a partial repository.
    static let mark = "tenantkeep/partial"
    static let lostMark = "tenantkeep/partial-lost"
    static let origin = "tenantkeep/partial-from"

    /// Names that the files have until they are whole.
    static func temporaries(in folder: String) -> [String] {
        [mark, lostMark, origin, "shallow"].map { "\(folder)/\($0).lock" }
    }

    /// None.
    init() {}

    init(of folder: String) throws(GitError) {
        let (lines, origin) = try files { () throws(FileError) in
            promised = try PromisedObjects(at: "\(folder)/\(Self.mark)")
            lost = try PromisedObjects(at: "\(folder)/\(Self.lostMark)")
            return (
                try readFile("\(folder)/shallow") ?? [],
                try readFile("\(folder)/\(Self.origin)")
            )
        }
        vouchers = origin.map(Self.vouchers)
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            guard let id = ObjectID(hex: String(decoding: line, as: UTF8.self)) else {
                throw .damaged("shallow", "a line of it is no object ID")
            }
            shallow.insert(id)
        }
    }

    /// The commits among the lines of ``origin``; other lines are of a later version.
    private static func vouchers(_ bytes: [UInt8]) -> Set<ObjectID> {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return Set(
            lines.compactMap { line in
                line.hasPrefix("commit ") ? ObjectID(hex: line.dropFirst("commit ".count)) : nil
            })
    }

    /// Notes who has what is promised, and by which commits it can be known again.
    mutating func replaceOrigin(
        in folder: String, remote: String, vouchers: Set<ObjectID>, _ sharing: SharedPermissions
    ) throws(FileError) {
        let path = "\(folder)/\(Self.origin)"
        var text = "remote \(remote)\n"
        for id in vouchers.sorted() { text += "commit \(id)\n" }
        var file = try DurableFile(creating: "\(path).lock")
        try file.write(Array(text.utf8))
        try file.sync()
        try sharing.adjust(file.path)
        try renameFile(file.path, to: path)
        try syncFolder("\(folder)/tenantkeep")
        self.vouchers = vouchers
    }

    /// Writes what is lost; no file if nothing is.
    mutating func replaceLost(
        in folder: String, _ ids: Set<ObjectID>, _ sharing: SharedPermissions
    ) throws(FileError) {
        guard ids != Set(lost?.ids ?? []) else { return }
        let path = "\(folder)/\(Self.lostMark)"
        guard !ids.isEmpty else {
            try removeFile(path)
            try syncFolder("\(folder)/tenantkeep")
            return lost = nil
        }
        try PromisedObjects.write(ids, to: path, temporary: "\(path).lock")
        try sharing.adjust(path)
        lost = try PromisedObjects(at: path)
    }

    /// Writes both files; returns when they are on the disk.
    ///
    /// - Parameter promised: `nil` leaves a file that is there as it is.
    mutating func replace(
        in folder: String, shallow: Set<ObjectID>, promised ids: Set<ObjectID>?,
        _ sharing: SharedPermissions
    ) throws(FileError) {
        if let ids {
            let path = "\(folder)/\(Self.mark)"
            try PromisedObjects.write(ids, to: path, temporary: "\(path).lock")
            try sharing.adjust(path)
            promised = try PromisedObjects(at: path)
        }
        guard shallow != self.shallow else { return }
        let path = "\(folder)/shallow"
        var file = try DurableFile(creating: "\(path).lock")
        let lines = shallow.sorted().map { "\($0)\n" }.joined()
        try file.write(Array(lines.utf8))
        try file.sync()
        try sharing.adjust(file.path)
        try renameFile(file.path, to: path)
        try syncFolder(folder)
        self.shallow = shallow
    }

    /// Removes all files: nothing is missing any more.
    mutating func remove(in folder: String) throws(FileError) {
        try removeFile("\(folder)/shallow")
        for name in [Self.lostMark, Self.origin, Self.mark] {
            try removeFile("\(folder)/\(name)")
        }
        try syncFolder("\(folder)/tenantkeep")
        try syncFolder(folder)
        self = Cuts()
    }
}
