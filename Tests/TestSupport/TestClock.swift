import Synchronization

/// A clock that is wound on by whoever sleeps, so that waiting takes no time.
package final class TestClock: Clock {
    package struct Instant: InstantProtocol {
        package let sinceStart: Duration

        package func advanced(by duration: Duration) -> Instant {
            Instant(sinceStart: sinceStart + duration)
        }

        package func duration(to other: Instant) -> Duration { other.sinceStart - sinceStart }

        package static func < (one: Instant, other: Instant) -> Bool {
            one.sinceStart < other.sinceStart
        }
    }

    private let state = Mutex<(now: Duration, sleeps: [Duration])>((.zero, []))

    package init() {}

    package var now: Instant { Instant(sinceStart: sinceStart) }
    package var sinceStart: Duration { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// How long each sleeper slept.
    package var sleeps: [Duration] { state.withLock { $0.sleeps } }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.sleeps.append(deadline.sinceStart - state.now)
            state.now = max(state.now, deadline.sinceStart)
        }
    }

    package func advance(by duration: Duration) {
        state.withLock { $0.now += duration }
    }
}
