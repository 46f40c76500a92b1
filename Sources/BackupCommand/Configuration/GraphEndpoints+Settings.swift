import GraphClient
import HTTPTransport

extension GraphEndpoints {
    /// The services of the chosen cloud, each replaced by the endpoint that was named for it.
    init(_ settings: Settings) throws(CommandFailure) {
        let cloud = try Self.cloud(settings)
        let authority = try Self.endpoint(settings, .authorityEndpoint)
        self.init(
            graph: try Self.endpoint(settings, .graphEndpoint) ?? cloud.graph,
            authority: authority ?? cloud.authority,
            arm: try Self.endpoint(settings, .armEndpoint) ?? cloud.arm,
            federatedAudience: authority.flatMap(Self.federatedAudience)
                ?? cloud.federatedAudience)
    }

    private static func cloud(_ settings: Settings) throws(CommandFailure) -> GraphEndpoints {
        let name = settings.text(.cloud) ?? "public"
        if let cloud = GraphEndpoints(cloud: name) { return cloud }
        throw .wrong(
            settings[.cloud]?.origin ?? .flag(Setting.cloud.flag), "there is no cloud \(name)",
            hint: "The clouds are \(cloudNames.joined(separator: ", ")).")
    }

    private static func endpoint(
        _ settings: Settings, _ setting: Setting
    ) throws(CommandFailure) -> Origin? {
        guard let value = settings[setting], let text = value.texts.last else { return nil }
        if let origin = Origin(text) { return origin }
        throw .wrong(
            value.origin, "\"\(text)\" is no address of a server",
            hint: "Write https://host without a path; http is for this machine only.")
    }
}
