import GitObjects
import GitPack

/// What a repository that began with a remote's tip lacks.
///
/// `shallow` (git's file of that name) lists the commits whose parents are not here;
/// `tenantkeep/partial` lists the blobs that are not here and that the remote has. With either the
/// promises about `fsck` and `clone` hold for the remote, not for this repository.
struct Cuts: Sendable {
    /// Commits whose parents are not here.
    var shallow: Set<ObjectID> = []
    /// `nil` for a whole repository.
    var promised: PromisedObjects?

    var isPartial: Bool { promised != nil || !shallow.isEmpty }

    /// The file of promised objects, which marks a partial repository.
    static let mark = "tenantkeep/partial"

    /// None.
    init() {}

    init(of folder: String) throws(GitError) {
        let (lines, promised) = try files { () throws(FileError) in
            (
                try readFile("\(folder)/shallow") ?? [],
                try PromisedObjects(at: "\(folder)/\(Self.mark)")
            )
        }
        self.promised = promised
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            guard let id = ObjectID(hex: String(decoding: line, as: UTF8.self)) else {
                throw .damaged("shallow", "a line of it is no object ID")
            }
            shallow.insert(id)
        }
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

    /// Removes both files: nothing is missing any more.
    mutating func remove(in folder: String) throws(FileError) {
        try removeFile("\(folder)/shallow")
        try removeFile("\(folder)/\(Self.mark)")
        try syncFolder(folder)
        self = Cuts()
    }
}
