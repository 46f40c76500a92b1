import ArgumentParser

/// What `push` and `fetch` can be told beside the common options.
struct RemoteFlags: ParsableArguments {
    @Argument(help: ArgumentHelp("The remote (default: that of the settings).", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("The branch here (default: main).", valueName: "name"))
    var branch: String?

    @Option(
        help: ArgumentHelp("The branch's name there (default: the same).", valueName: "name"))
    var remoteBranch: String?

    @Option(
        help: ArgumentHelp(
            "Where the remote keeps the run records, if it takes only branches (default: refs/tenantkeep/runs).",
            valueName: "ref"))
    var runsRef: String?

    var flags: [Setting: [String]] {
        var flags: [Setting: [String]] = [:]
        flags[.push] = url.map { [$0] }
        flags[.branch] = branch.map { [$0] }
        flags[.remoteBranch] = remoteBranch.map { [$0] }
        flags[.runsRef] = runsRef.map { [$0] }
        return flags
    }
}
