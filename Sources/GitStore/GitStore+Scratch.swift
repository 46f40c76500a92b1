package import GitPack

extension GitStore {
    /// Makes a file for what a run does not hold in memory. It has no name any more, so it goes when
    /// it is let go of, however the process ends.
    package nonisolated func scratchFile() throws(GitError) -> DurableFile {
        let path = "\(folder)/tenantkeep/scratch-\(unique)-\(UInt32.random(in: 0 ... .max))"
        return try files { () throws(FileError) in
            let file = try DurableFile(creating: path)
            try removeFile(path)
            return file
        }
    }
}
