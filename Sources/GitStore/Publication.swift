package import GitObjects

/// What is to be said of a publish that has moved its refs.
package struct Publication: Sendable {
    /// Why it is not certain that the refs are on the disk; `nil` if they are.
    package var unsynced: GitError?
    /// The branch that `HEAD` names, if it is there and is not the one of the run: a clone of the
    /// repository checks that one out.
    package var otherHead: RefName?

    /// A sentence for whoever reads of a push into this repository.
    package func warning(about folder: String) -> String? {
        unsynced.map {
            "The refs of \(folder) have moved, but they may not be on the disk: could not "
                + "\($0.action): \($0.reason)"
        }
    }
}
