import Foundation
import TenantSimulator
import TestSupport
import Testing

/// The one file that `make release` builds, in a root folder that holds it, the authorities'
/// certificates, the resolver's files, `/tmp` and `/proc`, and nothing else: no git, no shell, no
/// library.
///
/// `make check-release` builds it and names it here; building it takes too long for every change.
@Suite(.enabled(if: EmptyRoot.release != nil, "make check-release runs this"))
struct ReleaseTests {
    @Test func `it is one file of at most 40 MB that needs no other`() throws {
        let file = [UInt8](try Data(contentsOf: URL(filePath: try #require(EmptyRoot.release))))

        let segments = try segmentTypes(of: file)
        #expect(file.count <= 40_000_000)
        #expect(segments.contains(1))  // PT_LOAD
        #expect(!segments.contains(2) && !segments.contains(3))  // PT_DYNAMIC, PT_INTERP
        #expect(!sectionTypes(of: file).contains(2))  // SHT_SYMTAB
    }

    @Test func `it says which commit it was built from`() async throws {
        let ending = try await EmptyRoot().run("--version")

        #expect(ending.status == 0, "\(ending.messages)")
        #expect(
            ending.output.wholeMatch(
                of: /tenantkeep \d+\.\d+\.\d+ \(build [0-9a-f]{12}(-dirty)?\)\n/) != nil,
            "\(ending.output)")
    }

    @Test func `it backs a tenant up over TLS, from and to a git host, twice`() async throws {
        let root = try EmptyRoot()
        let host = try GitHost()
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Tenants/contoso").path
        try await withSimulatedTenant(.init(.folder(folder), usesTLS: true)) { tenant in
            try root.join(
                [try #require(tenant.certificate), host.certificates], to: "etc/authorities.pem")
            var environment = [
                "AZURE_TENANT_ID": tenant.tenantID, "AZURE_CLIENT_ID": tenant.app.clientID,
                "AZURE_CLIENT_SECRET": tenant.app.secret,
                "AZURE_AUTHORITY_HOST": tenant.authority,
                "TENANTKEEP_GRAPH_ENDPOINT": tenant.graph,
                "TENANTKEEP_ARM_ENDPOINT": tenant.arm, "TENANTKEEP_PUSH": host.url,
                "TENANTKEEP_REMOTE_TOKEN": GitHost.token,
                "SSL_CERT_FILE": "/etc/authorities.pem", "TENANTKEEP_REPO": "/tmp/first.git",
            ]

            let doctor = try await root.run("doctor", "--all", environment: environment)
            let first = try await root.run("backup", "--all", "--json", environment: environment)
            try #require([0, 3].contains(first.status), "\(first.messages)")
            let tree = try host.place.git("rev-parse", "main^{tree}")
            environment["TENANTKEEP_REPO"] = "/tmp/second.git"
            let second = try await root.run("backup", "--all", "--json", environment: environment)

            #expect(doctor.status == 0, "\(doctor.output)\(doctor.messages)")
            #expect(second.status == first.status, "\(second.messages)")
            let types = try #require(try first.document()["types"] as? [String: [String: Any]])
            #expect(types["users"]?["outcome"] as? String == "complete")
            #expect(try second.document()["tag"] == nil)
            #expect(try host.place.git("rev-parse", "main^{tree}") == tree)
            #expect(
                try host.place.git("rev-list", "--count", "refs/tenantkeep/runs") == "2")
            #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
        }
    }

    @Test func `it fetches, backs up with a federated token and pushes, twice`() async throws {
        let root = try EmptyRoot()
        let host = try GitHost()
        let app = AppRegistration(
            clientID: "5eed0000-0000-4000-8000-0000000000c2", secret: "never-used",
            permissions: ["Directory.Read.All", "AuditLog.Read.All"],
            federatedCredentials: [.init(issuer: "https://cluster.example/", subject: "backup")])
        let content = SimulatedTenant.Configuration(
            .generated(GeneratedTenant(users: 5_000)), usesTLS: true, registrations: [app])
        try await withSimulatedTenant(content) { tenant in
            try root.join(
                [try #require(tenant.certificate), host.certificates], to: "etc/authorities.pem")
            try root.write(
                tenant.federatedToken(
                    issuer: "https://cluster.example/", subject: "backup",
                    audience: "api://AzureADTokenExchange", life: 3_600),
                to: "tmp/token")
            let environment = [
                "AZURE_TENANT_ID": tenant.tenantID, "AZURE_CLIENT_ID": app.clientID,
                "AZURE_FEDERATED_TOKEN_FILE": "/tmp/token",
                "AZURE_AUTHORITY_HOST": tenant.authority,
                "TENANTKEEP_GRAPH_ENDPOINT": tenant.graph,
                "TENANTKEEP_REMOTE_TOKEN": GitHost.token, "TENANTKEEP_TYPE": "users",
                "SSL_CERT_FILE": "/etc/authorities.pem", "TENANTKEEP_REPO": "/tmp/tenant.git",
            ]
            var moved: [Int] = []
            for _ in 0..<2 {
                try await CutProxy.run(to: host.port) { proxy in
                    let url = host.url(port: proxy.port)
                    for command in [["fetch", url], ["backup"], ["push", url]] {
                        var settings = environment
                        if command[0] != "backup" { settings["TENANTKEEP_TYPE"] = nil }
                        let ending = try await root.run(command, environment: settings)
                        try #require(ending.status == 0, "\(command): \(ending.messages)")
                    }
                    moved.append(proxy.uploaded + proxy.downloaded)
                }
                let ids = try host.place.git("ls-tree", "--name-only", "main:Users")
                    .split(separator: "\n")
                #expect(ids.count == 5_000)
                let changes = [10, 2_000, 4_000].map {
                    #"{"update": "users/\#(ids[$0])", "with": {"jobTitle": "Archivist"}}"#
                }
                try tenant.play(
                    Scenario(parsing: #"{"changes": [\#(changes.joined(separator: ", "))]}"#))
            }

            let clone = try await CutProxy.run(to: host.port) { proxy in
                try host.place.run([
                    "git", "-c", "http.sslCAInfo=\(host.certificates)", "-c",
                    "http.extraHeader=Authorization: Bearer \(GitHost.token)", "clone", "--quiet",
                    "--mirror", host.url(port: proxy.port), "\(host.place.folder)/clone.git",
                ])
                return proxy.uploaded + proxy.downloaded
            }
            #expect(moved[1] * 100 < clone, "\(moved[1]) of \(clone) bytes")
            #expect(try host.place.git("rev-list", "--count", "refs/tenantkeep/runs") == "2")
            let changed = try host.place.git("diff", "--name-only", "main~1", "main")
            #expect(changed.split(separator: "\n").count == 3)
            #expect(try host.place.git("fsck", "--strict", "--full", "--no-dangling") == "")
        }
    }

    // MARK: ELF

    private func number(_ file: [UInt8], _ offset: Int, _ size: Int) -> Int {
        file[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// The kinds of segments that a 64-bit program has (elf(5), `Elf64_Phdr`).
    private func segmentTypes(of file: [UInt8]) throws -> [Int] {
        try #require(file.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]))
        let (start, size) = (number(file, 32, 8), number(file, 54, 2))
        return (0..<number(file, 56, 2)).map { number(file, start + $0 * size, 4) }
    }

    /// The kinds of its sections (`Elf64_Shdr`).
    private func sectionTypes(of file: [UInt8]) -> [Int] {
        let (start, size) = (number(file, 40, 8), number(file, 58, 2))
        return (0..<number(file, 60, 2)).map { number(file, start + $0 * size + 4, 4) }
    }
}

/// A root folder with the release in it, and how to run it there.
struct EmptyRoot {
    static var release: String? { ProcessInfo.processInfo.environment["TENANTKEEP_TEST_RELEASE"] }

    private let program: Program

    var folder: URL { program.folder }

    init() throws {
        program = try Program()
        for name in ["etc/ssl/certs", "tmp", "proc"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        try copy(try #require(Self.release), to: "tenantkeep")
        // Names are found though this machine's modules for them are not there.
        try Data("hosts: mymachines [!SUCCESS=return] files dns\n".utf8)
            .write(to: folder.appending(path: "etc/nsswitch.conf"))
        for name in ["ssl/certs/ca-certificates.crt", "hosts", "resolv.conf"]
        where FileManager.default.fileExists(atPath: "/etc/\(name)") {
            try copy("/etc/\(name)", to: "etc/\(name)")
        }
    }

    func copy(_ file: String, to name: String) throws { try join([file], to: name) }

    /// Writes files one after another into one, with a line break between them.
    func join(_ files: [String], to name: String) throws {
        let content = try files.reduce(into: Data()) {
            if !$0.isEmpty { $0 += Data("\n".utf8) }
            $0 += try Data(contentsOf: URL(filePath: $1))
        }
        try content.write(to: folder.appending(path: name))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.appending(path: name).path)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> Program.Ending {
        try await run(arguments, environment: environment)
    }

    /// Runs the release with this folder as its root; who is not root already becomes it inside.
    func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> Program.Ending {
        let user = getuid() == 0 ? [] : ["--map-root-user"]
        return try await program.run(
            user + ["--mount", "--pid", "--fork", "--root=\(folder.path)", "--mount-proc=/proc"]
                + ["--", "/tenantkeep"] + arguments,
            environment: environment, executable: URL(filePath: "/usr/bin/unshare"))
    }
}
