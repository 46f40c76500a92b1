package import FoundationEssentials

/// The time as a run sees it: read and waited for nowhere else.
package struct RunClock: Sendable {
    let now: @Sendable () -> Date
    /// Returns at that time, or throws if the task is cancelled before.
    let sleep: @Sendable (_ until: Date) async throws -> Void

    package init(
        now: @escaping @Sendable () -> Date,
        sleep: @escaping @Sendable (_ until: Date) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's.
    package static let machine = RunClock(
        now: { Date.now },
        sleep: { try await Task.sleep(for: .seconds(max(0, $0.timeIntervalSinceNow))) })
}
