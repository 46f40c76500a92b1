import GraphCatalog

extension Selection {
    /// What the settings choose.
    ///
    /// - Parameters:
    ///   - catalog: all types there are.
    ///   - standard: the types if the settings name none; none means `Config`.
    init(
        _ settings: Settings, from catalog: [GraphResource], standard: [String] = []
    ) throws(CommandFailure) {
        let types = settings.list(.type)
        if let value = settings[.type], types.isEmpty {
            throw .wrong(value.origin, "it names no type")
        }
        let cloudOnly = try settings.isOn(.cloudOnly)
        do throws(UnknownWord) {
            try self.init(
                types: types.isEmpty ? standard : types, excluding: settings.list(.exclude),
                cloudOnly: cloudOnly, from: catalog)
        } catch {
            let setting: Setting = types.contains(error.word) ? .type : .exclude
            throw .unknown(error, in: settings[setting]?.origin)
        }
        guard !resources.isEmpty else {
            throw .wrong(
                settings[.exclude]?.origin ?? .flag(Setting.exclude.flag),
                "nothing is left to back up")
        }
    }
}

extension CommandFailure {
    /// - Parameter origin: where the word was written.
    static func unknown(_ word: UnknownWord, in origin: SettingOrigin?) -> CommandFailure {
        let reason = "there is no type or group \(word.word)"
        let hint = "Did you mean \(word.nearest)? tenantkeep types lists all there are."
        guard let origin, origin != .argument else {
            return CommandFailure(reason.capitalizedSentence, hint: hint, status: .usage)
        }
        return .wrong(origin, reason, hint: hint)
    }
}
