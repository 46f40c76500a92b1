import Encodings

/// What a user set in one place, or in several laid over one another.
///
/// A later place wins, setting by setting; a list replaces a list. A cloud that is named later also
/// replaces endpoints that were named earlier, for they belong to another one.
struct Settings: Hashable, Sendable {
    private(set) var values: [Setting: SettingValue]

    init(_ values: [Setting: SettingValue] = [:]) {
        self.values = values
    }

    subscript(setting: Setting) -> SettingValue? { values[setting] }

    /// Returns these settings with `later` laid over them.
    func overlaid(with later: Settings) -> Settings {
        var merged = values
        if later[.cloud] != nil {
            for setting in Setting.endpoints { merged[setting] = nil }
        }
        merged.merge(later.values) { $1 }
        return Settings(merged)
    }

    /// The one text of a setting.
    func text(_ setting: Setting) -> String? { values[setting]?.texts.last }

    /// The words of a list, those between commas each by itself.
    func list(_ setting: Setting) -> [String] {
        (values[setting]?.texts ?? []).flatMap {
            $0.split(separator: ",").map { String($0.trimmingSpaces) }.filter { !$0.isEmpty }
        }
    }

    /// Whether a setting of yes and no is on.
    func isOn(_ setting: Setting) throws(CommandFailure) -> Bool {
        guard let value = values[setting], let text = value.texts.last else { return false }
        switch text.trimmingSpaces.lowercased() {
        case "true", "1", "yes", "on": return true
        case "false", "0", "no", "off": return false
        default: throw .wrong(value.origin, "\(text) is neither true nor false")
        }
    }

    /// A whole number from 1 on.
    func count(_ setting: Setting) throws(CommandFailure) -> Int? {
        guard let value = values[setting], let text = value.texts.last else { return nil }
        guard let count = Int(text.trimmingSpaces), count > 0 else {
            throw .wrong(value.origin, "\(text) is not a number from 1 on")
        }
        return count
    }
}

extension Settings {
    /// Reads `TENANTKEEP_…`. An empty variable is one that is not set, as pipelines leave them.
    init(environment: [String: String]) throws(CommandFailure) {
        self.init()
        for setting in Setting.allCases {
            let name = setting.variable
            guard let text = environment[name], !text.isEmpty else { continue }
            try refuseMacro(text, in: name)
            values[setting] = SettingValue([text], from: .variable(name))
        }
        try readAuthority(environment)
        try readTimeLimit(environment)
        try resolveAll()
    }

    /// The Azure SDKs' own name, which `TENANTKEEP_AUTHORITY_ENDPOINT` goes before.
    private mutating func readAuthority(
        _ environment: [String: String]
    ) throws(CommandFailure) {
        let name = "AZURE_AUTHORITY_HOST"
        // As of every variable of the sign-in, blanks and line ends around it are no part of it.
        guard values[.authorityEndpoint] == nil,
            let text = environment[name].map({ String($0.trimmingSpaces) }), !text.isEmpty
        else { return }
        try refuseMacro(text, in: name)
        values[.authorityEndpoint] = SettingValue([text], from: .variable(name))
    }

    /// What a pipeline says of itself, which `TENANTKEEP_TIME_LIMIT` goes before.
    private mutating func readTimeLimit(
        _ environment: [String: String]
    ) throws(CommandFailure) {
        let name = "PIPELINE_TIME_LIMIT"
        guard values[.timeLimit] == nil, let text = environment[name], !text.isEmpty else { return }
        try refuseMacro(text, in: name)
        values[.timeLimit] = SettingValue([text], from: .variable(name))
    }

    /// Reads flags: what the command line says of each setting, nothing if it is silent.
    init(flags: [Setting: [String]]) throws(CommandFailure) {
        self.init()
        for (setting, texts) in flags where !texts.isEmpty {
            values[setting] = SettingValue(texts, from: .flag(setting.flag))
        }
        try resolveAll()
    }

    /// `--all` is one word for `--type All`, in the place where it stands.
    private mutating func resolveAll() throws(CommandFailure) {
        guard let all = values[.all], try isOn(.all) else { return }
        values[.type] = SettingValue((values[.type]?.texts ?? []) + ["All"], from: all.origin)
    }

    /// Names that look like settings and are none, each with the nearest that is one.
    static func unknownVariables(
        in environment: [String: String]
    ) -> [(name: String, nearest: String)] {
        let known = Setting.allCases.map(\.variable) + RemoteSecrets.variables
        return environment.keys.sorted()
            .filter { $0.hasPrefix("TENANTKEEP_") && !known.contains($0) }
            .map { ($0, nearest(to: $0, among: known)) }
    }
}

/// Refuses the text that a pipeline leaves where it knows no such variable: `$(clientSecret)`.
func refuseMacro(_ text: String, in variable: String) throws(CommandFailure) {
    guard text.hasPrefix("$("), text.hasSuffix(")") else { return }
    throw CommandFailure(
        "Could not use \(variable)",
        reason: "it holds the name of a pipeline variable that does not exist",
        hint: "Define the variable, or pass it to this job.", status: .usage)
}

extension StringProtocol {
    /// The text without blanks around it.
    var trimmingSpaces: SubSequence {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return text
    }
}
