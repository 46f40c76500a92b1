import GitObjects
import GitPack
package import GitRemote

/// Reaches a repository over SSH through a process of this program's own: the library that speaks SSH
/// knows no deadlines.
///
/// Each call has a process of its own, which ends with it. Its silence is bounded.
package struct ProcessCarrier: GitCarrier {
    package let name: String
    private let program: String
    private let environment: [String: String]
    private let idling: Duration

    /// Ten minutes of silence: a host that takes a large push in says nothing for long.
    package static let patience: Duration = .seconds(600)

    /// - Parameters:
    ///   - url: `ssh://user@host/path` or `user@host:path`.
    ///   - program: this program; called with `ssh-carrier`, the service and the URL.
    ///   - environment: what says which key is used is handed on.
    package init(
        ssh url: String, program: String, environment: [String: String],
        idling: Duration = patience
    ) {
        name = url
        self.program = program
        self.environment = environment.filter {
            $0.key == "HOME" || $0.key == "SSH_AUTH_SOCK" || $0.key.hasPrefix("TENANTKEEP_REMOTE_")
        }
        self.idling = idling
    }

    package func advertisement(
        of service: GitService
    ) async throws(RemoteError) -> CarriedAnswer {
        answer(of: try start(service))
    }

    package func exchange(
        _ request: GitRequest, with service: GitService, at place: String
    ) async throws(RemoteError) -> CarriedAnswer {
        let process = try start(service)
        let rest = try await answer(of: process).pastAdvertisement()
        var position = 0
        while position < request.byteCount {
            let piece = try request.piece(at: position)
            try await process.write(piece)
            position += piece.count
        }
        process.endInput()
        return rest
    }

    private func start(_ service: GitService) throws(RemoteError) -> ChildProcess {
        try ChildProcess(
            [program, "ssh-carrier", service.rawValue, name], environment: environment,
            idling: idling)
    }

    private func answer(of process: ChildProcess) -> CarriedAnswer {
        CarriedAnswer(place: "") { () async throws(RemoteError) in try await process.read() }
    }
}
