import FoundationEssentials
import GraphCatalog

/// A source that answers until a deadline, so that the rest of the time is left for writing.
///
/// A request that is open then is cancelled, and each one after it fails at once. Both fail like
/// any request, so their types are kept and everything that was read before is published.
struct TimeLimited<Source: GraphSource>: GraphSource {
    let source: Source
    let clock: RunClock
    /// `nil` for no limit.
    let deadline: Date?

    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        try await inTime { () async throws(GraphError) in
            try await source.page(target, found: found)
        }
    }

    func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
        try await inTime { () async throws(GraphError) in try await source.batch(requests) }
    }

    func expect(users: Int) async { await source.expect(users: users) }

    func pause(for duration: Duration) async throws(GraphError) {
        try await inTime { () async throws(GraphError) in try await source.pause(for: duration) }
    }

    func permissions() async throws(GraphError) -> Set<String>? { try await source.permissions() }

    func clockOffset() async -> Duration { await source.clockOffset() }

    private func inTime<Answer: Sendable>(
        _ read: @escaping @Sendable () async throws(GraphError) -> Answer
    ) async throws(GraphError) -> Answer {
        guard let deadline else { return try await read() }
        guard clock.now() < deadline else { throw .outOfTime(at: deadline) }
        let result = await withTaskGroup(of: Result<Answer, GraphError>?.self) {
            group -> Result<Answer, GraphError> in
            group.addTask {
                do throws(GraphError) { return .success(try await read()) } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await clock.sleep(deadline)
                return nil
            }
            var isLate = false
            var result: Result<Answer, GraphError>?
            for await ended in group {
                group.cancelAll()
                if let ended { result = ended } else if result == nil { isLate = true }
            }
            // An answer that came all the same is as good as any other.
            if isLate, !Task.isCancelled, case .failure(let error) = result {
                return .failure(.outOfTime(at: deadline, requests: error.requests))
            }
            return result ?? .failure(.outOfTime(at: deadline))
        }
        return try result.get()
    }
}

extension GraphError {
    fileprivate static func outOfTime(at deadline: Date, requests: Int = 0) -> GraphError {
        GraphError(
            .unavailable,
            "The time limit left no time to read all of it: reading ended at "
                + deadline.timestamp,
            hint: "Raise --time-limit, or choose fewer types.", requests: requests)
    }
}
