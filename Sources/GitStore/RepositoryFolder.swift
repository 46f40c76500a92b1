import GitObjects
import GitPack
import Glibc

/// What stands at the path of a repository.
enum RepositoryFolder {
    /// Nothing, or an empty folder: a repository can be made here.
    case vacant
    /// A run of ours was killed while it made the repository.
    case halfMade
    case repository

    /// Looks at `path` and changes nothing.
    ///
    /// - Throws: ``GitError`` of kind `notARepository` if it is a place of somebody else's.
    init(at path: String) throws(GitError) {
        guard let names = try Self.names(in: path) else {
            self = .vacant
            return
        }
        if names.isSuperset(of: ["HEAD", "objects", "refs"]) {
            self = .repository
        } else if names.isEmpty {
            self = .vacant
        } else if names.contains("tenantkeep"), names.isSubset(of: Self.ourNames) {
            self = .halfMade
        } else {
            throw Self.refusal(path, names)
        }
    }

    private static let ourNames: Set<String> = [
        "HEAD", "HEAD.lock", "config", "config.lock", "objects", "refs", "tenantkeep",
    ]

    /// Makes the folders, files and first lines of an empty bare repository, or what is missing of
    /// them. Returns when all is on the disk. `HEAD` comes last: with it, it is a repository.
    ///
    /// The two files are made through lock files of git's own names; those of a killed run are
    /// removed first, which the caller's run lock allows.
    static func complete(at path: String, branch: RefName) throws(FileError) {
        let folders = [
            "objects", "objects/info", "objects/pack", "refs", "refs/heads", "refs/tags",
        ]
        for folder in folders { try makeFolder("\(path)/\(folder)") }
        try writeWhole("\(path)/config", configuration)
        for folder in folders.map({ "\(path)/\($0)" }) + [path] { try syncFolder(folder) }
        try writeWhole("\(path)/HEAD", "ref: \(branch)\n")
        try syncFolder(path)
        guard let slash = path.lastIndex(of: "/") else { return try syncFolder(".") }
        try syncFolder(slash == path.startIndex ? "/" : String(path[..<slash]))
    }

    /// Git refuses `.git` in all its spellings by itself only if told to, off Windows and macOS.
    private static let configuration = """
        [core]
        \trepositoryformatversion = 0
        \tfilemode = true
        \tbare = true
        \tprotectHFS = true
        \tprotectNTFS = true

        """

    private static func writeWhole(_ path: String, _ text: String) throws(FileError) {
        try removeFile("\(path).lock")
        var file = try DurableFile(creating: "\(path).lock")
        try file.write(Array(text.utf8))
        try file.sync()
        try renameFile("\(path).lock", to: path)
    }

    /// `nil` if the path does not exist.
    private static func names(in path: String) throws(GitError) -> Set<String>? {
        do throws(FileError) { return try namesInFolder(path).map { Set($0) } } catch {
            throw error.code == ENOTDIR ? refusal(path, []) : GitError(error)
        }
    }

    private static func refusal(_ path: String, _ names: Set<String>) -> GitError {
        let hint =
            names.contains(".git")
            ? "Name a bare repository: git clone --bare \(path) makes one of this work tree."
            : "Name another path with --repo: an existing bare repository, or one that is not there yet."
        return GitError(
            .notARepository, "use \(path)", reason: "it is no bare git repository", hint: hint)
    }
}

/// Makes a folder and those above it; one that is there is no error.
func makeFolder(
    _ path: String, _ sharing: SharedPermissions = .byMask
) throws(FileError) {
    if mkdir(path, 0o777) == 0 { return try sharing.adjust(path) }
    if errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
        throw FileError("create \(path)")
    }
    try makeFolder(String(path[..<slash]), sharing)
    guard mkdir(path, 0o777) == 0 else {
        guard errno == EEXIST else { throw FileError("create \(path)") }
        return
    }
    try sharing.adjust(path)
}
