import Synchronization
import Testing

@testable import BackupCommand

struct CompanionTests {
    /// Returns when its task is cancelled.
    @Sendable private static func untilCancelled() async {
        let (never, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in never {}
        continuation.finish()
    }

    @Test func `the end of the body ends its companion`() async {
        let wasCancelled = Mutex(false)

        let value = await running {
            7
        } beside: {
            await Self.untilCancelled()
            wasCancelled.withLock { $0 = Task.isCancelled }
        }

        #expect(value == 7)
        #expect(wasCancelled.withLock { $0 })
    }

    @Test func `the end of the companion cancels the body, which has the last word`() async {
        let value = await running {
            await Self.untilCancelled()
            return Task.isCancelled
        } beside: {
        }

        #expect(value)
    }

    @Test func `progress on a terminal begins before the first event`() async {
        let recorder = Recorder()
        var style = ConsoleStyle()
        style.progress = .line
        let reporter = ProgressReporter(on: recorder.console(style), elapsed: { .zero })

        await running {
            while recorder.messages.isEmpty { await Task.yield() }
        } beside: {
            await reporter.watch()
        }

        #expect(recorder.messages.hasPrefix("\rSigning in\u{1B}[K"))
    }
}
