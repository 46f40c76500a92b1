package import GitObjects
import Glibc

/// The objects that a partial repository lacks and a remote has: those that its trees name.
///
/// Kept as the index of a pack that is not there: a look-up costs what one in a pack costs.
package struct PromisedObjects: Sendable {
    private let index: PackIndexFile

    /// Reads the file; `nil` if there is none.
    ///
    /// - Throws: ``FileError`` with `EIO` if it is damaged.
    package init?(at path: String) throws(FileError) {
        do throws(FileError) {
            guard let index = try PackIndexFile(path), index.isIntact else {
                throw FileError("read \(path)", code: EIO)
            }
            self.index = index
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
    }

    /// How many there are.
    package var count: Int { index.count }

    /// All of them, in order.
    package var ids: [ObjectID] { (0..<index.count).map(index.id) }

    package func contains(_ id: ObjectID) -> Bool { index.place(of: id) != nil }

    /// Writes the file anew and puts it on the disk.
    ///
    /// - Parameters:
    ///   - ids: in any order.
    ///   - temporary: the name it has until it is whole, in the same folder.
    package static func write(
        _ ids: Set<ObjectID>, to path: String, temporary: String
    ) throws(FileError) {
        try removeFile(temporary)
        let index = PackIndex(ids.map { IndexEntry(id: $0, offset: 0, crc: 0) })
        try index.write(to: temporary, packTrailer: ObjectID.zero.bytes)
        try renameFile(temporary, to: path)
        try syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    }
}
