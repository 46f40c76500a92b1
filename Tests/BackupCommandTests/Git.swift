import Foundation

/// The git of this machine, in one bare repository.
struct Git {
    let folder: URL

    struct Failed: Error {
        let arguments: [String]
        let status: Int32
    }

    @discardableResult
    func callAsFunction(_ arguments: String..., input: String = "") throws -> String {
        try self(arguments, input: input)
    }

    /// Returns what git prints, without the newline at its end.
    func callAsFunction(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.currentDirectoryURL = folder
        var variables = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "GIT_DIR": "tenant.git",
            "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@localhost",
            "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@localhost",
        ]
        if arguments.first == "init" { variables["GIT_DIR"] = nil }
        process.environment = variables.merging(environment) { $1 }
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(arguments: arguments, status: process.terminationStatus)
        }
        let isNewline = output.last == UInt8(ascii: "\n")
        return String(decoding: output.dropLast(isNewline ? 1 : 0), as: UTF8.self)
    }
}
