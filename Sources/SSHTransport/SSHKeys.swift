import Glibc

/// The keys that are tried, one after the other. RSA is not: libssh2 signs with SHA-1, which hosts
/// have stopped to take.
struct SSHKeys {
    enum Key {
        case agent
        /// A private key, and what opens it.
        case file(String, password: String?)
    }

    private var rest: [Key]

    init(_ environment: [String: String]) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let password = value("TENANTKEEP_REMOTE_PASSWORD")
        if let path = value("TENANTKEEP_REMOTE_KEY") {
            rest = [.file(path, password: password)]
            return
        }
        rest = value("SSH_AUTH_SOCK") == nil ? [] : [.agent]
        guard let home = value("HOME") else { return }
        for name in ["id_ed25519", "id_ecdsa"] where access("\(home)/.ssh/\(name)", R_OK) == 0 {
            rest.append(.file("\(home)/.ssh/\(name)", password: password))
        }
    }

    mutating func next() -> Key? {
        rest.isEmpty ? nil : rest.removeFirst()
    }
}
