/// One thing a user can set: as a flag, in the environment, and some of them in the file.
enum Setting: String, CaseIterable, Sendable {
    case repo, config, json, quiet, verbose, color
    case branch, root, type, exclude, all, auth, cloud, delegated
    case cloudOnly = "cloud-only"
    case graphEndpoint = "graph-endpoint"
    case authorityEndpoint = "authority-endpoint"
    case armEndpoint = "arm-endpoint"
    case identityName = "identity-name"
    case identityEmail = "identity-email"
    case tagFormat = "tag-format"
    case dryRun = "dry-run"
    case acceptDeletions = "accept-deletions"
    case auditSince = "audit-since"
    case noEvidence = "no-evidence"
    case attributeLast = "attribute-last"
    case timeLimit = "time-limit"
    case push
    case remoteBranch = "remote-branch"
    case runsRef = "runs-ref"
    case skipCI = "skip-ci"
    case limit
    // Addresses are secrets, so these have no flags.
    case notifyOnFailure = "notify-on-failure"
    case notifyOnIncomplete = "notify-on-incomplete"
    case notifyOnChange = "notify-on-change"
    case notifyOnSuccess = "notify-on-success"
    case notifyForm = "notify-form"

    /// `--graph-endpoint`
    var flag: String { "--\(rawValue)" }

    /// `TENANTKEEP_GRAPH_ENDPOINT`
    var variable: String {
        "TENANTKEEP_" + String(rawValue.map { $0 == "-" ? "_" : $0 }).uppercased()
    }

    /// Whether it holds several values; commas part them in one text.
    var isList: Bool { self == .type || self == .exclude }

    static let endpoints: [Setting] = [.graphEndpoint, .authorityEndpoint, .armEndpoint]
}

/// Where something was set; reads as a thing in a sentence.
enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    /// A bare word of the command line.
    case argument
    case flag(String)
    case variable(String)
    case file(String, line: Int)

    var description: String {
        switch self {
        case .argument: "the arguments"
        case .flag(let name), .variable(let name): name
        case .file(let path, let line): "\(path), line \(line)"
        }
    }
}

/// What a setting was set to, in its last place.
struct SettingValue: Hashable, Sendable {
    /// One text, or those of a list.
    let texts: [String]
    let origin: SettingOrigin

    init(_ texts: [String], from origin: SettingOrigin) {
        self.texts = texts
        self.origin = origin
    }
}
