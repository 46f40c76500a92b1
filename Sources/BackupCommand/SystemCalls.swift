import Glibc

// Every call into C that this module makes, each in a function that is safe to call.

/// The two signals that end a run in order.
enum SignalNumber {
    static let interrupt = SIGINT
    static let terminate = SIGTERM
    static let all = [interrupt, terminate]
}

/// One of the process's two outputs.
enum OutputStream: Int32, Sendable {
    case standardOutput = 1
    case standardError = 2

    var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Columns of the terminal; `nil` if there is none, or it does not say.
    var terminalWidth: Int? {
        var size = winsize()
        guard unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// Writes all of `text`, unless the reader has closed its pipe: then it has seen enough.
    ///
    /// - Returns: the system's words for why it could not, or `nil`.
    func write(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(
                    rawValue, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count < 0, errno == EPIPE { return nil }
            guard count >= 0 || errno == EINTR else { return systemReason(errno) }
            done += max(count, 0)
        }
        return nil
    }
}

/// A file that could not be read.
struct FileFailure: Error {
    /// The system's words.
    let reason: String
    let isMissing: Bool
}

/// Returns the bytes of a file that is small by its nature.
///
/// - Parameter limit: more bytes than this are refused.
func readSmallFile(_ path: String, limit: Int = 1 << 20) throws(FileFailure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        throw FileFailure(reason: systemReason(errno), isMissing: errno == ENOENT)
    }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe chunk.withUnsafeMutableBytes {
            unsafe read(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw FileFailure(reason: systemReason(errno), isMissing: false) }
        guard count > 0 else { return content }
        content += chunk.prefix(count)
        guard content.count <= limit else {
            throw FileFailure(reason: "it is larger than \(limit) bytes", isMissing: false)
        }
    }
}

private func systemReason(_ code: Int32) -> String {
    unsafe String(cString: strerror(code))
}

/// Makes a write into a closed pipe an error of that write and not the end of the process.
func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
}

/// Keeps the process's memory, and the secrets in it, out of files should it crash.
///
/// One byte instead of none: only that tells Linux to start no program that would take a dump.
func leaveNoCore() {
    var limit = rlimit(rlim_cur: 1, rlim_max: 1)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
}

/// Lets a crash end the process without Swift's report, which prints the memory behind each register
/// and with it whatever secret lies there.
func leaveNoCrashReport() {
    for number in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] {
        var action = sigaction()
        // Swift's handlers are the only ones here yet; what a parent ignores stays ignored.
        guard unsafe sigaction(number, nil, &action) == 0, action.sa_flags & SA_SIGINFO != 0
        else { continue }
        _ = signal(number, SIG_DFL)
    }
}

/// Keeps `signals` from ending the process, in this thread and those it makes from now on.
func block(_ signals: [Int32]) {
    mask(signals, SIG_BLOCK)
}

/// Lets `signals` end the process again.
func unblock(_ signals: [Int32]) {
    mask(signals, SIG_UNBLOCK)
}

private func mask(_ signals: [Int32], _ change: Int32) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    unsafe pthread_sigmask(change, &set, nil)
}

/// Ends the process at once, as a second signal asks for.
func endAtOnce(after signal: Int32) -> Never {
    _exit(128 + signal)
}

/// Ends the process.
func endProcess(withStatus status: Int32) -> Never {
    exit(status)
}

func pathExists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
}

/// Returns the system's words for why nothing can be written at `path`; `nil` if it can.
func writeObstacle(at path: String) -> String? {
    unsafe access(path, W_OK | X_OK) == 0 ? nil : systemReason(errno)
}

/// Returns how much can still be written at `path`; `nil` if the system does not say.
///
/// `files` is `nil` where the file system has no limit.
func freeSpace(at path: String) -> (bytes: UInt64, files: UInt64?)? {
    var system = statvfs()
    guard unsafe statvfs(path, &system) == 0 else { return nil }
    let bytes = UInt64(system.f_bavail) * UInt64(system.f_frsize)
    return (bytes, system.f_files == 0 ? nil : UInt64(system.f_favail))
}
