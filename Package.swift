// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// For every module without a C library behind it: unsafe code has to say so.
let safe = strict + [.strictMemorySafety()]

/// The commit that `make release` builds; `nil` for the ordinary build, which links shared libraries.
let release = Context.environment["TENANTKEEP_RELEASE"]

/// What libgit2's archive needs beside itself, each before what it needs in turn.
let archives = [
    "git2", "mbedtls", "mbedx509", "mbedcrypto", "http_parser", "ssh2", "ssl", "crypto", "pcre2-8",
    "z", "rt",
]

let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]

let package = Package(
    name: "tenantkeep",
    products: [
        .executable(name: "tenantkeep", targets: ["BackupCommand"]),
        .executable(name: "tenantkeep-simulator", targets: ["SimulatorCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.5.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Level 0
        .systemLibrary(
            name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        .systemLibrary(
            name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(
            name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(
            name: "CBuild",
            cSettings: release.map { [.define("RELEASE_COMMIT", to: "\"\($0)\"")] }),
        .target(name: "CGSSStub"),
        // The shared library keeps its collision detector to itself; the archive beside it does not.
        .target(name: "CObjectHash", linkerSettings: [.linkedLibrary(":libgit2.a")]),
        .target(name: "Encodings", swiftSettings: safe),
        .target(
            name: "HTTPTransport",
            dependencies: [httpClient, .product(name: "NIOSSL", package: "swift-nio-ssl")],
            swiftSettings: safe),
        // Level 1
        .target(name: "CanonicalJSON", dependencies: ["Encodings"], swiftSettings: safe),
        .target(name: "GraphCatalog", dependencies: ["Encodings"], swiftSettings: safe),
        .target(
            name: "ObjectHash", dependencies: ["CLibgit2", "CObjectHash"], swiftSettings: strict),
        .target(name: "YAMLDocument", dependencies: ["CYAML"], swiftSettings: strict),
        .target(
            name: "SSHTransport", dependencies: ["CLibgit2", "Encodings"], swiftSettings: strict),
        // Level 2
        .target(
            name: "GraphClient",
            dependencies: [
                "CanonicalJSON", "Encodings", "GraphCatalog", "HTTPTransport", asn1, crypto,
                cryptoExtras,
                httpClient, logging,
            ] + nio,
            swiftSettings: safe),
        .target(name: "GitObjects", dependencies: ["ObjectHash", crypto], swiftSettings: safe),
        // Level 3
        .target(
            name: "GitPack", dependencies: ["CDeflate", "CLinux", "GitObjects", crypto],
            swiftSettings: strict),
        .target(
            name: "Attribution",
            dependencies: ["CanonicalJSON", "Encodings", "GraphCatalog", "GitObjects"],
            swiftSettings: safe),
        // Level 4
        .target(
            name: "GitStore", dependencies: ["CLibgit2", "CLinux", "GitObjects", "GitPack"],
            swiftSettings: strict),
        .target(
            name: "GitRemote", dependencies: ["GitObjects", "GitPack"], swiftSettings: safe),
        // Level 5
        .target(
            name: "HTTPCarrier",
            dependencies: [
                "Encodings", "GitObjects", "GitPack", "GitRemote", "HTTPTransport", httpClient,
            ] + nio,
            swiftSettings: safe),
        .target(
            name: "ProcessCarrier",
            dependencies: ["GitObjects", "GitPack", "GitRemote"],
            swiftSettings: strict),
        .target(
            name: "BackupEngine",
            dependencies: [
                "Attribution", "CanonicalJSON", "Encodings", "GraphCatalog", "GitObjects",
                "GitPack", "GitRemote", "GitStore",
            ],
            swiftSettings: safe),
        // Level 6
        .executableTarget(
            name: "BackupCommand",
            dependencies: [
                "BackupEngine", "CanonicalJSON", "Encodings", "GitObjects", "GitRemote", "GitStore",
                "GraphCatalog", "GraphClient", "HTTPCarrier", "HTTPTransport", "ProcessCarrier",
                "SSHTransport", "YAMLDocument", "CBuild", arguments, logging,
            ] + (release == nil ? [] : ["CGSSStub"]),
            swiftSettings: safe,
            linkerSettings: release == nil ? nil : archives.map { .linkedLibrary($0) }),

        // Beside the program: what plays its tenant, and what measures it.
        .target(
            name: "TenantSimulator",
            dependencies: [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "X509", package: "swift-certificates"),
                asn1, crypto, cryptoExtras, logging,
            ] + nio,
            swiftSettings: safe),
        .executableTarget(
            name: "SimulatorCommand", dependencies: ["TenantSimulator", arguments, logging],
            swiftSettings: safe),
        .target(
            name: "Rehearsal",
            dependencies: [
                "Attribution", "BackupEngine", "CanonicalJSON", "GitObjects", "GraphCatalog",
                "GraphClient", "HTTPTransport", "TenantSimulator", logging,
            ],
            swiftSettings: safe),
        .executableTarget(
            name: "Benchmark",
            dependencies: [
                "BackupEngine", "CanonicalJSON", "GitObjects", "GitPack", "GitStore",
                "GraphCatalog", "GraphClient", "HTTPTransport", "Rehearsal", "TenantSimulator",
                "TestSupport", arguments, logging,
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport",
            dependencies: [
                "GraphCatalog", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "CanonicalJSONTests", dependencies: ["CanonicalJSON"], swiftSettings: strict),
        .testTarget(
            name: "EncodingsTests", dependencies: ["Encodings", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "GraphCatalogTests", dependencies: ["Encodings", "GraphCatalog", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "YAMLDocumentTests", dependencies: ["YAMLDocument"], swiftSettings: strict),
        .testTarget(
            name: "GraphClientTests",
            dependencies: [
                "CanonicalJSON", "Encodings", "GraphCatalog", "GraphClient", "HTTPTransport",
                "TenantSimulator", "TestSupport", logging,
            ] + nio,
            swiftSettings: strict),
        .testTarget(
            name: "ObjectHashTests", dependencies: ["ObjectHash", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "GitObjectsTests", dependencies: ["GitObjects", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "GitPackTests", dependencies: ["GitObjects", "GitPack", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AttributionTests",
            dependencies: [
                "Attribution", "CanonicalJSON", "GraphCatalog", "Rehearsal", "TenantSimulator",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RehearsalTests",
            dependencies: [
                "BackupEngine", "CanonicalJSON", "GraphCatalog", "GraphClient", "Rehearsal",
                "TenantSimulator", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "GitStoreTests",
            dependencies: ["GitObjects", "GitPack", "GitStore", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "GitRemoteTests",
            dependencies: [
                "GitObjects", "GitPack", "GitRemote", "HTTPCarrier", "HTTPTransport",
                "ProcessCarrier", "TestSupport",
            ] + nio,
            swiftSettings: strict),
        .testTarget(
            name: "BackupEngineTests",
            dependencies: [
                "BackupEngine", "CanonicalJSON", "GitObjects", "GitPack", "GitRemote", "GitStore",
                "GraphCatalog", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "BackupCommandTests",
            dependencies: [
                "BackupCommand", "Encodings", "GitRemote", "HTTPCarrier", "HTTPTransport",
                "ProcessCarrier", "TenantSimulator", "TestSupport", "YAMLDocument", crypto, logging,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ] + nio,
            swiftSettings: strict),
        .testTarget(
            name: "TenantSimulatorTests",
            dependencies: ["TenantSimulator", "TestSupport", httpClient] + nio,
            exclude: ["OfficialClients"], swiftSettings: strict),
        .testTarget(name: "LayeringTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
