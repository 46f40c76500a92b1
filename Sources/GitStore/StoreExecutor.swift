import Dispatch

/// A thread of its own for one store, so that a slow disk does not hold one of Swift's few.
final class StoreExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "tenantkeep.store")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
