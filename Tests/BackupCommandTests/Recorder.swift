import Synchronization

@testable import BackupCommand

/// Keeps what a console prints.
///
/// A console writes from its own actor and tests read afterwards, hence a lock.
final class Recorder: Sendable {
    private let written = Mutex<[(stream: OutputStream, text: String)]>([])

    var output: String { text(of: .standardOutput) }
    var messages: String { text(of: .standardError) }

    func console(_ style: ConsoleStyle = ConsoleStyle()) -> Console {
        Console(style, write: write)
    }

    @Sendable func write(_ stream: OutputStream, _ text: String) -> String? {
        written.withLock { $0.append((stream, text)) }
        return nil
    }

    private func text(of stream: OutputStream) -> String {
        written.withLock { $0.filter { $0.stream == stream }.map(\.text).joined() }
    }
}
