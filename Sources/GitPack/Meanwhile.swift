import Dispatch
import Synchronization

/// Something that is computed on another core.
///
///     let streams = Meanwhile { compressed(objects) }
///     hash = try hashOfBody()
///     write(streams.value)
package final class Meanwhile<Value: Sendable>: Sendable {
    private let result = Mutex<Value?>(nil)
    private let done = DispatchGroup()

    package init(_ compute: @escaping @Sendable () -> Value) {
        DispatchQueue.global().async(group: done) { [self] in
            let value = compute()
            result.withLock { $0 = value }
        }
    }

    /// The value; waits until it is there.
    package var value: Value {
        done.wait()
        guard let value = result.withLock({ $0 }) else { preconditionFailure("it has ended") }
        return value
    }
}
