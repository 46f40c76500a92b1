import GraphCatalog
import YAMLDocument

/// The settings of one YAML file.
///
/// A key that is unknown, of the wrong shape, or of a feature that this version does not have is an
/// error that names its line: a backup that quietly does less than its file says is none.
struct ConfigurationFile: Sendable {
    /// Read from the working folder if no other file is named.
    static let defaultPath = "tenantkeep.yaml"

    private let source: ConfigurationSource
    private var values: [Setting: SettingValue] = [:]
    /// The types that the file adds to the catalog.
    private(set) var customTypes: [GraphResource] = []

    var settings: Settings { Settings(values) }

    /// A file that says nothing.
    private init() { source = ConfigurationSource(path: Self.defaultPath) }

    /// - Parameter path: as the user wrote it, for messages.
    init(_ bytes: [UInt8], at path: String) throws(CommandFailure) {
        source = ConfigurationSource(path: path)
        let root: YAMLNode?
        do { root = try YAMLDocument(bytes).root } catch {
            throw source.wrong(error.line, error.reason)
        }
        guard let root else { return }
        try readTop(root)
        try refuseCloudWithEndpoints()
    }

    private mutating func readTop(_ root: YAMLNode) throws(CommandFailure) {
        for member in try source.members(of: root, "The file") {
            switch member.key {
            case "repo": try readText(member, as: .repo)
            case "branch": try readText(member, as: .branch)
            case "root": try readText(member, as: .root)
            case "auth": try readText(member, as: .auth)
            case "cloud": try readText(member, as: .cloud)
            case "cloudOnly": try readText(member, as: .cloudOnly)
            case "tagFormat": try readText(member, as: .tagFormat)
            case "timeLimit": try readText(member, as: .timeLimit)
            case "types": try readList(member, as: .type)
            case "exclude": try readList(member, as: .exclude)
            case "endpoints":
                try readGroup(
                    member,
                    [
                        "graph": .graphEndpoint, "authority": .authorityEndpoint,
                        "arm": .armEndpoint,
                    ])
            case "identity":
                try readGroup(member, ["name": .identityName, "email": .identityEmail])
            case "remote":
                try readGroup(member, ["url": .push, "branch": .remoteBranch])
            case "notify":
                try readGroup(
                    member,
                    [
                        "onFailure": .notifyOnFailure, "onIncomplete": .notifyOnIncomplete,
                        "onChange": .notifyOnChange, "onSuccess": .notifyOnSuccess,
                        "form": .notifyForm,
                    ])
            case "customTypes":
                customTypes = try CustomTypes(member, in: source).resources
            default: throw refusal(of: member, among: Self.keys)
            }
        }
    }

    /// Keys of the top level.
    static let keys = [
        "repo", "branch", "root", "types", "exclude", "auth", "cloud", "cloudOnly", "endpoints",
        "identity", "remote", "tagFormat", "timeLimit", "notify", "customTypes",
    ]

    private mutating func readText(
        _ member: YAMLMember, as setting: Setting
    ) throws(CommandFailure) {
        let text = try source.text(of: member.value, member.key)
        values[setting] = SettingValue([text], from: source.origin(member.line))
    }

    private mutating func readList(
        _ member: YAMLMember, as setting: Setting
    ) throws(CommandFailure) {
        let texts = try source.texts(of: member, example: "Config, Users").map(\.text)
        values[setting] = SettingValue(texts, from: source.origin(member.line))
    }

    private mutating func readGroup(
        _ member: YAMLMember, _ settings: KeyValuePairs<String, Setting>
    ) throws(CommandFailure) {
        for inner in try source.members(of: member.value, member.key) {
            guard let setting = settings.first(where: { $0.key == inner.key })?.value else {
                throw refusal(of: inner, among: settings.map(\.key))
            }
            try readText(inner, as: setting)
        }
    }

    private func refuseCloudWithEndpoints() throws(CommandFailure) {
        guard let cloud = values[.cloud],
            Setting.endpoints.contains(where: { values[$0] != nil })
        else { return }
        throw .wrong(
            cloud.origin, "cloud and endpoints exclude each other", hint: "Leave one of them out.")
    }

    private func refusal(of member: YAMLMember, among known: [String]) -> CommandFailure {
        source.unknownKey(member, among: known)
    }

    // MARK: Finding it

    /// Reads the file that flags or environment name, else ``defaultPath`` if it is there.
    ///
    /// A file that nobody named may lie in a folder that somebody else wrote, so it cannot say
    /// where secrets, or the backup, are sent.
    static func file(named said: Settings) throws(CommandFailure) -> ConfigurationFile {
        let named = said.text(.config)
        let path = named ?? defaultPath
        guard let bytes = try content(of: path, isNamed: named != nil) else {
            return ConfigurationFile()
        }
        let file = try ConfigurationFile(bytes, at: path)
        let places = (Setting.endpoints + [.push]).compactMap { file.settings[$0] }
        guard named == nil, let place = places.first else { return file }
        throw .wrong(
            place.origin, "endpoints and remotes are read only from a file that is named",
            hint: "If they are yours, say --config \(path).")
    }

    /// `nil` if there is no file where none has to be.
    private static func content(
        of path: String, isNamed: Bool
    ) throws(CommandFailure) -> [UInt8]? {
        do throws(FileFailure) {
            return try readSmallFile(path)
        } catch {
            if error.isMissing, !isNamed { return nil }
            throw CommandFailure(
                "Could not read the configuration \(path)", reason: error.reason, status: .usage)
        }
    }
}
