import GraphCatalog

/// Makes tries of one request until one succeeds or patience ends.
struct Persistence {
    let service: String
    let patience: Patience
    let timeline: Timeline
    let random: @Sendable () -> UInt64

    /// - Parameters:
    ///   - attempt: one try; gets the number of tries before it. What it throws is final.
    ///   - pause: told of a failure and the wait it brings, before the wait.
    func run<Answer>(
        _ attempt: (Int) async throws(GraphError) -> Result<Answer, Failure>,
        pause: (Failure, Duration) async -> Void = { _, _ in }
    ) async throws(GraphError) -> Answer {
        var attempts = Attempts(at: service, patience: patience)
        let start = timeline.now
        while true {
            switch try await attempt(attempts.count) {
            case .success(let answer): return answer
            case .failure(let failure):
                if failure.kind == Failure.cancelled.kind, Task.isCancelled { throw .cancelled }
                let wait = try attempts.wait(
                    after: failure, elapsed: timeline.now - start, random: random())
                await pause(failure, wait)
                try await timeline.sleep(for: wait)
            }
        }
    }
}
