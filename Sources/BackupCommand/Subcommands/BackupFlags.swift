import ArgumentParser

/// What `backup` can be told beside the common options.
struct BackupFlags: ParsableArguments {
    @Option(help: ArgumentHelp("The branch to commit to (default: main).", valueName: "name"))
    var branch: String?

    @Option(
        help: ArgumentHelp(
            "The folder of the backup in the tree (default: the top).", valueName: "path"))
    var root: String?

    @Option(
        help: ArgumentHelp(
            "A type or group to back up, or several with commas; repeatable (default: Config).",
            valueName: "word"))
    var type: [String] = []

    @Option(
        help: ArgumentHelp(
            "A type or group to leave out, or several with commas; repeatable.", valueName: "word"))
    var exclude: [String] = []

    @Flag(help: "Back up all there is; the same as --type All.")
    var all = false

    @Flag(help: "Leave out users and groups that are synchronised from on-premises.")
    var cloudOnly = false

    @Option(
        help: ArgumentHelp(
            "How to sign in: auto, token, secret, certificate, workload-identity, azure-pipelines, github-actions or managed-identity (default: auto, the first of them that is configured).",
            valueName: "way"))
    var auth: String?

    @Option(help: ArgumentHelp("public, usgov, dod or china (default: public).", valueName: "name"))
    var cloud: String?

    @Option(help: ArgumentHelp("Microsoft Graph, if not that of the cloud.", valueName: "url"))
    var graphEndpoint: String?

    @Option(help: ArgumentHelp("Where to sign in, if not at the cloud's own.", valueName: "url"))
    var authorityEndpoint: String?

    @Option(help: ArgumentHelp("Azure Resource Manager, likewise.", valueName: "url"))
    var armEndpoint: String?

    @Option(
        help: ArgumentHelp(
            "The committer, and author of what nobody else wrote (default: Tenantkeep).",
            valueName: "name"))
    var identityName: String?

    @Option(
        help: ArgumentHelp(
            "Their address (default: tenantkeep@localhost).", valueName: "address"))
    var identityEmail: String?

    @Option(
        help: ArgumentHelp(
            "How to name the tag of a run, with letters of date for its start in UTC (default: backup/%Y-%m-%dT%H-%M-%SZ).",
            valueName: "format"))
    var tagFormat: String?

    @Option(
        help: ArgumentHelp(
            "Where to read the audit log from: a date, a date-time or an age such as 3d (default: where the last run left off, at first 24h).",
            valueName: "time"))
    var auditSince: String?

    @Flag(help: "Keep no audit events as notes on the commits they explain.")
    var noEvidence = false

    @Flag(
        help: ArgumentHelp(
            "Back nothing up: only note who made the changes of the last 30 days, where that was not found out."
        ))
    var attributeLast = false

    @Option(
        help: ArgumentHelp(
            "Stop reading, and looking for authors, when the rest of so many minutes is needed for writing; 0 for no limit.",
            valueName: "minutes"))
    var timeLimit: String?

    @Option(
        help: ArgumentHelp(
            "Begin where this remote is, and push the run to it; status 4 if it does not take it.",
            valueName: "url"))
    var push: String?

    @Option(
        help: ArgumentHelp("The branch's name there (default: the same).", valueName: "name"))
    var remoteBranch: String?

    @Option(
        help: ArgumentHelp(
            "Where the remote keeps the run records, if it takes only branches (default: refs/tenantkeep/runs).",
            valueName: "ref"))
    var runsRef: String?

    @Flag(
        name: .customLong("skip-ci"),
        help: "End commits with [skip ci], so that no pipeline starts.")
    var skipCI = false

    @Flag(help: "List what would change, and write nothing.")
    var dryRun = false

    @Flag(help: "Take deletions that look like a failure of the service at their word.")
    var acceptDeletions = false

    var flags: [Setting: [String]] {
        var flags: [Setting: [String]] = [:]
        flags[.branch] = branch.map { [$0] }
        flags[.root] = root.map { [$0] }
        flags[.type] = type
        flags[.exclude] = exclude
        flags[.all] = all.asFlag
        flags[.cloudOnly] = cloudOnly.asFlag
        flags[.auth] = auth.map { [$0] }
        flags[.cloud] = cloud.map { [$0] }
        flags[.graphEndpoint] = graphEndpoint.map { [$0] }
        flags[.authorityEndpoint] = authorityEndpoint.map { [$0] }
        flags[.armEndpoint] = armEndpoint.map { [$0] }
        flags[.identityName] = identityName.map { [$0] }
        flags[.identityEmail] = identityEmail.map { [$0] }
        flags[.tagFormat] = tagFormat.map { [$0] }
        flags[.auditSince] = auditSince.map { [$0] }
        flags[.noEvidence] = noEvidence.asFlag
        flags[.attributeLast] = attributeLast.asFlag
        flags[.timeLimit] = timeLimit.map { [$0] }
        flags[.push] = push.map { [$0] }
        flags[.remoteBranch] = remoteBranch.map { [$0] }
        flags[.runsRef] = runsRef.map { [$0] }
        flags[.skipCI] = skipCI.asFlag
        flags[.dryRun] = dryRun.asFlag
        flags[.acceptDeletions] = acceptDeletions.asFlag
        return flags
    }
}
