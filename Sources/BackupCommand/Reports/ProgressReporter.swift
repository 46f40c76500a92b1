import BackupEngine
import GitRemote
import GitStore

/// Shows the events of a run as they come: on a terminal a line that is drawn at most ten times a
/// second, elsewhere a line for each stage and one every half minute.
actor ProgressReporter {
    private let console: Console
    private let elapsed: @Sendable () -> Duration
    private let width: @Sendable () -> Int
    private var progress = Progress()
    private var lastShown: Duration?
    private var lastStage = Progress.Stage.starting

    /// - Parameters:
    ///   - elapsed: the time since the run began.
    ///   - width: columns of the terminal now; people change it.
    init(
        on console: Console, elapsed: @escaping @Sendable () -> Duration,
        width: @escaping @Sendable () -> Int = { 80 }
    ) {
        self.console = console
        self.elapsed = elapsed
        self.width = width
    }

    /// Shows that the run has begun, and then how time goes by: signing in may take a while, and so
    /// may a throttle limit. Returns when cancelled.
    func watch() async {
        while !Task.isCancelled {
            if console.style.progress == .line { await draw(at: elapsed()) }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    func take(_ event: BackupEvent) async {
        let time = elapsed()
        progress.take(event, at: time)
        if case .ended(let type, let record) = event {
            await console.detail("Read \(type): \(record.wording).")
        }
        if case .untidy(let error) = event {
            await console.say(
                .warning,
                "The backup is complete, but its packs could not be joined: could not "
                    + "\(error.action): \(error.reason). The next run tries again.")
        }
        if case .clock(let seconds) = event {
            await console.say(
                .warning,
                "\(Finding.clockText(aheadBy: seconds)). Audit events are compared by the service's "
                    + "clock, but commits and tags are dated by this one. \(Finding.clockHint)")
        }
        if let warning = event.warning { await console.say(.warning, warning) }
        switch console.style.progress {
        case .none: return
        case .line: await draw(at: time)
        case .plain: await say(at: time)
        }
    }

    private func draw(at time: Duration) async {
        guard isDue(after: .milliseconds(100), at: time) else { return }
        await console.draw(progress.line(at: time, width: width() - 1))
    }

    private func say(at time: Duration) async {
        let isNew = progress.stage != lastStage
        lastStage = progress.stage
        if progress.stage == .reading, isNew { lastShown = time }  // nothing to tell yet
        let isShown = progress.stage == .reading ? isDue(after: .seconds(30), at: time) : isNew
        guard isShown else { return }
        await console.say(progress.plainLine(at: time))
    }

    private func isDue(after interval: Duration, at time: Duration) -> Bool {
        if let lastShown, time - lastShown < interval { return false }
        lastShown = time
        return true
    }
}

extension BackupEvent {
    /// What a person should know of the remote and of the repository while the run goes on.
    fileprivate var warning: String? {
        switch self {
        case .remoteFailed(let error):
            "The remote could not be asked: \(error.reason). The run goes on from what is here."
                .joined(
                    error.hint)
        case .diverged(let name):
            "The remote has gone another way. The run starts from it; what only this repository had is kept as \(name)"
        case .passedOver(let name, let other, let isRemote):
            "\(name) was passed over: git cannot keep it beside \(other), which is "
                + (isRemote ? "at the remote." : "here.") + " Rename or delete one of them."
        case .rebuilt(let run):
            "The remote had no record of the run of \(run); it was made anew from its commits."
        case .missing(let count, let error):
            "\(count.counted("old object")) could not be fetched: "
                + CommandFailure(error).sentence
        case .checkedOut(let branch, let path):
            "\(branch) is checked out in the work tree \(path), which stays at the backup before. "
                + "Before you commit there, run git reset --hard in it."
        case .otherHead(let head, let branch):
            "HEAD of the repository names \(head), not \(branch): a clone checks out \(head). To "
                + "change that, run git symbolic-ref HEAD \(branch) in the repository."
        case .unsynced(let error): error.unsyncedSentence
        case .began, .read, .ended, .comparing, .publishing, .untidy, .fetching, .pushing, .clock:
            nil
        }
    }
}

extension GitError {
    /// What is to be said when refs have moved and may not be on the disk.
    var unsyncedSentence: String {
        "The refs have moved, but it is not certain that they are on the disk: could not "
            + "\(action): \(reason). Check the disk and the file system."
    }
}

extension String {
    fileprivate func joined(_ other: String?) -> String { other.map { "\(self) \($0)" } ?? self }
}

extension TypeRecord {
    /// `complete, 100,000 objects, 101 requests, 3.2 s waited`
    fileprivate var wording: String {
        [
            outcome.rawValue, reason, outcome == .complete ? objects.counted("object") : nil,
            requests.map { $0.counted("request") },
            waitSeconds.flatMap { $0 > 0 ? "\(Duration.seconds($0).wording) waited" : nil },
        ].compactMap(\.self).joined(separator: ", ")
    }
}
