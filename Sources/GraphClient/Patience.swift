/// How often and how long a request is tried before it is given up.
package struct Patience: Sendable {
    /// Tries of one request, the first included, if Graph says that it is throttled or busy.
    package var tries = 9
    /// Tries if Graph fails (500, 502, 408) or the connection does.
    package var triesOfFaults = 5
    /// Tries if an answer is no JSON, or cut short in a way that the connection does not show.
    package var triesOfGarbage = 3
    /// For one request with all its tries; a wait that would go past it is not begun.
    package var total: Duration = .seconds(15 * 60)
    /// The first wait where the server names none; each further one is twice as long.
    package var firstWait: Duration = .seconds(2)
    package var longestWait: Duration = .seconds(120)

    /// For a connection with its TLS handshake.
    package var connecting: Duration = .seconds(15)
    /// From the request to the first byte of its answer.
    package var answering: Duration = .seconds(100)
    /// Between two bytes of an answer.
    package var idling: Duration = .seconds(60)
    /// From the first byte of an answer to its last, and a second more for each 16 KiB. A server
    /// that sends a byte now and then is never silent.
    package var receiving: Duration = .seconds(120)

    package init() {}

    func tries(of kind: Failure.Class) -> Int {
        switch kind {
        case .throttled, .busy: tries
        case .faulty, .broken, .unreachable: min(tries, triesOfFaults)
        case .garbled: min(tries, triesOfGarbage)
        case .tokenRejected: 2
        case .final: 1
        }
    }

    /// Returns how long so much of a body may take.
    func receiving(_ byteCount: Int) -> Duration {
        receiving + .seconds(byteCount / (16 << 10))
    }

    /// Returns the wait after the `count`th failure: half of the full wait or up to all of it.
    func wait(after count: Int, random: UInt64) -> Duration {
        var full = firstWait
        for _ in 1..<max(count, 1) where full < longestWait { full *= 2 }
        let share = 0.5 + Double(random >> 11) / Double(1 << 54)
        return min(full, longestWait) * share
    }
}
