import Dispatch
import GitObjects
import GitRemote
import Glibc
import Synchronization

/// A process of this machine that is talked to over its standard input and output.
///
/// - It gets the environment it is given and no open file beside the three standard ones.
/// - Its silence is bounded; it ends with the last reference at the latest.
final class ChildProcess: Sendable {
    private let pid: pid_t
    /// Our end of its input and output.
    private let socket: Int32
    /// Its errors.
    private let errors: Int32
    private let idling: Duration
    private let queue = DispatchQueue(label: "tenantkeep.child")
    /// How it ended, once it has.
    private let status = Mutex<Int32?>(nil)

    init(
        _ command: [String], environment: [String: String], idling: Duration
    ) throws(RemoteError) {
        // No process inherits an end but by its own place.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        var ends: [Int32] = [-1, -1]
        var errorEnds: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, type, 0, &ends) == 0,
            socketpair(AF_UNIX, type, 0, &errorEnds) == 0
        else { throw .process("make a connection to a process", errno) }
        (socket, errors) = (ends[0], errorEnds[0])
        self.idling = idling
        let (pid, code) = spawn(command, environment, input: ends[1], errors: errorEnds[1])
        self.pid = pid
        close(ends[1])
        close(errorEnds[1])
        guard code == 0 else { throw .process("run \(command[0])", code) }
    }

    deinit {
        close(socket)
        close(errors)
        if pid > 0, status.withLock({ $0 }) == nil {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
    }

    /// Returns the next bytes of its output; `nil` when it has ended in order.
    func read() async throws(RemoteError) -> [UInt8]? {
        try await apart { () throws(RemoteError) in
            try self.wait(for: POLLIN)
            var bytes = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(self.socket, &bytes, bytes.count, 0)
            guard count > 0 else { return try self.finish() }
            return Array(bytes.prefix(count))
        }
    }

    /// Writes to its input. A process that takes no more has said why, or will have.
    func write(_ bytes: [UInt8]) async throws(RemoteError) {
        try await apart { () throws(RemoteError) in
            var done = 0
            while done < bytes.count {
                try self.wait(for: POLLOUT)
                let part = bytes.withUnsafeBytes {
                    send(
                        self.socket, $0.baseAddress?.advanced(by: done), $0.count - done,
                        Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                }
                if part < 0 && (errno == EAGAIN || errno == EINTR) { continue }
                guard part > 0 else { return }
                done += part
            }
        }
    }

    /// Ends its input.
    func endInput() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Runs what blocks on a thread of its own. A task that is cancelled ends the process.
    private func apart<Value: Sendable>(
        _ body: @escaping @Sendable () throws(RemoteError) -> Value
    ) async throws(RemoteError) -> Value {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    do throws(RemoteError) {
                        continuation.resume(
                            returning: Result<Value, RemoteError>.success(try body()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        } onCancel: {
            kill(pid, SIGKILL)
        }
        if Task.isCancelled { throw .cancelled }
        return try result.get()
    }

    private func wait(for event: Int32) throws(RemoteError) {
        var watched = pollfd(fd: socket, events: Int16(event), revents: 0)
        let limit = Int32(clamping: Int(idling / .milliseconds(1)))
        while true {
            let count = poll(&watched, 1, limit)
            if count < 0 && errno == EINTR { continue }
            guard count == 0 else { return }
            kill(pid, SIGKILL)
            throw RemoteError(.silent, "the host fell silent")
        }
    }

    /// Waits for its end.
    ///
    /// - Throws: its words, unless it ended with status 0.
    private func finish() throws(RemoteError) -> [UInt8]? {
        var ending: Int32 = 0
        while waitpid(pid, &ending, 0) < 0 && errno == EINTR {}
        status.withLock { $0 = ending }
        guard ending != 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(errors, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        throw HostWords([text]).error(or: .broken, "the connection broke off")
    }
}

/// Starts a process and returns its ID, or the system's reason why not.
private func spawn(
    _ command: [String], _ environment: [String: String], input: Int32, errors: Int32
) -> (pid: pid_t, code: Int32) {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, input, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    // Whatever else is open here and was not opened for this program alone. A place that holds
    // nothing is no error.
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    for place in 3..<Int32(min(limit.rlim_cur, 1_024)) {
        posix_spawn_file_actions_addclose(&actions, place)
    }
    // This process blocks the signals it waits for, and ignores broken pipes.
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
        &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var words = command.map { strdup($0) } + [nil]
    var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + settings { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, command[0], &actions, &attributes, &words, &settings)
    return (code == 0 ? pid : 0, code)
}

extension RemoteError {
    fileprivate static func process(_ action: String, _ code: Int32) -> RemoteError {
        RemoteError(
            .unreachable, "this machine could not \(action): \(String(cString: strerror(code)))")
    }
}
