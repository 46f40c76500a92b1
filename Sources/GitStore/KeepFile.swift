import GitObjects
import GitPack
import Glibc

/// A file `pack-<id>.keep`, which keeps `git repack` and `git gc` from removing a pack that no ref
/// leads to yet (git's own `index-pack` makes the same for a push).
struct KeepFile: Sendable {
    let path: String
    private let identity: FileIdentity?
    private let text: [UInt8]

    private static let mark = "tenantkeep"

    /// Makes the file and returns when it is on the disk; `nil` if one is there, which then is
    /// somebody else's.
    init?(creating path: String, unique: String) throws(FileError) {
        self.path = path
        text = Array("\(Self.mark) \(unique)\n".utf8)
        do throws(FileError) {
            var file = try DurableFile(creating: path)
            try file.write(text)
            try file.sync()
        } catch {
            guard error.code == EEXIST else { throw error }
            return nil
        }
        identity = FileIdentity(at: path)
    }

    /// Removes the file, unless somebody has put another one in its place.
    func remove() throws(FileError) {
        guard identity != nil, FileIdentity(at: path) == identity, try readFile(path) == text else {
            return
        }
        try removeFile(path)
    }

    /// Whether a path below the repository is one of a file of this kind.
    static func isName(_ path: Substring) -> Bool {
        let (start, end) = ("objects/pack/pack-", ".keep")
        guard path.hasPrefix(start), path.hasSuffix(end) else { return false }
        return ObjectID(hex: String(path.dropFirst(start.count).dropLast(end.count))) != nil
    }

    /// Whether a listed file was made by a run of ours; one that was killed at once left it empty.
    static func isOurs(_ path: String) throws(FileError) -> Bool {
        guard let bytes = try readFile(path) else { return false }
        return bytes.isEmpty || bytes.starts(with: mark.utf8)
    }
}

extension GitStore {
    /// Makes a pack visible, guarded until the refs that lead to it have moved or the run has ended.
    func publish(_ pack: FinishedPack) throws(FileError) {
        do throws(FileError) { try guardPack(pack) } catch {
            try? pack.discard()
            throw error
        }
        try pack.publish(sharing)
    }

    private func guardPack(_ pack: FinishedPack) throws(FileError) {
        let path = pack.keepFile
        guard FileIdentity(at: path) == nil else { return }
        try lock?.willCreate([path])
        guard let file = try KeepFile(creating: path, unique: unique) else { return }
        keepFiles.append(file)
        try sharing.adjust(path)
    }

    /// Lets git remove packs again that nothing leads to. What cannot be removed stays in the list of
    /// the run lock, for the next run.
    func removeKeepFiles() {
        keepFiles.removeAll { (try? $0.remove()) != nil }
        inheritedKeepFiles.removeAll { (try? removeFile($0)) != nil }
    }

    /// Empties the list of the run lock, but for `.keep` files that are still there.
    func clearList() throws(FileError) {
        try lock?.clear(but: keepFiles.map(\.path) + inheritedKeepFiles)
    }
}
