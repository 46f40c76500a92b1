import GitObjects
import GitPack
package import GitRemote

/// Reaches a repository through a process of this machine: git's own for a path, and this program's
/// own for SSH, which a library without deadlines speaks.
///
/// Each call has a process of its own, which ends with it. Its silence is bounded.
package struct ProcessCarrier: GitCarrier {
    package let name: String
    /// All but the service's name, which `{}` stands for.
    private let command: [String]
    private let environment: [String: String]
    private let idling: Duration

    /// Ten minutes of silence: a host that takes a large push in says nothing for long.
    package static let patience: Duration = .seconds(600)

    /// Reaches a repository on this machine, by its path; needs git here.
    package init(
        path: String, environment: [String: String], idling: Duration = patience
    ) {
        name = path
        command = ["git", "{}", path]
        self.environment = environment.filter { ["PATH", "HOME"].contains($0.key) }
        self.idling = idling
    }

    /// Reaches a repository over SSH, `ssh://user@host/path` or `user@host:path`.
    ///
    /// - Parameters:
    ///   - program: this program; called with `ssh-carrier`, the service and the URL.
    ///   - environment: what says which key is used is handed on.
    package init(
        ssh url: String, program: String, environment: [String: String],
        idling: Duration = patience
    ) {
        name = url
        command = [program, "ssh-carrier", "{}", url]
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
        try await process.write(request.lines)
        var position = 0
        while let pack = request.pack, position < pack.byteCount {
            let piece: [UInt8]
            do throws(FileError) { piece = try pack.read(256 << 10, at: position) } catch {
                throw RemoteError(error)
            }
            try await process.write(piece)
            position += piece.count
        }
        process.endInput()
        return rest
    }

    private func start(_ service: GitService) throws(RemoteError) -> ChildProcess {
        let word = command[0] == "git" ? String(service.rawValue.dropFirst(4)) : service.rawValue
        return try ChildProcess(
            command.map { $0 == "{}" ? word : $0 }, environment: environment, idling: idling)
    }

    private func answer(of process: ChildProcess) -> CarriedAnswer {
        CarriedAnswer(place: "") { () async throws(RemoteError) in try await process.read() }
    }
}
