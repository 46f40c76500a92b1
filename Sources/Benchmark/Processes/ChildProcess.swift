import Foundation
import Synchronization

/// A program to run: its words and what it reads.
struct Invocation {
    /// The first is the program, found on the path if it has no slash.
    var words: [String]
    /// All of its environment.
    var environment: [String: String]
    var input: Input = .nothing

    enum Input {
        case nothing
        case file(String)
        /// A pipe whose other end stays open here until the process is asked to stop.
        case pipe
    }

    /// As a person would type it, for messages.
    var line: String {
        words.map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ")
    }
}

/// A child of this process, started by `posix_spawn`; what it prints goes to files.
///
/// Its standard output and error are files and not pipes, so that the child never waits for this
/// process and this one does no work while a child is measured.
struct ChildProcess: ~Copyable {
    let invocation: Invocation
    private let id: pid_t
    private let began: ContinuousClock.Instant
    private let output: Output
    /// The end of the standard input's pipe that is held open here.
    private let pipe: Int32?

    /// The files a child printed to.
    struct Output {
        let standard: String
        let errors: String
    }

    /// Starts it.
    ///
    /// - Parameter output: paths of files for what it prints, made anew.
    init(_ invocation: Invocation, output: Output) throws {
        try Interruption.check()
        let ends = try Self.pipe(for: invocation.input)
        defer { if let ends { close(ends.reading) } }
        let began = ContinuousClock.now
        let id: pid_t
        do { id = try spawn(invocation, input: ends?.reading, output) } catch {
            if let ends { close(ends.writing) }
            throw error
        }
        Self.running.withLock { _ = $0.insert(id) }
        self.invocation = invocation
        self.output = output
        self.began = began
        self.id = id
        pipe = ends?.writing
    }

    /// The ends of a pipe that no other child inherits, if the input is one.
    private static func pipe(
        for input: Invocation.Input
    ) throws -> (reading: Int32, writing: Int32)? {
        guard case .pipe = input else { return nil }
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw Failed("Could not make a pipe.") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Closes its standard input and waits for its end.
    ///
    /// - Throws: what it printed, if it did not end with status 0.
    consuming func finish() throws -> Finished {
        if let pipe { close(pipe) }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(id, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw Failed("Could not wait for \(invocation.line).") }
        }
        let wall = began.duration(to: .now)
        Self.running.withLock { _ = $0.remove(id) }
        try Interruption.check()
        guard status == 0 else { throw failure(status) }
        return Finished(usage: Usage(wall: wall, usage), output: output)
    }

    private borrowing func failure(_ status: Int32) -> Failed {
        let ending =
            status & 0x7F == 0
            ? "ended with status \(status >> 8 & 0xFF)"
            : "was ended by signal \(status & 0x7F)"
        let said = [output.standard, output.errors].compactMap(lastLines)
        return Failed(
            (["\(invocation.line) \(ending). It printed:"] + said).joined(separator: "\n"))
    }

    /// The first line it prints, waited for.
    borrowing func firstLine() async throws -> String {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            try Interruption.check()
            let text = try String(contentsOfFile: output.standard, encoding: .utf8)
            if let end = text.firstIndex(of: "\n") { return String(text[..<end]) }
            try await Task.sleep(for: .milliseconds(5))
        }
        let said = lastLines(of: output.errors) ?? ""
        throw Failed("\(invocation.line) printed nothing within 30 seconds.\n\(said)")
    }

    // A Mutex: read by whoever handles a signal, on another thread.
    private static let running = Mutex<Set<pid_t>>([])

    /// Ends all children that are still running, and theirs.
    static func endAll() {
        for id in running.withLock({ $0 }) { kill(-id, SIGTERM) }
    }

    /// Returns when none of them runs any more.
    static func waitForAll() {
        for id in running.withLock({ $0 }) { waitpid(id, nil, 0) }
    }
}

/// A child that ended well.
struct Finished {
    var usage: Usage
    fileprivate let output: ChildProcess.Output

    init(usage: Usage, output: ChildProcess.Output) {
        self.usage = usage
        self.output = output
    }

    /// All it wrote to its standard output.
    func text() throws -> String {
        try String(contentsOfFile: output.standard, encoding: .utf8)
    }

    /// Both outputs, for a program that has to be silent.
    func everything() throws -> String {
        try text() + String(contentsOfFile: output.errors, encoding: .utf8)
    }
}

/// The end of a file, enough to see why a program failed; `nil` if it is empty.
private func lastLines(of path: String) -> String? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    let end = (try? file.seekToEnd()) ?? 0
    try? file.seek(toOffset: end > 4_000 ? end - 4_000 : 0)
    guard let bytes = try? file.readToEnd(), !bytes.isEmpty else { return nil }
    return String(decoding: bytes, as: UTF8.self)
}
