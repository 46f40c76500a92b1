import Foundation

/// Runs scripts as an agent would, in a folder of their own and with nothing of the test's own
/// environment but the path to programs.
struct Shell {
    struct Ending {
        let status: Int32
        let output: String
    }

    /// Where scripts run.
    let folder: URL

    /// Runs a script; both outputs come together, as in a log.
    func run(
        _ script: String, with interpreter: [String] = ["bash", "-e"],
        environment: [String: String] = [:], programs: String? = nil
    ) throws -> Ending {
        let name = UUID().uuidString
        let file = folder.appending(path: "\(name).sh")
        let log = folder.appending(path: "\(name).log")
        defer { for url in [file, log] { try? FileManager.default.removeItem(at: url) } }
        try Data(script.utf8).write(to: file)
        try Data().write(to: log)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = interpreter + [file.path]
        process.environment = environment.merging(
            ["PATH": programs.map { "\($0):\(path)" } ?? path, "HOME": folder.path]
        ) { $1 }
        process.currentDirectoryURL = folder
        let handle = try FileHandle(forWritingTo: log)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        return Ending(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: log), as: UTF8.self))
    }

    /// Makes an executable script below ``folder``, and the folders above it.
    func write(_ script: String, to name: String) throws {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(script.utf8).write(to: url)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: url.path)
    }

    func text(of name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }
}
