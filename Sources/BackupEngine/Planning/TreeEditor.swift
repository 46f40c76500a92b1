import GitObjects
import GitStore

/// Makes a tree from another one and a list of changes.
///
/// Only the folders on the way to a change are read and written; all their other entries stay.
/// Cost: linear in the entries of those folders.
struct TreeEditor {
    private let changes: ChangeList

    /// - Parameter changes: sorted.
    init(_ changes: ChangeList) {
        self.changes = changes
    }

    /// Returns the new top tree; `nil` if nothing would be left in it.
    ///
    /// - Throws: ``GitError`` if a file of somebody else's stands where a folder must be, or the
    ///   other way round.
    func apply(to top: ObjectID?, in store: isolated GitStore) throws(GitError) -> ObjectID? {
        try edit(top, changes.changes[...], depth: 0, store)
    }

    /// - Parameter depth: bytes of the changes' paths that lead to this folder.
    private func edit(
        _ tree: ObjectID?, _ part: ArraySlice<ChangeList.Change>, depth: Int,
        _ store: isolated GitStore
    ) throws(GitError) -> ObjectID? {
        let old = try tree.map { (id) throws(GitError) in try store.tree(id) } ?? []
        let files = Set(old.lazy.filter { $0.mode != .folder }.map(\.name))
        var writer = TreeWriter()
        var rest = part
        var next = 0
        while let step = step(in: &rest, depth) {
            let key = step.name + (step.isFolder ? [UInt8(ascii: "/")] : [])
            while next < old.count, old[next].order.lexicographicallyPrecedes(key) {
                writer.append(old[next])
                next += 1
            }
            let match = next < old.count && old[next].order == key ? old[next] : nil
            if match != nil { next += 1 }
            if step.isFolder {
                if match == nil, files.contains(step.name) { throw inTheWay(step) }
                let below = depth + step.name.count + 1
                if let id = try edit(match?.id, step.changes, depth: below, store) {
                    writer.append(.folder, step.name, id)
                }
            } else if let id = step.changes.first?.new {
                if match == nil, old.contains(where: { $0.name == step.name }) {
                    throw inTheWay(step)
                }
                writer.append(.file, step.name, id)
            }
        }
        for entry in old[next...] { writer.append(entry) }
        return writer.isEmpty ? nil : try store.write(.tree, writer.bytes)
    }

    /// The changes that lead to one entry of a folder.
    private struct Step {
        let name: [UInt8]
        let isFolder: Bool
        let changes: ArraySlice<ChangeList.Change>
    }

    private func step(in rest: inout ArraySlice<ChangeList.Change>, _ depth: Int) -> Step? {
        guard let first = rest.first else { return nil }
        let path = changes.path(of: first).dropFirst(depth)
        let name = path.prefix { $0 != UInt8(ascii: "/") }
        let isFolder = name.count < path.count
        let same = rest.prefix {
            isFolder
                && changes.path(of: $0).dropFirst(depth).prefix(name.count + 1)
                    .elementsEqual(path.prefix(name.count + 1))
        }
        let part = isFolder ? same : rest.prefix(1)
        rest = rest.dropFirst(part.count)
        return Step(name: Array(name), isFolder: isFolder, changes: part)
    }

    private func inTheWay(_ step: Step) -> GitError {
        let path = step.changes.first.map { String(decoding: changes.path(of: $0), as: UTF8.self) }
        return GitError(
            .other, "write \((path ?? "").printable)",
            reason:
                "\(String(decoding: step.name, as: UTF8.self).printable) is in its way in the tree",
            hint: "Move it elsewhere with git, or choose another --root.")
    }
}

extension TreeEntry {
    /// What entries are ordered by.
    fileprivate var order: [UInt8] { mode == .folder ? name + [UInt8(ascii: "/")] : name }
}
