import GitStore
import SSHTransport

/// Plays this program's own part as the process that carries git's protocol over SSH, or to a path,
/// if that is what it was started for.
///
/// - Returns: the status to exit with; `nil` if it was started for anything else.
func carriedGit(_ arguments: [String], environment: [String: String]) -> Int32? {
    guard arguments.count == 3 else { return nil }
    switch arguments[0] {
    case "ssh-carrier":
        return SSHRelay(service: arguments[1], url: arguments[2], environment: environment).run()
    case "path-carrier":
        do throws(GitError) {
            try playHost(of: arguments[2], service: arguments[1])
            return 0
        } catch {
            let isThere = error.kind != .notARepository
            let words =
                isThere ? error.reason : "'\(arguments[2])' does not appear to be a git repository"
            _ = OutputStream.standardError.write(words + "\n")
            return 1
        }
    default: return nil
    }
}
