import GraphCatalog
import GraphClient
import HTTPTransport

/// Who is called when a run ends, on which occasion, and in which form.
///
/// The addresses are secrets, so they come from the environment or the configuration file, and are
/// never shown whole.
struct Notifications: Sendable {
    /// When somebody is called. One end of a run may be several: incomplete, and with changes.
    enum Occasion: String, CaseIterable, Sendable {
        case failure, incomplete, change, success

        fileprivate var setting: Setting {
            switch self {
            case .failure: .notifyOnFailure
            case .incomplete: .notifyOnIncomplete
            case .change: .notifyOnChange
            case .success: .notifyOnSuccess
            }
        }
    }

    /// How a message is written.
    enum Form: String, CaseIterable, Sendable {
        /// A document for programs.
        case json
        /// An adaptive card, as Teams' workflows take it.
        case teams
        /// Slack's, and that of whoever takes the same.
        case slack
    }

    /// A call may delay the end of a run by this much, and no more.
    private static let deadline = Duration.seconds(10)

    private let webhooks: [Occasion: Webhook]
    private let form: Form
    /// Where an address stands that is not called, as nobody named the file with it.
    let ignored: SettingOrigin?

    /// A file that nobody named may lie in a folder that somebody else wrote, and what is posted
    /// tells of the tenant: only a named one says where to.
    init(_ settings: Settings) throws(CommandFailure) {
        var webhooks: [Occasion: Webhook] = [:]
        var ignored: SettingOrigin?
        for occasion in Occasion.allCases {
            if settings[.config] == nil, case .file? = settings[occasion.setting]?.origin {
                ignored = ignored ?? settings[occasion.setting]?.origin
            } else {
                webhooks[occasion] = try Self.webhook(settings, occasion.setting)
            }
        }
        self.ignored = ignored
        self.webhooks = webhooks
        form = try Self.form(settings)
    }

    /// What to tell whoever expects to be called all the same.
    var warning: String? {
        guard case .file(let path, let line)? = ignored else { return nil }
        return "Nobody is notified: the addresses in \(path), line \(line), are used only if the "
            + "file is named. If they are yours, say --config \(path)."
    }

    private static func webhook(
        _ settings: Settings, _ setting: Setting
    ) throws(CommandFailure) -> Webhook? {
        guard let value = settings[setting], let text = value.texts.last else { return nil }
        if let webhook = Webhook(text) { return webhook }
        throw .wrong(
            value.origin, "\(setting.rawValue) is no address that can be called",
            hint: "Write https://host/path; http is for this machine only.")
    }

    private static func form(_ settings: Settings) throws(CommandFailure) -> Form {
        guard let value = settings[.notifyForm], let text = value.texts.last else { return .json }
        if let form = Form(rawValue: text) { return form }
        throw .wrong(
            value.origin, "there is no form \(text)",
            hint: "The forms are \(Form.allCases.map(\.rawValue).joined(separator: ", ")).")
    }

    // MARK: Calling

    /// Tells those who want to know, all at once, and returns what kept it from some: that never
    /// changes how a run ends.
    func tell(_ notices: [Notice], environment: [String: String]) async -> [CommandFailure] {
        let calls = notices.compactMap { notice in
            webhooks[notice.occasion].map { (notice, $0) }
        }
        guard !calls.isEmpty else { return [] }
        let network: Network
        do throws(NetworkError) { network = try Network(environment: environment) } catch {
            return [CommandFailure("Could not notify anybody", reason: error.reason)]
        }
        return await withTaskGroup(of: CommandFailure?.self) { group in
            for (notice, webhook) in calls {
                group.addTask { await call(webhook, about: notice, through: network) }
            }
            return await group.reduce(into: []) { failures, failure in
                if let failure { failures.append(failure) }
            }
        }
    }

    private func call(
        _ webhook: Webhook, about notice: Notice, through network: Network
    ) async -> CommandFailure? {
        let call: Webhook.Call =
            notice.occasion == .success ? .plain : .document(notice.document(in: form))
        do throws(GraphError) {
            try await webhook.send(
                call, through: network, within: Self.deadline, version: programVersion)
            return nil
        } catch {
            return CommandFailure(
                "Could not notify \(webhook) of the \(notice.occasion.rawValue)",
                reason: error.reason)
        }
    }
}
