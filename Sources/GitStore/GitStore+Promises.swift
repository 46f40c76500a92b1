package import GitObjects
import GitPack

/// What a partial repository believes of its remote, and for how long.
extension GitStore {
    /// Blobs that are missing here and that no remote promises.
    package var lostCount: Int { missing(of: cuts.lost?.ids ?? []).count }

    /// Looks whether a remote still has what was promised: where it leads to the commits that led to
    /// it. Where it does not, only what its own commits name is promised from then on; all else counts
    /// as neither here nor there, and is written where it is read anew.
    ///
    /// - Parameters:
    ///   - branch: where the remote has the branch, whose commits are here; `nil` if it has none.
    ///   - tips: where it has all refs that were fetched.
    ///   - remote: its name, without any credential.
    /// - Returns: whether what is here cannot be completed from the remote.
    package func examinePromises(
        branch: ObjectID?, tips: [ObjectID], of remote: String
    ) throws(GitError) -> Bool {
        guard cuts.isPartial else { return false }
        let isKept = try areVouched(by: tips)
        if !isKept { try voidPromises(but: tips) }
        guard cuts.isPartial else { return false }
        let vouchers = Set([branch].compactMap(\.self))
        if cuts.vouchers != vouchers {
            try files { () throws(FileError) in
                try lock?.willCreate(Cuts.temporaries(in: folder))
                try cuts.replaceOrigin(
                    in: folder, remote: remote, vouchers: vouchers, sharing)
            }
        }
        return !isKept && (branch == nil || lostCount > 0)
    }

    /// Whether the tips lead to every commit that vouches. Where an older version has noted none, one
    /// of those will do at which history was cut off: that is where it was fetched.
    private func areVouched(by tips: [ObjectID]) throws(GitError) -> Bool {
        let noted = cuts.vouchers
        let vouchers = noted ?? shallowCommits
        guard !vouchers.isEmpty else { return noted != nil || !tips.isEmpty }
        var found = 0
        for id in vouchers where try isReached(id, from: tips) { found += 1 }
        return noted == nil ? found > 0 : found == vouchers.count
    }

    private func isReached(_ id: ObjectID, from tips: [ObjectID]) throws(GitError) -> Bool {
        for tip in tips where isHere(tip) {
            guard try read(tip).0 == .commit else { continue }
            if try isAncestor(id, of: tip) { return true }
        }
        return false
    }

    private func voidPromises(but tips: [ObjectID]) throws(GitError) {
        let before = cuts.promised
        let missing = Set((before?.ids ?? []) + (cuts.lost?.ids ?? [])).filter { !isHere($0) }
        // Nothing is left out as promised while it is looked through.
        cuts.promised = nil
        let named: [ObjectID]
        do throws(GitError) {
            named = try outgoing(from: tips.filter(isHere), without: []).blobs
        } catch {
            cuts.promised = before
            throw error
        }
        let promised = Set(named.lazy.filter { !self.isHere($0) })
        let lost = missing.subtracting(promised)
        try files { () throws(FileError) in
            if promised.isEmpty, lost.isEmpty, cuts.shallow.isEmpty {
                return try cuts.remove(in: folder)
            }
            try lock?.willCreate(Cuts.temporaries(in: folder))
            // What is lost first: between both files it only counts as both.
            try cuts.replaceLost(in: folder, lost, sharing)
            try cuts.replace(in: folder, shallow: cuts.shallow, promised: promised, sharing)
        }
        try reknow()
    }
}
