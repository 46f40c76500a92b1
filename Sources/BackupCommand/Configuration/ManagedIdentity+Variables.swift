import GraphClient

extension ManagedIdentity {
    /// The identity of whatever runs this program, found by the variables that its platform sets.
    init(_ variables: SignInVariables, on machine: MachineTraits) throws(CommandFailure) {
        let place = try Place(variables, on: machine)
        let selector = try Self.selector(variables)
        if let selector, !Self.offers(selector.value, on: place.platform) {
            throw .wrong(
                .variable(selector.variable),
                "\(place.platform.rawValue) does not choose between identities by it",
                hint: place.platform == .azureML
                    ? "Name the identity by its client ID in AZURE_CLIENT_ID." : "Leave it out.")
        }
        let identity = ManagedIdentity(
            place.platform, at: place.address, secret: place.secret, selecting: selector?.value)
        guard let identity else {
            throw .wrong(
                .variable(place.variable), "it is no address of this machine's platform",
                hint: "Plain http is for this machine, and addresses of a link or a private "
                    + "network.")
        }
        self = identity
    }

    private static func selector(
        _ variables: SignInVariables
    ) throws(CommandFailure) -> (value: Selector, variable: String)? {
        let object = "AZURE_MANAGED_IDENTITY_OBJECT_ID"
        let resource = "AZURE_MANAGED_IDENTITY_RESOURCE_ID"
        var found: [(value: Selector, variable: String)] = []
        if let id = try variables.name("AZURE_CLIENT_ID") {
            found.append((.clientID(id), "AZURE_CLIENT_ID"))
        }
        if let id = try variables.name(object) { found.append((.objectID(id), object)) }
        if let id = try variables.text(resource)?.value {
            guard id.hasPrefix("/") else {
                throw .wrong(
                    .variable(resource), "it is no ID of a resource",
                    hint: "It begins with /subscriptions/.")
            }
            found.append((.resourceID(id), resource))
        }
        guard found.count < 2 else {
            throw .wrong(
                .variable(found[1].variable), "\(found[0].variable) names an identity, too",
                hint: "Leave one of them out.")
        }
        return found.first
    }
}

/// Where a program asks for its identity.
///
/// The order is that of the vendor's libraries.
private struct Place {
    let platform: ManagedIdentity.Platform
    let address: String
    var secret = ""
    /// What names the address.
    let variable: String

    init(_ variables: SignInVariables, on machine: MachineTraits) throws(CommandFailure) {
        let endpoint = try variables.text("IDENTITY_ENDPOINT")?.value
        if let endpoint, let header = try variables.text("IDENTITY_HEADER")?.value {
            guard !variables.has("IDENTITY_SERVER_THUMBPRINT") else {
                throw CommandFailure(
                    "Could not sign in",
                    reason: "the managed identity of Service Fabric is not supported",
                    hint: "Sign in with a certificate or a federated token.", status: .usage)
            }
            self.init(.appService, endpoint, header, from: "IDENTITY_ENDPOINT")
        } else if let old = try variables.text("MSI_ENDPOINT")?.value {
            let secret = try variables.text("MSI_SECRET")?.value
            self.init(
                secret == nil ? .cloudShell : .azureML, old, secret ?? "", from: "MSI_ENDPOINT")
        } else if endpoint != nil && variables.has("IMDS_ENDPOINT") || machine.hasArcAgent {
            self.init(
                .arc, endpoint ?? ManagedIdentity.arcAgent, from: "IDENTITY_ENDPOINT")
        } else {
            let variable = "AZURE_POD_IDENTITY_AUTHORITY_HOST"
            let host = try variables.text(variable)?.value
            self.init(.imds, host ?? ManagedIdentity.metadataService, from: variable)
        }
    }

    private init(
        _ platform: ManagedIdentity.Platform, _ address: String, _ secret: String = "",
        from variable: String
    ) {
        self.platform = platform
        self.address = address
        self.secret = secret
        self.variable = variable
    }
}
