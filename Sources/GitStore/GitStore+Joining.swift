import GitPack

extension GitStore {
    /// Joins small packs, so that there are never more than 20, however many runs there were.
    ///
    /// To be called after ``publish(_:)``, while the run still holds the repository. The run is
    /// published by then and stays so: whatever this throws is worth a warning, never a failed run.
    /// The next run's join begins again with the packs it finds.
    ///
    /// - Durability: killed at any instant, every object is there, and the next run removes what was
    ///   left behind.
    /// - Cost: nothing but a look at the folder for most runs; see ``PackJoiner``.
    package func joinPacks() throws(GitError) {
        guard case .run = purpose, pack == nil, !settings.hasPreciousObjects else { return }
        let isJoined = try files { () throws(FileError) in
            let packs = "\(folder)/objects/pack"
            let joiner = try PackJoiner(in: packs, unique: "\(unique)-joined")
            guard let joiner else { return false }
            try lock?.willCreate(joiner.temporaryNames)
            try joiner.join(sharing)
            try clearList()
            return true
        }
        if isJoined { try refresh() }
    }
}
