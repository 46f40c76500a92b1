/// What each module may import, of the package and of other packages. The table of the
/// architecture; change both together.
enum Layers {
    struct Module {
        let level: Int
        let imports: Set<String>

        init(_ level: Int, _ imports: Set<String> = []) {
            self.level = level
            self.imports = imports
        }
    }

    static let libraries: Set<String> = [
        "CLibgit2", "CDeflate", "CYAML", "CLinux", "CObjectHash",
    ]

    /// The program.
    static let program: [String: Module] = [
        "CLibgit2": Module(0), "CDeflate": Module(0), "CYAML": Module(0), "CLinux": Module(0),
        "CObjectHash": Module(0), "CBuild": Module(0), "CGSSStub": Module(0),
        "Encodings": Module(0),
        "HTTPTransport": Module(0, http),
        "CanonicalJSON": Module(1, ["Encodings"]),
        "GraphCatalog": Module(1, ["Encodings"]),
        "ObjectHash": Module(1, ["CLibgit2", "CObjectHash"]),
        "YAMLDocument": Module(1, ["CYAML"]),
        "SSHTransport": Module(1, ["CLibgit2", "Encodings"]),
        "GraphClient": Module(
            2,
            http.union([
                "CanonicalJSON", "Encodings", "GraphCatalog", "HTTPTransport", "Logging", "Crypto",
                "CryptoExtras", "SwiftASN1",
            ])),
        "GitObjects": Module(2, ["ObjectHash", "Crypto"]),
        "GitPack": Module(3, ["CDeflate", "CLinux", "GitObjects", "Crypto"]),
        "Attribution": Module(
            3, ["CanonicalJSON", "Encodings", "GraphCatalog", "GitObjects"]),
        "GitStore": Module(4, ["CLibgit2", "CLinux", "GitObjects", "GitPack"]),
        "GitRemote": Module(4, ["GitObjects", "GitPack"]),
        "HTTPCarrier": Module(
            5, http.union(["Encodings", "GitObjects", "GitPack", "GitRemote", "HTTPTransport"])),
        "ProcessCarrier": Module(5, ["GitObjects", "GitPack", "GitRemote"]),
        "BackupEngine": Module(
            5,
            [
                "Attribution", "CanonicalJSON", "Encodings", "GraphCatalog", "GitObjects",
                "GitPack", "GitStore", "GitRemote",
            ]),
        "BackupCommand": Module(
            6,
            [
                "CanonicalJSON", "Encodings", "GraphCatalog", "GraphClient", "YAMLDocument",
                "ObjectHash",
                "GitObjects", "GitPack", "GitStore", "GitRemote", "HTTPCarrier", "HTTPTransport",
                "ProcessCarrier", "SSHTransport",
                "BackupEngine", "CBuild", "ArgumentParser", "Logging",
            ]),
    ]

    /// What stands beside the program: it may import what it drives, and nobody imports it.
    static let beside: [String: Module] = [
        "TenantSimulator": Module(
            7,
            http.union([
                "Crypto", "CryptoExtras", "Logging", "ServiceLifecycle", "SwiftASN1",
                "UnixSignals", "X509",
            ])),
        "SimulatorCommand": Module(8, ["TenantSimulator", "ArgumentParser", "Logging"]),
        "Rehearsal": Module(
            8,
            [
                "Attribution", "BackupEngine", "CanonicalJSON", "GitObjects", "GraphCatalog",
                "GraphClient", "HTTPTransport", "TenantSimulator", "Logging",
            ]),
        "Benchmark": Module(
            9,
            [
                "BackupEngine", "CanonicalJSON", "GitObjects", "GitPack", "GitStore",
                "GraphCatalog", "GraphClient", "HTTPTransport", "Rehearsal", "TenantSimulator",
                "TestSupport", "ArgumentParser", "Logging",
            ]),
        "TestSupport": Module(8, http.union(["GraphCatalog"])),
    ]

    static let all = program.merging(beside) { one, _ in one }

    /// The packages that speak HTTP.
    static let http: Set<String> = [
        "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL", "NIOHTTPCompression",
        "NIOTLS", "NIOConcurrencyHelpers", "NIOFoundationCompat", "NIOEmbedded", "HTTPTypes",
        "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HummingbirdTesting",
        "HummingbirdHTTP2",
    ]

    /// What comes with the language and the system, but Foundation as a whole: linked statically,
    /// it is larger than the program.
    static let system: Set<String> = [
        "Dispatch", "FoundationEssentials", "Glibc", "Synchronization",
    ]
}
