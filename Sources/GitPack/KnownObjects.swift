package import GitObjects
import Glibc

/// The objects in a repository's packs, as they were when this was made.
///
/// Only whole pairs of pack and index count, and no loose objects: what is thought to be missing is
/// written once more, which does no harm; what is thought to be there and is not would be lost.
///
/// Cost: one reading of the folder, when it is made. A look-up never goes to the folder again.
package struct KnownObjects: Sendable {
    private let indexes: [PackIndexFile]
    /// The packs, each by its path without an extension.
    package let paths: Set<String>
    /// Objects of which it is known that a remote has them.
    private let promised: PromisedObjects?

    /// No objects.
    package init() {
        indexes = []
        paths = []
        promised = nil
    }

    /// - Parameters:
    ///   - folder: the repository's `objects/pack`; none is an empty one.
    ///   - promised: what counts as present without being here.
    package init(in folder: String, promised: PromisedObjects? = nil) throws(FileError) {
        // The largest first: it is the likeliest.
        let pairs = try PackPair.all(in: folder)
        indexes = pairs.map(\.index).sorted { $0.count > $1.count }
        paths = Set(pairs.map(\.path))
        self.promised = promised
    }

    package var isEmpty: Bool { indexes.isEmpty && promised == nil }

    /// Whether the object need not be written: a pack holds it, or a remote is known to.
    package func contains(_ id: ObjectID) -> Bool {
        isHere(id) || promised?.contains(id) ?? false
    }

    /// Whether a pack holds the object.
    package func isHere(_ id: ObjectID) -> Bool {
        indexes.contains { $0.place(of: id) != nil }
    }
}

/// The names of everything in a folder, in no order; `nil` if there is no such folder.
package func namesInFolder(_ path: String) throws(FileError) -> [String]? {
    guard let directory = opendir(path) else {
        if errno == ENOENT { return nil }
        throw FileError("open \(path)")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}
