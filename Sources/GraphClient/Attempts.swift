import GraphCatalog

/// The failed tries of one request, and what follows from them.
struct Attempts {
    /// Starts the sentence: `Graph`.
    let service: String
    let patience: Patience
    private var failures: [Failure] = []

    init(at service: String, patience: Patience) {
        self.service = service
        self.patience = patience
    }

    var count: Int { failures.count }

    /// Returns how long to wait before the next try.
    ///
    /// - Parameter elapsed: since the first try began.
    /// - Throws: if there is to be no next try.
    mutating func wait(
        after failure: Failure, elapsed: Duration, random: UInt64
    ) throws(GraphError) -> Duration {
        failures.append(failure)
        let same = failures.count { $0.kind == failure.kind }
        guard count < patience.tries, same < patience.tries(of: failure.kind) else {
            throw surrender()
        }
        if failure.kind == .tokenRejected { return .zero }
        let wait = failure.retryAfter ?? patience.wait(after: same, random: random)
        // A server that says `0` again and again does not know; then our own wait holds.
        let longer = wait == .zero && same > 1 ? patience.wait(after: same, random: random) : wait
        guard elapsed + longer < patience.total else { throw surrender(before: failure.retryAfter) }
        return longer
    }

    /// What all the tries came to: `Graph answered 503 nine times (ServiceUnavailable)`.
    private func surrender(before wait: Duration? = nil) -> GraphError {
        guard let last = failures.last else { return GraphError(.other, "\(service) failed") }
        let detail = last.detail.map { " (\($0))" } ?? ""
        let isOne = failures.allSatisfy { $0.deed == last.deed }
        var reason =
            isOne
            ? "\(service) \(last.deed)\(count == 1 ? "" : " \(times(count))")\(detail)"
            : "\(service) failed \(times(count)), the last time it \(last.deed)\(detail)"
        if let explanation = last.explanation { reason += ": \(explanation)" }
        if let wait { reason += " and asks for \(wait.components.seconds) seconds" }
        return GraphError(last.kind.lesson, reason, hint: last.hint, requests: count)
    }
}

extension Failure.Class {
    /// What it means that no try was better.
    fileprivate var lesson: GraphError.Kind {
        switch self {
        case .throttled, .busy, .faulty, .broken: .unavailable
        case .unreachable: .unreachable
        case .garbled: .malformed
        case .tokenRejected: .notPermitted
        case .final(let kind): kind
        }
    }
}

/// Returns `once`, `twice`, `nine times`, `13 times`.
private func times(_ count: Int) -> String {
    let words = [
        "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ]
    switch count {
    case 1: return "once"
    case 2: return "twice"
    case 3..<(3 + words.count): return "\(words[count - 3]) times"
    default: return "\(count) times"
    }
}
