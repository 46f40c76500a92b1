import Foundation

/// A git host over SSH on this machine: `sshd` for one key, for the user who runs the tests.
///
/// It starts with one empty repository, and ends with the last reference.
package final class SSHHost: Sendable {
    /// The host's files, with those of the user below `home`.
    package let place: TemporaryRepository
    package let port: Int
    private let process: HostProcess

    /// The client's home, with its key and the host's in it.
    package var home: String { "\(place.folder)/home" }

    /// The repository's URL.
    package var url: String { url() }

    /// - Parameter type: of the client's key, `ed25519` or `ecdsa`.
    package init(key type: String = "ed25519") throws {
        let place = try TemporaryRepository()
        self.place = place
        try place.initialize()
        let folder = place.folder
        port = try freePort()
        try FileManager.default.createDirectory(
            atPath: "\(folder)/home/.ssh", withIntermediateDirectories: true)
        for (path, type) in [("host", "ed25519"), ("home/.ssh/id_\(type)", type)] {
            try place.run(
                ["ssh-keygen", "-q", "-N", "", "-t", type, "-f", "\(folder)/\(path)"])
        }
        let host = try String(contentsOfFile: "\(folder)/host.pub", encoding: .utf8)
        try Data("[127.0.0.1]:\(port) \(host)".utf8)
            .write(to: URL(filePath: "\(folder)/home/.ssh/known_hosts"))
        try Self.configure(folder, port, type)
        if getuid() == 0 {
            // For root sshd insists on its own folder, which a package makes only when it starts.
            try FileManager.default.createDirectory(
                atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        process = try HostProcess(
            ["/usr/sbin/sshd", "-D", "-f", "\(folder)/sshd_config", "-E", "\(folder)/sshd.log"],
            port: port, log: "\(folder)/sshd.log")
    }

    /// The repository's URL, by way of a proxy at `port`.
    package func url(port: Int? = nil) -> String {
        "ssh://\(NSUserName())@127.0.0.1:\(port ?? self.port)\(place.path)"
    }

    private static func configure(_ folder: String, _ port: Int, _ type: String) throws {
        let text = """
            ListenAddress 127.0.0.1
            Port \(port)
            HostKey \(folder)/host
            AuthorizedKeysFile \(folder)/home/.ssh/id_\(type).pub
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            SetEnv GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
            """
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/sshd_config"))
    }
}
