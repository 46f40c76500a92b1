import Dispatch

/// A thread of its own for one actor, so that a slow disk or a long computation does not hold one of
/// Swift's few.
package final class OwnThread: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter name: shown by debuggers and profilers.
    package init(_ name: String) {
        queue = DispatchQueue(label: name)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
