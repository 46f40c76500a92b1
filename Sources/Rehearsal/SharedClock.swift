package import FoundationEssentials
import Synchronization
package import TenantSimulator

/// One clock for a tenant, the client that reads it and the engine behind both.
///
/// It stands still but for those who wait: whoever sleeps winds it on, so that a year of waiting
/// takes no time, and everybody sees the same moment.
package final class SharedClock: SimulatorClock {
    private let time: Mutex<Timestamp>

    package init(_ start: Timestamp) { time = Mutex(start) }

    package var now: Timestamp { time.withLock { $0 } }

    package func advance(by seconds: Double) { time.withLock { $0 = $0 + seconds } }

    fileprivate func advance(to moment: Timestamp) { time.withLock { $0 = max($0, moment) } }

    /// The same, for the engine.
    package var date: Date { Date(timeIntervalSince1970: now.seconds) }

    /// - Throws: if the task is cancelled.
    package func sleep(until date: Date) async throws {
        try Task.checkCancellation()
        advance(to: Timestamp(seconds: date.timeIntervalSince1970))
    }

    /// The same, for the client.
    package var waits: Waits { Waits(clock: self) }

    package struct Waits: Clock {
        package struct Instant: InstantProtocol {
            fileprivate let moment: Timestamp

            package func advanced(by duration: Duration) -> Instant {
                Instant(moment: moment + duration / .seconds(1))
            }

            package func duration(to other: Instant) -> Duration {
                .nanoseconds((other.moment.ticks - moment.ticks) * 100)
            }

            package static func < (one: Instant, other: Instant) -> Bool {
                one.moment < other.moment
            }
        }

        fileprivate let clock: SharedClock

        package var now: Instant { Instant(moment: clock.now) }
        package var minimumResolution: Duration { .nanoseconds(100) }

        package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
            try Task.checkCancellation()
            // A step at least, or what is shorter than one would be waited for for ever.
            clock.advance(to: max(deadline.moment, Timestamp(ticks: clock.now.ticks + 1)))
        }
    }
}
