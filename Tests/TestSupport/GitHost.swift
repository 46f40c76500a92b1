import Foundation

/// A git host of real parts on this machine: git's own `http-backend` behind lighttpd, over TLS with
/// a certificate authority of its own, for who has its token or its user's password.
///
/// It starts with one empty repository, and ends with the last reference.
package final class GitHost: Sendable {
    /// Opens the host as a bearer.
    package static let token = "s3cret-bearer-of-tests"
    /// Opens the host as the user's password.
    package static let user = "adele"
    package static let password = "p4ssword-of-tests"

    /// The host's files; a repository's place is what its URL's path names.
    package let place: TemporaryRepository
    package let port: Int
    private let isPlain: Bool
    private let process: HostProcess

    /// The repository's URL.
    package var url: String { url() }

    /// A file with the certificate of whoever signed the host's.
    package var certificates: String { "\(place.folder)/ca.pem" }

    /// - Parameters:
    ///   - rules: further lines of lighttpd's configuration.
    ///   - names: further names and addresses of the host, as OpenSSL writes them: `DNS:host.example`.
    ///   - bearers: a pattern of the tokens that open the host.
    ///   - isPlain: whether it speaks HTTP without TLS.
    package init(
        rules: String = "", names: [String] = [], bearers: String = token, isPlain: Bool = false
    ) throws {
        let place = try TemporaryRepository()
        self.place = place
        try place.initialize()
        try place.git("config", "http.receivepack", "true")
        try place.git("config", "receive.fsckObjects", "true")
        try Certificates.write(to: place, for: ["DNS:localhost"] + names)
        let port = try freePort()
        self.port = port
        self.isPlain = isPlain
        try Self.configure(place, port, rules, bearers, isPlain)
        process = try HostProcess(
            ["lighttpd", "-D", "-f", "\(place.folder)/lighttpd.conf"], port: port,
            log: "\(place.folder)/error.log")
    }

    /// The repository's URL by way of a proxy at `port`, or under another `path`.
    package func url(port: Int? = nil, path: String = "git/tenant.git") -> String {
        "\(isPlain ? "http" : "https")://localhost:\(port ?? self.port)/\(path)"
    }

    /// Ends the host, and returns the credential of each request it had, `-` where there was none.
    package func stop() throws -> [String] {
        process.stop()
        let log = try String(contentsOfFile: "\(place.folder)/access.log", encoding: .utf8)
        return log.split(separator: "\n").map(String.init)
    }

    /// Makes a hook of the repository from a shell script.
    package func hook(_ name: String, _ script: String) throws {
        try Self.write(script: script, to: "\(place.path)/hooks/\(name)")
    }

    /// Writes a shell script that can be run, and the folders above it.
    private static func write(script: String, to path: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    private static func configure(
        _ place: TemporaryRepository, _ port: Int, _ rules: String, _ bearers: String,
        _ isPlain: Bool
    ) throws {
        let folder = place.folder
        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        }
        for name in ["pages", "uploads"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        // Told how long a request is, this git's http-backend waits without end, and with all of a
        // core, for what was cut. Untold, it reads to the end of what comes, as others do.
        try Self.write(
            script: "unset CONTENT_LENGTH\nexec /usr/lib/git-core/git-http-backend",
            to: "\(folder)/backend")
        try write("\(user):\(password)\n", "users")
        try write("", "access.log")
        try write(
            """
            server.modules = (
                "mod_openssl", "mod_redirect", "mod_alias", "mod_auth", "mod_authn_file",
                "mod_setenv", "mod_accesslog", "mod_cgi"
            )
            server.document-root = "\(folder)/pages"
            server.upload-dirs = ( "\(folder)/uploads" )
            server.errorlog = "\(folder)/error.log"
            server.bind = "127.0.0.1"
            server.port = \(port)
            server.stream-request-body = 1
            server.stream-response-body = 1
            server.max-request-size = 0
            ssl.engine = "\(isPlain ? "disable" : "enable")"
            ssl.pemfile = "\(folder)/host.pem"
            accesslog.filename = "\(folder)/access.log"
            accesslog.format = "%{Authorization}i"
            \(rules)
            $HTTP["url"] =~ "^/git/" {
                alias.url = ( "/git" => "\(folder)/backend" )
                cgi.assign = ( "" => "" )
                setenv.add-environment = (
                    "GIT_PROJECT_ROOT" => "\(folder)", "GIT_HTTP_EXPORT_ALL" => "1",
                    "HOME" => "\(folder)", "GIT_CONFIG_NOSYSTEM" => "1", "PATH" => "/usr/bin:/bin"
                )
                $REQUEST_HEADER["Authorization"] !~ "^Bearer (\(bearers))$" {
                    auth.backend = "plain"
                    auth.backend.plain.userfile = "\(folder)/users"
                    auth.require = ( "" => (
                        "method" => "basic", "realm" => "GitHost", "require" => "valid-user"
                    ) )
                }
            }
            """, "lighttpd.conf")
    }
}

/// A certificate authority and a certificate of a host by it.
private enum Certificates {
    static func write(to place: TemporaryRepository, for names: [String]) throws {
        let folder = place.folder
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try place.run(
            ["openssl", "req", "-x509", "-days", "2", "-subj", "/CN=Authority of tests"] + key
                + ["-keyout", "\(folder)/ca.key", "-out", "\(folder)/ca.pem"])
        try place.run(
            ["openssl", "req", "-subj", "/CN=localhost"] + key
                + ["-keyout", "\(folder)/host.key", "-out", "\(folder)/host.csr"])
        try Data("subjectAltName=\(names.joined(separator: ","))\n".utf8)
            .write(to: URL(filePath: "\(folder)/host.ext"))
        try place.run([
            "openssl", "x509", "-req", "-days", "2", "-in", "\(folder)/host.csr",
            "-CA", "\(folder)/ca.pem", "-CAkey", "\(folder)/ca.key", "-CAcreateserial",
            "-extfile", "\(folder)/host.ext", "-out", "\(folder)/host.crt",
        ])
        var pem = try Data(contentsOf: URL(filePath: "\(folder)/host.key"))
        pem += try Data(contentsOf: URL(filePath: "\(folder)/host.crt"))
        try pem.write(to: URL(filePath: "\(folder)/host.pem"))
    }
}

/// A server's process, which ends with the test process at the latest.
package final class HostProcess: @unchecked Sendable {
    // Nobody changes these after the initializer.
    private let process = Process()
    private let life = Pipe()

    /// Starts a server, and returns when it takes connections.
    package init(_ command: [String], port: Int, log: String) throws {
        process.executableURL = URL(filePath: "/bin/sh")
        // The shell waits until its input ends, then ends the server.
        process.arguments =
            ["-c", "\"$@\" </dev/null & read -r line; kill $!; wait $!", "host"] + command
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        process.standardInput = life
        // Else the next process would keep this one alive.
        _ = fcntl(life.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try unblockingSignals { try process.run() }
        for _ in 0..<1_000 {
            if canConnect(port) { return }
            usleep(10_000)
        }
        let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw GitFailure(command: command, status: -1, errors: "does not listen: \(words)")
    }

    /// Ends the server, and returns when it has ended.
    package func stop() {
        try? life.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    deinit {
        stop()
    }
}

/// Runs `body` with no signal blocked. Foundation's threads block nearly all, and what they start
/// could never be ended.
private func unblockingSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var old = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &old)
    defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
    try body()
}

/// A port of this machine that nobody listens at.
package func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
        }
    }
    guard status == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    return Int(UInt16(bigEndian: address.sin_port))
}

private func canConnect(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: port)
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

private func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
}
