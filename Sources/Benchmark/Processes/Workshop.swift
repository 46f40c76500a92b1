import Foundation

/// Runs programs with an environment that is the same on every machine.
struct Workshop: Sendable {
    let scratch: Scratch
    let programs: Programs

    init(_ scratch: Scratch) throws {
        self.scratch = scratch
        programs = try Programs()
    }

    /// Runs a program to its end.
    @discardableResult
    func run(
        _ words: [String], input: Invocation.Input = .nothing,
        adding variables: [String: String] = [:]
    ) throws -> Finished {
        try start(words, input: input, adding: variables).finish()
    }

    /// Runs a program to its end as one of the things measured.
    ///
    /// What others wrote goes to the disk first, so that nobody pays for it but them. The program is
    /// started by GNU `time`, which is so small that the peak of memory is the program's own.
    func measure(
        _ words: [String], input: Invocation.Input = .nothing,
        adding variables: [String: String] = [:]
    ) throws -> Finished {
        sync()
        let peak = scratch.path("peak.txt")
        let timed = ["time", "--format=%M", "--output=\(peak)"] + words
        let before = try ProcessorTime.busy()
        var finished = try run(timed, input: input, adding: variables)
        let busy = try ProcessorTime.busy() - before
        finished.usage.othersCPU = max(0, busy - finished.usage.cpu)
        let text = try String(contentsOfFile: peak, encoding: .utf8)
        guard let kibibytes = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Failed("time did not tell the memory of \(words[0]), but: \(text)")
        }
        finished.usage.peakMemory = kibibytes * 1_024
        return finished
    }

    func start(
        _ words: [String], input: Invocation.Input = .nothing,
        adding variables: [String: String] = [:]
    ) throws -> ChildProcess {
        let invocation = Invocation(
            words: words, environment: environment.merging(variables) { $1 }, input: input)
        return try ChildProcess(invocation, output: scratch.newOutput())
    }

    /// Runs git in a repository and returns what it prints, without the last line feed.
    @discardableResult
    func git(_ repository: String, _ words: String...) throws -> String {
        try run(["git", "--git-dir", repository] + words).text()
            .trimmingCharacters(in: .newlines)
    }

    /// Nobody's configuration, one identity, and no tidying in the background, which would run
    /// beside the next thing measured.
    private var environment: [String: String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        var variables = [
            "PATH": path, "HOME": scratch.path, "TMPDIR": scratch.path, "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "gc.auto", "GIT_CONFIG_VALUE_0": "0",
            "GIT_CONFIG_KEY_1": "maintenance.auto", "GIT_CONFIG_VALUE_1": "false",
        ]
        for role in ["AUTHOR", "COMMITTER"] {
            variables["GIT_\(role)_NAME"] = "Benchmark"
            variables["GIT_\(role)_EMAIL"] = "benchmark@localhost"
            variables["GIT_\(role)_DATE"] = "1790000000 +0000"
        }
        return variables
    }
}

/// The executables that were built beside this one.
struct Programs: Sendable {
    let benchmark: String
    let tenantkeep: String
    let simulator: String

    init() throws {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let folder = own.deletingLastPathComponent()
        benchmark = own.path
        tenantkeep = folder.appending(path: "tenantkeep").path
        simulator = folder.appending(path: "tenantkeep-simulator").path
        for program in [tenantkeep, simulator] {
            guard FileManager.default.isExecutableFile(atPath: program) else {
                let name = URL(filePath: program).lastPathComponent
                throw Failed(
                    "There is no \(program). Build it: swift build -c release --product \(name)")
            }
        }
    }
}
