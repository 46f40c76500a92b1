import Foundation

// The calls into C that start a process.

/// Starts a program with files for its three streams; returns the process's ID.
///
/// - Parameter input: what the child reads if its input is a pipe.
func spawn(
    _ invocation: Invocation, input: Int32?, _ output: ChildProcess.Output
) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    switch invocation.input {
    case .nothing: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    case .file(let path): posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
    case .pipe: posix_spawn_file_actions_adddup2(&actions, input ?? -1, 0)
    }
    let create = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 1, output.standard, create, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, output.errors, create, 0o600)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    makeIndependent(&attributes)

    var id: pid_t = 0
    let environment = invocation.environment.map { "\($0.key)=\($0.value)" }
    let status = withCStrings(invocation.words) { words in
        withCStrings(environment) { environment in
            posix_spawnp(&id, invocation.words[0], &actions, &attributes, words, environment)
        }
    }
    guard status == 0 else {
        throw Failed("Could not start \(invocation.line): \(String(cString: strerror(status))).")
    }
    return id
}

/// Lets a child be interrupted, though this process handles the signals itself, and makes it the
/// first of a group, so that it can be ended with all it started.
private func makeIndependent(_ attributes: inout posix_spawnattr_t) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
}

/// Calls `body` with C strings and the null after the last.
private func withCStrings<Value>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
) -> Value {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
