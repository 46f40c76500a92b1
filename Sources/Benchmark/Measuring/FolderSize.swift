import Foundation

/// What the files below a folder take.
struct FolderSize: Codable {
    /// The sum of the files' lengths.
    private(set) var bytes = 0
    /// What they occupy on the disk, folders included, as `du` says.
    private(set) var onDisk = 0

    init(of path: String) throws {
        try add(path)
        guard let files = FileManager.default.enumerator(atPath: path) else {
            throw Failed("Could not list \(path).")
        }
        while let file = files.nextObject() as? String { try add("\(path)/\(file)") }
    }

    private mutating func add(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw Failed("Could not look at \(path).") }
        if status.st_mode & S_IFMT == S_IFREG { bytes += Int(status.st_size) }
        onDisk += Int(status.st_blocks) * 512
    }
}
