import Glibc
import NIOCore
import NIOPosix
import UnixSignals

/// Returns when the process is told to end: by SIGINT, SIGTERM, or, if asked for, by the end of its
/// standard input, which is how a parent's death shows.
package func waitForShutdown(watchingStandardInput: Bool) async {
    await withTaskGroup(of: Void.self) { group in
        group.addTask {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return }
        }
        if watchingStandardInput { group.addTask { await endOfStandardInput() } }
        await group.next()
        group.cancelAll()
    }
}

/// Returns when standard input is closed at its other end, or cannot be waited for.
private func endOfStandardInput() async {
    let descriptor = dup(STDIN_FILENO)
    guard descriptor >= 0,
        let channel = try? await NIOPipeBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .takingOwnershipOfDescriptor(input: descriptor).get()
    else { return }
    await withTaskCancellationHandler {
        try? await channel.closeFuture.get()
    } onCancel: {
        channel.close(promise: nil)
    }
}
