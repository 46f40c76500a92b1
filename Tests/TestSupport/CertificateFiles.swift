import Foundation

/// Keys and certificates made by openssl, in a folder that goes away with the last reference.
///
/// The password of what is encrypted is ``password``.
package final class CertificateFiles: Sendable {
    package static let password = "correct h0rse"

    package let folder: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("tenantkeep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    package func path(_ name: String) -> String { "\(folder)/\(name)" }

    package func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    package func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    package func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    /// Makes the key `name.key` (PKCS#8) and the certificate `name.crt`.
    ///
    /// - Parameter isOver: whether the certificate's time is over.
    package func makePair(_ name: String, key: String = "rsa:2048", isOver: Bool = false) throws {
        try openssl(
            "req", "-new", "-newkey", key, "-nodes", "-subj", "/CN=\(name)", "-keyout",
            "\(name).key", "-out", "\(name).csr")
        try openssl(
            "x509", "-req", "-in", "\(name).csr", "-signkey", "\(name).key", "-days",
            isOver ? "-1" : "10", "-out", "\(name).crt")
    }

    /// Puts files behind one another into a new one.
    package func join(_ names: [String], into name: String) throws {
        try write(try names.flatMap { try bytes($0) }, to: name)
    }

    /// Runs openssl in the folder.
    package func openssl(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let errors = path("openssl.err")
        try Data().write(to: URL(fileURLWithPath: errors))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw GitFailure(
                command: ["openssl"] + arguments, status: process.terminationStatus,
                errors: try text("openssl.err"))
        }
    }
}
