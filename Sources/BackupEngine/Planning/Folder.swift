import GitObjects
import GitStore

/// The entries of one folder of the last backup.
struct Folder {
    private(set) var cursor: TreeCursor
    private let id: ObjectID?

    /// - Parameter id: the tree's, for an error's sake.
    init(_ bytes: [UInt8], _ id: ObjectID?) {
        cursor = TreeCursor(bytes)
        self.id = id
    }

    /// Goes to the next entry; returns whether there is one.
    mutating func next() throws(GitError) -> Bool {
        do { return try cursor.advance() } catch {
            throw .damaged("tree \(id ?? .zero)", "its bytes are no tree")
        }
    }

    /// Goes to the next entry that is a folder.
    mutating func nextFolder() throws(GitError) -> Bool {
        while try next() {
            if cursor.isFolder { return true }
        }
        return false
    }
}

/// The ID of the folder that holds an object's file and nothing else.
func folderID(holding blob: ObjectID, named name: ArraySlice<UInt8>) -> ObjectID {
    let tree = TreeWriter.folder(of: name, blob)
    return ObjectID(of: .tree, tree.span)
}
