package import GitPack

/// What brings requests to a repository's host and answers back: HTTP, SSH, or this machine.
///
/// A carrier knows nothing of what it carries. It opens a connection for each call, so that the
/// advertisement and the exchange after it may be minutes apart.
package protocol GitCarrier: Sendable {
    /// The remote as a person knows it, without any credential.
    var name: String { get }

    /// Asks what the repository holds and what its host can do.
    ///
    /// - Throws: `unreachable` if nothing has happened, `broken` if the answer did not end.
    func advertisement(of service: GitService) async throws(RemoteError) -> CarriedAnswer

    /// Sends one request and returns the answer to it.
    ///
    /// - Parameter place: from the advertisement's answer.
    /// - Throws: `unreachable` if the host cannot have seen the request; `broken` or `silent` if it
    ///   may have.
    func exchange(
        _ request: GitRequest, with service: GitService, at place: String
    ) async throws(RemoteError) -> CarriedAnswer
}

/// The two halves of git's protocol, named as on the wire.
package enum GitService: String, Sendable {
    case fetch = "git-upload-pack"
    case push = "git-receive-pack"
}

/// What is sent in one exchange: pkt-lines, and behind them a pack as it is.
package struct GitRequest: Sendable {
    package let lines: [UInt8]
    package let pack: PackFile?
    let deadline: Pace.Deadline

    package var byteCount: Int { lines.count + (pack?.byteCount ?? 0) }
}

/// An answer as it arrives.
package struct CarriedAnswer {
    /// Where the conversation goes on; only the carrier that gave it can read it.
    package let place: String
    /// Returns the next bytes, never none; `nil` at the answer's regular end.
    package let next: () async throws(RemoteError) -> [UInt8]?

    package init(place: String, next: @escaping () async throws(RemoteError) -> [UInt8]?) {
        self.place = place
        self.next = next
    }
}
