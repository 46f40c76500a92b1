import Dispatch
import Synchronization

/// Runs `body`, and cancels it when the process is told to end (SIGINT, SIGTERM).
///
/// A second signal ends the process at once, wherever `body` is: what a run leaves behind then is
/// what a power failure would. When `body` has returned, so does a first one.
///
/// The signals must be blocked in every thread (``block(_:)``), or they end the process themselves.
///
/// - Returns: what `body` returned, and the first signal that came, if one did. `body` may have
///   finished its work in spite of it.
func withInterrupts<Value: Sendable>(
    _ body: @escaping @Sendable () async -> Value
) async -> (value: Value, signal: Int32?) {
    let first = FirstSignal()
    let (arrivals, continuation) = AsyncStream.makeStream(of: Int32.self)
    // Dispatch listens a little after it was told to, and until then a signal ends the process.
    let (listening, listens) = AsyncStream.makeStream(of: Void.self)
    let sources = SignalNumber.all.map { number in
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setRegistrationHandler { listens.yield() }
        source.setEventHandler {
            guard first.take(number) else { endAtOnce(after: number) }
            continuation.yield(number)
        }
        source.resume()
        return source
    }
    for await _ in listening.prefix(sources.count) {}
    let value = await running(body) {
        for await _ in arrivals { break }  // ends on the first one, or when cancelled
    }
    for source in sources { source.cancel() }
    unblock(SignalNumber.all)
    return (value, first.number)
}

/// The first signal that came.
///
/// Set on a queue of Dispatch, which cannot wait for an actor, and read after the run: hence a
/// lock.
private final class FirstSignal: Sendable {
    private let state = Mutex<Int32?>(nil)

    var number: Int32? { state.withLock { $0 } }

    /// Returns whether `number` is the first.
    func take(_ number: Int32) -> Bool {
        state.withLock { first in
            guard first == nil else { return false }
            first = number
            return true
        }
    }
}
