import SSHTransport

/// Plays this program's own part as the process that carries git's protocol over SSH, if that is
/// what it was started for.
///
/// - Returns: the status to exit with; `nil` if it was started for anything else.
func carriedSSH(_ arguments: [String], environment: [String: String]) -> Int32? {
    guard arguments.count == 3, arguments[0] == "ssh-carrier" else { return nil }
    return SSHRelay(service: arguments[1], url: arguments[2], environment: environment).run()
}
