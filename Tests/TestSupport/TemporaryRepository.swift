import Foundation

/// A place for one bare repository, and real git to judge what stands there.
///
/// The repository is not made: the program under test makes it, or ``initialize()``. Everything is
/// removed with the last reference. Git runs without the configuration of the machine and of its
/// user, so a test means the same everywhere.
package final class TemporaryRepository: Sendable {
    /// The folder around the repository, for whatever else a test needs.
    package let folder: String
    /// Where the repository is to be.
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("tenantkeep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
        path = url.appendingPathComponent("tenant.git").path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Makes an empty bare repository, as a person would.
    package func initialize() throws {
        try git("init", "--quiet", "--bare", "--initial-branch=main", path)
    }

    /// Runs git in the repository, or beside it while there is none, and returns what it printed
    /// without the last line break.
    ///
    /// - Throws: ``GitFailure`` unless git ends with status 0, and so if there is no git.
    @discardableResult
    package func git(_ arguments: String..., input: [UInt8] = []) throws -> String {
        try git(arguments, input: input)
    }

    @discardableResult
    package func git(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let output = try run(["git"] + arguments, input: input)
        let text = String(decoding: output, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// The same, for output that is not text.
    package func gitBytes(_ arguments: String..., input: [UInt8] = []) throws -> [UInt8] {
        try run(["git"] + arguments, input: input)
    }

    /// Runs a Python script and returns what it wrote.
    package func python(_ script: String, input: [UInt8]) throws -> [UInt8] {
        try run(["python3", "-c", script], input: input)
    }

    /// Returns a file's bytes; `name` is below the repository.
    package func file(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
    }

    /// Writes a file below the repository, and the folders above it; replaces what was there, even
    /// if that may not be written to.
    package func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let url = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url, options: .atomic)
    }

    /// The paths of all files below the repository, sorted.
    package func files() throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        return names.filter { name in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: "\(path)/\(name)", isDirectory: &isFolder)
            return exists && !isFolder.boolValue
        }.sorted()
    }

    /// Runs any command as git is run.
    @discardableResult
    package func run(_ command: [String], input: [UInt8] = []) throws -> [UInt8] {
        // Files instead of pipes: neither side ever waits for the other.
        let base = "\(folder)/\(UUID().uuidString)"
        let (inPath, outPath, errorPath) = ("\(base).in", "\(base).out", "\(base).err")
        defer {
            for path in [inPath, outPath, errorPath] {
                try? FileManager.default.removeItem(atPath: path)
            }
        }
        for (path, bytes) in [(inPath, input), (outPath, []), (errorPath, [])] {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = environment
        let exists = FileManager.default.fileExists(atPath: path)
        process.currentDirectoryURL = URL(fileURLWithPath: exists ? path : folder)
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: inPath))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outPath))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let errors = try Data(contentsOf: URL(fileURLWithPath: errorPath))
            throw GitFailure(
                command: command, status: process.terminationStatus,
                errors: String(decoding: errors, as: UTF8.self))
        }
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: outPath)))
    }

    private var environment: [String: String] {
        [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "HOME": folder, "LC_ALL": "C", "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CEILING_DIRECTORIES": folder, "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": "Adele Vance", "GIT_AUTHOR_EMAIL": "adele@contoso.com",
            "GIT_AUTHOR_DATE": "1793498400 +0000",
            "GIT_COMMITTER_NAME": "Tenantkeep", "GIT_COMMITTER_EMAIL": "tenantkeep@localhost",
            "GIT_COMMITTER_DATE": "1793498460 +0000",
        ]
    }
}

/// What git said when it refused.
package struct GitFailure: Error, CustomStringConvertible {
    package let command: [String]
    package let status: Int32
    package let errors: String

    package var description: String {
        "\(command.joined(separator: " ")) ended with status \(status): \(errors)"
    }
}
