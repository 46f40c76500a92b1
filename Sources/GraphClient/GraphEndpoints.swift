package import HTTPTransport

/// The three services of one cloud. A token of one cloud is of no use in another.
///
/// <https://learn.microsoft.com/graph/deployments>
package struct GraphEndpoints: Sendable, Hashable {
    package let graph: Origin
    /// Signs in.
    package let authority: Origin
    /// Azure Resource Manager.
    package let arm: Origin
    /// Whom tokens of outside issuers are for, if the cloud's Entra shall take them.
    package let federatedAudience: String

    package init(
        graph: Origin, authority: Origin, arm: Origin,
        federatedAudience: String = "api://AzureADTokenExchange"
    ) {
        self.graph = graph
        self.authority = authority
        self.arm = arm
        self.federatedAudience = federatedAudience
    }

    /// The clouds by their words in the configuration.
    package static let cloudNames = ["public", "usgov", "dod", "china"]

    /// Returns the endpoints of a cloud in ``cloudNames``.
    package init?(cloud: String) {
        let hosts: (graph: String, authority: String, arm: String)
        switch cloud {
        case "public":
            hosts = ("graph.microsoft.com", "login.microsoftonline.com", "management.azure.com")
        case "usgov":
            hosts = (
                "graph.microsoft.us", "login.microsoftonline.us", "management.usgovcloudapi.net"
            )
        case "dod":
            hosts = (
                "dod-graph.microsoft.us", "login.microsoftonline.us",
                "management.usgovcloudapi.net"
            )
        case "china":
            hosts = (
                "microsoftgraph.chinacloudapi.cn", "login.partner.microsoftonline.cn",
                "management.chinacloudapi.cn"
            )
        default: return nil
        }
        guard let graph = Origin("https://\(hosts.graph)"),
            let authority = Origin("https://\(hosts.authority)"),
            let arm = Origin("https://\(hosts.arm)")
        else { return nil }
        self.init(
            graph: graph, authority: authority, arm: arm,
            federatedAudience: Self.federatedAudience(at: authority)
                ?? "api://AzureADTokenExchange")
    }

    /// Whom tokens of outside issuers are for at one of the authorities that want a name of their
    /// own.
    package static func federatedAudience(at authority: Origin) -> String? {
        switch authority.host {
        case "login.microsoftonline.us": "api://AzureADTokenExchangeUSGov"
        case "login.partner.microsoftonline.cn", "login.chinacloudapi.cn":
            "api://AzureADTokenExchangeChina"
        default: nil
        }
    }
}
