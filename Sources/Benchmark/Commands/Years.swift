import ArgumentParser
import Foundation

/// Backs a slowly changing tenant up day after day, and watches that the repository stays small
/// and the runs stay fast.
struct Years: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Back up a thousand days of a tenant.",
        discussion: "The status is 1 if there were too many packs or bytes, or git finds fault.")

    @Option(help: "How many users the tenant has.")
    var users = 100_000

    @Option(help: "How many days, a run each.")
    var runs = 1_000

    @Option(help: "How many users change each day.")
    var changes = 30

    @Option(help: "Where to make the temporary folder (default: the system's).")
    var scratch: String?

    func validate() throws {
        guard users >= 1, changes >= 1, changes <= users, runs >= 20 else {
            throw ValidationError("At least 20 runs are needed, and a user for each change.")
        }
    }

    func run() async throws {
        try await Scratch.with(in: scratch) { scratch in
            let workshop = try Workshop(scratch)
            let pages = scratch.path("pages")
            Console().say("Recording \(users) users over HTTP")
            try workshop.run(
                [workshop.programs.benchmark, "record", "--users", "\(users)", "--pages", pages])
            var history = History(
                pages: try PageFolder(pages), repository: scratch.path("years.git"),
                changes: changes)
            try await history.go(on: runs)
            try history.judge(workshop)
        }
    }
}

/// One repository, and how it fared day by day.
private struct History {
    let pages: PageFolder
    let repository: String
    let changes: Int
    private var days: [Day] = []

    private struct Day {
        /// Seconds.
        let wall: Double
        let packs: Int
        let bytes: Int
    }

    init(pages: PageFolder, repository: String, changes: Int) {
        self.pages = pages
        self.repository = repository
        self.changes = changes
    }

    mutating func go(on runs: Int) async throws {
        for day in 0..<runs {
            try Interruption.check()
            if day > 0 { try TenantDay(number: day, changes: changes).apply(to: pages) }
            try await backUp(day)
            if (day + 1) % 100 == 0 { report() }
        }
    }

    private mutating func backUp(_ day: Int) async throws {
        let start = Date(timeIntervalSince1970: 1_790_000_000 + Double(day) * 86_400)
        let run = BackupRun(pages: pages, repository: repository, start: start)
        let began = ContinuousClock.now
        let outcome = try await run()
        let wall = began.duration(to: .now) / .seconds(1)
        guard day == 0 || outcome.changes == changes else {
            throw Failed("Run \(day) found \(outcome.changes) of \(changes) users changed.")
        }
        days.append(
            Day(
                wall: wall, packs: try Pack.all(in: repository).count,
                bytes: try FolderSize(of: repository).bytes))
    }

    private func report() {
        guard let last = days.last else { return }
        print(
            String(
                format: "run %5d: %3d packs, %7.1f MB, median of the last 10 runs %.3f s",
                days.count, last.packs, Double(last.bytes) / 1e6,
                days.suffix(10).map(\.wall).median))
        fflush(nil)
    }

    /// Prints a line for each target.
    ///
    /// - Throws: if one was missed, but for time, which is only reported.
    func judge(_ workshop: Workshop) throws {
        let verdicts = [packVerdict, byteVerdict, timeVerdict]
        for verdict in verdicts { print(verdict.line) }
        try RepositoryChecks(workshop: workshop).checkObjects(of: repository)
        print("reached  git fsck finds nothing")
        guard packVerdict.isReached, byteVerdict.isReached else {
            throw Failed("The repository did not stay small.")
        }
    }

    private var packVerdict: Verdict {
        let most = days.map(\.packs).max() ?? 0
        return Verdict("never more than 20 packs", "\(most)", most <= 20)
    }

    private var byteVerdict: Verdict {
        let bytes = Double(days.last?.bytes ?? 0)
        return Verdict(
            "below 150 MB (of 100,000 users after 1000 runs)", bytes / 1e6, " MB", digits: 1,
            bytes < 150e6)
    }

    /// Runs 5 to 15 against the last eleven.
    private var timeVerdict: Verdict {
        let early = days[4..<15].map(\.wall).median
        let late = days.suffix(11).map(\.wall).median
        let figure = String(format: "%.3f s and %.3f s, %.2f ×", late, early, late / early)
        return Verdict("the last runs as fast as runs 5 to 15", figure, late <= early)
    }
}
