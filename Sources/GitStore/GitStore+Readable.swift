import GitObjects
import GitPack

/// A last look before refs move: git may have been at work in the repository since the run began.
extension GitStore {
    /// Expects what the refs are about to name, and all that is new with it, to be here.
    ///
    /// Cost: a look at the pack folder, and the objects that are named. Only if a pack is gone since
    /// the run began, also everything that is new: the run may have found objects in that pack that
    /// no ref leads to, and not written them again.
    func expectReadable(_ updates: [RefUpdate]) throws(GitError) {
        try refresh()
        let used = packsUsed
        try reknow()
        for update in updates {
            for id in [update.new, update.peeled].compactMap(\.self) { try expectHere(id) }
        }
        guard !used.isSubset(of: holdings.packs.paths) else { return }
        let known = updates.compactMap(\.old)
        let outgoing: Outgoing
        do throws(GitError) {
            outgoing = try self.outgoing(from: updates.map(\.new), without: known)
        } catch {
            throw error.kind == .damaged
                ? Self.removed(error.action.split(separator: " ").last) : error
        }
        for id in outgoing.objects where !isPromised(id) { try expectHere(id) }
    }

    private func expectHere(_ id: ObjectID) throws(GitError) {
        guard isHere(id) else { throw Self.removed("\(id)") }
    }

    private static func removed(_ id: Substring?) -> GitError {
        GitError(
            .moved, "publish the backup",
            reason:
                "object \(id ?? "of it"), which it needs, was removed from the repository while "
                + "the run was going on",
            hint: "Another git has removed objects that no ref leads to. Run the backup again, and "
                + "not beside git gc --prune=now.")
    }
}
