import AsyncHTTPClient
import Encodings
import GraphCatalog
import HTTPTransport
import NIOHTTP1

/// The identity that Azure gives a machine, or whatever runs the program, and where it is asked
/// for. Its requests go straight to that place, never through a proxy.
///
/// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview>
package struct ManagedIdentity: Sendable {
    package enum Platform: String, Sendable, CaseIterable {
        /// A virtual machine, by its instance metadata service.
        case imds = "IMDS"
        /// App Service, Functions, Container Apps.
        case appService = "App Service"
        case azureML = "Azure Machine Learning"
        case cloudShell = "Cloud Shell"
        /// A server outside Azure, by the agent of Azure Arc.
        case arc = "Azure Arc"
    }

    /// Which of several identities.
    package enum Selector: Sendable, Hashable {
        case clientID(String), objectID(String), resourceID(String)

        var value: String {
            switch self {
            case .clientID(let value), .objectID(let value), .resourceID(let value): value
            }
        }
    }

    let platform: Platform
    let endpoint: SplitURL
    /// What the platform hands only to its own programs; empty where there is nothing.
    private let secret: String
    /// `nil` for the identity that the machine itself has.
    let selector: Selector?

    /// The only folder in which Arc's agent leaves its keys.
    var keyFolder = "/var/opt/azcmagent/tokens"

    package static let metadataService = "http://169.254.169.254"
    package static let arcAgent = "http://127.0.0.1:40342/metadata/identity/oauth2/token"

    /// - Parameter address: the endpoint; of IMDS, the part before the path.
    /// - Returns: `nil` if the address is none, or the secret none that a header can carry.
    package init?(
        _ platform: Platform, at address: String, secret: String = "",
        selecting selector: Selector? = nil
    ) {
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        let path = platform == .imds ? "/metadata/identity/oauth2/token" : ""
        guard let endpoint = SplitURL(base + path, ofPlatform: true),
            secret.isEmpty || isToken(secret)
        else { return nil }
        self.platform = platform
        self.endpoint = endpoint
        self.secret = secret
        self.selector = selector
    }

    /// The same, with another folder for Arc's keys.
    package func withKeys(in folder: String) -> ManagedIdentity {
        var copy = self
        copy.keyFolder = folder
        return copy
    }

    /// Whether the platform can be asked for this one of several identities.
    package static func offers(_ selector: Selector, on platform: Platform) -> Bool {
        name(of: selector, on: platform) != nil
    }

    /// The platforms spell it differently.
    private static func name(of selector: Selector, on platform: Platform) -> String? {
        switch (platform, selector) {
        case (.cloudShell, _), (.azureML, .objectID), (.azureML, .resourceID): nil
        case (.azureML, .clientID): "clientid"
        case (_, .clientID): "client_id"
        case (_, .objectID): "object_id"
        case (.appService, .resourceID): "mi_res_id"
        case (_, .resourceID): "msi_res_id"
        }
    }

    // MARK: Asking

    /// A request for a token for `resource`.
    func request(for resource: String) -> HTTPClientRequest {
        var fields = [("resource", resource)]
        if let version { fields.insert(("api-version", version), at: 0) }
        if let selector, let name = Self.name(of: selector, on: platform) {
            fields.append((name, selector.value))
        }
        let query = fields.map { "\($0)=\(percentEncoded(Array($1.utf8)))" }.joined(separator: "&")
        let isForm = platform == .cloudShell
        let rest = isForm ? "\(endpoint.rest)" : "\(endpoint.rest)\(joint)\(query)"
        var request = HTTPClientRequest(url: "\(endpoint.origin)\(rest)")
        request.headers.add(name: header.name, value: header.value)
        if isForm {
            request.method = .POST
            request.headers.add(
                name: "content-type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(Array(query.utf8))
        }
        return request
    }

    private var joint: String { endpoint.rest.contains("?") ? "&" : "?" }

    private var version: String? {
        switch platform {
        case .imds: "2018-02-01"
        case .appService: "2019-08-01"
        case .azureML: "2017-09-01"
        case .arc: "2020-06-01"
        case .cloudShell: nil
        }
    }

    private var header: (name: String, value: String) {
        switch platform {
        case .appService: ("x-identity-header", secret)
        case .azureML: ("secret", secret)
        case .imds, .arc, .cloudShell: ("metadata", "true")
        }
    }
}

extension ManagedIdentity: CustomStringConvertible, CustomReflectable {
    package var description: String {
        let which =
            switch selector {
            case .clientID(let id): " \(id)"
            case .objectID(let id): " with the object ID \(id)"
            case .resourceID(let id): " \(id)"
            case nil: ""
            }
        return "the managed identity\(which) (\(platform.rawValue))"
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
