import GraphCatalog

/// A clock, with its instants counted from the moment this was made.
///
/// Stands for any `Clock<Duration>`, so that what waits need not be generic over one.
struct Timeline: Sendable {
    private let elapsed: @Sendable () -> Duration
    private let pause: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(for: $0) }
    }

    var now: Duration { elapsed() }

    /// - Throws: only if the task is cancelled.
    func sleep(for duration: Duration) async throws(GraphError) {
        guard duration > .zero else { return }
        do {
            try await pause(duration)
        } catch {
            throw .cancelled
        }
    }
}

extension GraphError {
    static let cancelled = GraphError(.other, "The read was cancelled")
}
