package import GitPack
package import GitRemote

/// A repository that history is exchanged with: one at a host, or one on this machine.
package protocol Remote: Sendable {
    /// As a person knows it, without any credential.
    var name: String { get }

    /// Asks what it holds and what can be done with it.
    func advertisement(for service: GitService) async throws(RemoteError) -> Advertisement

    /// Fetches objects into a pack at `path`, where no file may be.
    ///
    /// - Throws: ``RemoteError``; no file is left then.
    func fetch(
        _ request: FetchRequest, from advertisement: Advertisement, packTo path: String
    ) async throws(RemoteError) -> FetchAnswer

    /// Takes a pack in and moves refs, each from where `advertisement` says it is.
    ///
    /// - Throws: ``RemoteError`` if nothing was moved, or if it cannot be told.
    func push(
        _ moves: [RemoteMove], pack: PackFile?, to advertisement: Advertisement
    ) async throws(RemoteError) -> PushReport
}

extension GitRemote: Remote {}
