import GitObjects
import GitPack

/// The object folders that a repository borrows from (`objects/info/alternates` of
/// gitrepository-layout(5)), and those they borrow from in turn.
///
/// What is borrowed can be read, but a run does not count on it: it writes such an object once more,
/// since nobody here knows how long the other repository keeps it.
struct Alternates: Sendable {
    private(set) var folders: [String] = []
    private var packs: [KnownObjects] = []

    var isEmpty: Bool { folders.isEmpty }

    /// Reads the list of the repository in `folder`; a missing one is empty.
    init(of folder: String) throws(GitError) {
        try files { () throws(FileError) in
            try add(listedIn: "\(folder)/objects", depth: 0)
            for folder in folders { packs.append(try KnownObjects(in: "\(folder)/pack")) }
        }
    }

    /// As deep as git goes.
    private mutating func add(listedIn objects: String, depth: Int) throws(FileError) {
        guard depth <= 5, let list = try readFile("\(objects)/info/alternates") else { return }
        for line in String(decoding: list, as: UTF8.self).split(separator: "\n") {
            guard !line.hasPrefix("#") else { continue }
            let isQuoted = line.count > 1 && line.hasPrefix("\"") && line.hasSuffix("\"")
            let path = isQuoted ? line.dropFirst().dropLast() : line
            let folder = path.hasPrefix("/") ? String(path) : "\(objects)/\(path)"
            guard !folders.contains(folder) else { continue }
            folders.append(folder)
            try add(listedIn: folder, depth: depth + 1)
        }
    }

    /// Whether one of them holds the object in a pack, or whole in a file of its own.
    func contains(_ id: ObjectID) -> Bool {
        packs.contains { $0.isHere(id) } || ((try? looseObject(id)) ?? nil) != nil
    }

    /// Returns the object if one of them holds it, whole, in a file of its own.
    func looseObject(_ id: ObjectID) throws(GitError) -> LooseObject? {
        for folder in folders {
            let file = try files { () throws(FileError) in
                try readFile(LooseObject.path(of: id, in: folder))
            }
            if let object = file.flatMap({ LooseObject(file: $0, id: id) }) { return object }
        }
        return nil
    }

    /// Whether one of them has a file of that object, whole or not.
    func hasLooseFile(of id: ObjectID) -> Bool {
        folders.contains { FileIdentity(at: LooseObject.path(of: id, in: $0)) != nil }
    }
}
