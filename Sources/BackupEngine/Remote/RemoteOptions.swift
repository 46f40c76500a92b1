package import GitObjects
package import GitRemote

/// Where a run begins and what it is pushed to.
package struct RemoteOptions: Sendable {
    package let remote: any Remote
    /// The branch's name there.
    package let branch: RefName
    /// The name of the chain of run records there.
    package let runs: RefName
    /// The name of the evidence there.
    package let evidence: RefName

    /// - Parameter runs: a branch for hosts that take nothing else; the evidence then is one, too.
    package init(_ remote: any Remote, branch: RefName, runs: RefName? = nil) {
        self.remote = remote
        self.branch = branch
        self.runs = runs ?? .runs
        evidence = runs.flatMap { RefName("\($0)-evidence") } ?? .evidence
    }
}

/// What became of a push.
package struct PushRecord: Sendable {
    /// The remote, without any credential.
    package let remote: String
    /// Where the remote has these refs now, by their names there.
    package var refs: [RefName: ObjectID] = [:]
    /// Bytes of the packs that were sent.
    package var byteCount = 0
    /// Why not all of it is there; `nil` if it is.
    package var failure: RemoteError?
    /// What the host said beside.
    package var messages: [String] = []

    package init(to remote: String) {
        self.remote = remote
    }
}
