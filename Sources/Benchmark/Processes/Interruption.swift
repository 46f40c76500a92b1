import Foundation
import Synchronization

/// A signal asked this process to end.
///
/// It ends its children, and with them whatever waits for one; then the temporary folder goes as it
/// does after any other failure. A second signal ends everything at once.
struct Interruption: Error {
    let signal: Int32

    // A Mutex: set by whoever handles the signal, on another thread.
    private static let received = Mutex<Int32?>(nil)

    /// - Throws: an ``Interruption`` once a signal has come.
    static func check() throws {
        if let signal = received.withLock({ $0 }) { throw Interruption(signal: signal) }
    }

    /// Handles SIGINT and SIGTERM from now on, for as long as what is returned is kept.
    static func watch() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            Foundation.signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { receive(number) }
            source.resume()
            return source
        }
    }

    private static func receive(_ number: Int32) {
        let isSecond = received.withLock { signal in
            defer { signal = number }
            return signal != nil
        }
        if isSecond { _exit(128 + number) }
        ChildProcess.endAll()
    }
}
