import Foundation
import Testing

/// The built `tenantkeep`, run as a user would.
///
/// Its environment is what a test gives it and nothing else; its working folder is new, and goes
/// away with the test.
final class Program: Sendable {
    /// What one run of the program left behind.
    struct Ending {
        let status: Int32
        let output: String
        let messages: String

        /// The document on standard output.
        func document() throws -> [String: Any] {
            try #require(
                try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        }
    }

    /// The working folder.
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "tenantkeep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The program that `make test` names, which is the one that users run; else the one beside the
    /// tests.
    static func executable() throws -> URL {
        let tests = try #require(Bundle.main.executableURL)
        let named = ProcessInfo.processInfo.environment["TENANTKEEP_TEST_PROGRAM"]
        let executable =
            named.map { URL(filePath: $0) }
            ?? tests.deletingLastPathComponent().appending(path: "tenantkeep")
        try #require(FileManager.default.isExecutableFile(atPath: executable.path))
        return executable
    }

    /// Writes a file into the working folder.
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: name).path)
    }

    /// Runs the program to its end.
    ///
    /// - Parameter whileRunning: called with the process once it runs.
    func run(
        _ arguments: String..., environment: [String: String] = [:],
        whileRunning: (Process) async throws -> Void = { _ in }
    ) async throws -> Ending {
        try await run(arguments, environment: environment, whileRunning: whileRunning)
    }

    /// - Parameter executable: another program in its place.
    func run(
        _ arguments: [String], environment: [String: String] = [:], executable: URL? = nil,
        whileRunning: (Process) async throws -> Void = { _ in }
    ) async throws -> Ending {
        let process = Process()
        process.executableURL = try executable ?? Self.executable()
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        let output = try OutputFile(in: folder)
        let messages = try OutputFile(in: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output.handle
        process.standardError = messages.handle
        let (ends, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = {
            // A death by signal reads as in a shell.
            let isSignal = $0.terminationReason == .uncaughtSignal
            continuation.yield($0.terminationStatus + (isSignal ? 128 : 0))
            continuation.finish()
        }
        try process.run()
        try await whileRunning(process)
        var status: Int32 = -1
        for await end in ends { status = end }
        return Ending(
            status: status, output: try output.content(), messages: try messages.content())
    }
}

/// A file that takes one output of a process: unlike a pipe, it never fills up.
private struct OutputFile {
    let handle: FileHandle
    private let url: URL

    init(in folder: URL) throws {
        url = folder.appending(path: ".output-\(UUID().uuidString)")
        try Data().write(to: url)
        handle = try FileHandle(forWritingTo: url)
    }

    func content() throws -> String {
        try handle.close()
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        try FileManager.default.removeItem(at: url)
        return text
    }
}
