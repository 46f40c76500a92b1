import CBuild

/// The program's version, in `--version`, run records and requests.
let programVersion = "0.1.0"

/// What `--version` says: a release names the commit it was built from.
let programVersionLine: String = {
    let commit = unsafe String(cString: cbuild_commit())
    return "tenantkeep \(programVersion)" + (commit.isEmpty ? "" : " (build \(commit))")
}()
