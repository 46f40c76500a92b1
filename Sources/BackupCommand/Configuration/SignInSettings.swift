import GraphClient

/// Who signs in to which tenant, from the variables of the Azure SDKs.
///
/// One way to sign in is chosen, by name or as the first that is configured. If it fails, no other
/// is tried. Secrets are in the environment or in files it names, never in a flag or in the
/// configuration. Prints without them.
struct SignInSettings: Sendable, CustomStringConvertible, CustomReflectable {
    /// A GUID or a domain; `nil` if the credential belongs to a tenant by itself.
    let tenant: String?
    let credential: Credential
    let kind: SignInKind

    init(
        _ settings: Settings = Settings(), _ environment: [String: String],
        on machine: @autoclosure () -> MachineTraits = .this
    ) throws(CommandFailure) {
        let variables = SignInVariables(environment)
        kind = try Self.kind(settings, variables, machine)
        tenant = try variables.name(
            "AZURE_TENANT_ID",
            kind == .azurePipelines ? "AZURESUBSCRIPTION_TENANT_ID" : "AZURE_TENANT_ID")
        credential = try Self.credential(kind, variables, machine)
    }

    var description: String { "\(credential)" + (tenant.map { " in \($0)" } ?? "") }

    var customMirror: Mirror { Mirror(self, children: []) }

    // MARK: Choosing

    private static func kind(
        _ settings: Settings, _ variables: SignInVariables, _ machine: () -> MachineTraits
    ) throws(CommandFailure) -> SignInKind {
        let word = settings.text(.auth) ?? SignInKind.automatic
        if let kind = SignInKind(rawValue: word) {
            try variables.require(kind)
            return kind
        }
        guard word == SignInKind.automatic else {
            throw .wrong(
                settings[.auth]?.origin ?? .flag(Setting.auth.flag),
                "there is no way to sign in called \(word)",
                hint: "The ways are \(SignInKind.words.joined(separator: ", ")).")
        }
        let traits = machine()
        let kind = SignInKind.allCases.first { $0.isConfigured(variables, on: traits) }
        try variables.require(kind ?? .secret, hint: kind == nil ? otherWay(variables) : nil)
        return kind ?? .secret
    }

    /// What to set where nothing is.
    private static func otherWay(_ variables: SignInVariables) -> String {
        if variables.has("GITHUB_ACTIONS") {
            return "or, without a secret, give the job `permissions: id-token: write`."
        }
        if variables.has("TF_BUILD") {
            return "or, without a secret, set AZURESUBSCRIPTION_SERVICE_CONNECTION_ID and "
                + "SYSTEM_ACCESSTOKEN."
        }
        return "or sign in another way: README, \"Sign in\"."
    }

    private static func credential(
        _ kind: SignInKind, _ variables: SignInVariables, _ machine: () -> MachineTraits
    ) throws(CommandFailure) -> Credential {
        switch kind {
        case .token: return .tokens(try tokens(variables))
        case .managedIdentity:
            return .managedIdentity(try ManagedIdentity(variables, on: machine()))
        default: break
        }
        let clientID =
            try variables.name(
                "AZURE_CLIENT_ID",
                kind == .azurePipelines ? "AZURESUBSCRIPTION_CLIENT_ID" : "AZURE_CLIENT_ID") ?? ""
        switch kind {
        case .certificate:
            return .certificate(clientID: clientID, try ClientCertificate(variables))
        case .workloadIdentity:
            return .federated(clientID: clientID, try federatedToken(variables))
        case .azurePipelines:
            return .federated(
                clientID: clientID, .azurePipelines(try pipelineJob(variables)))
        case .gitHubActions:
            return .federated(clientID: clientID, .gitHubActions(try gitHubJob(variables)))
        default:
            let secret = try variables.secret(
                "AZURE_CLIENT_SECRET", orFile: "AZURE_CLIENT_SECRET_FILE")
            return .secret(clientID: clientID, secret: secret ?? "")
        }
    }

    // MARK: Tokens

    private static func tokens(_ variables: SignInVariables) throws(CommandFailure) -> ReadyTokens {
        func token(
            _ variable: String, _ resourceType: String
        ) throws(CommandFailure) -> ReadyTokens.Token? {
            guard let text = try variables.token(variable) else { return nil }
            let token = ReadyTokens.Token(
                text, from: variable, resourceType: resourceType)
            guard let token else { throw noToken(variable) }
            return token
        }
        guard let graph = try token("AZURE_ACCESS_TOKEN", "ms-graph") else {
            throw noToken("AZURE_ACCESS_TOKEN")
        }
        return ReadyTokens(graph: graph, azure: try token("AZURE_ARM_ACCESS_TOKEN", "arm"))
    }

    private static func noToken(_ variable: String) -> CommandFailure {
        .wrong(.variable(variable), "it holds no token")
    }

    private static func federatedToken(
        _ variables: SignInVariables
    ) throws(CommandFailure) -> FederatedToken {
        let variable = "AZURE_FEDERATED_TOKEN_FILE"
        if let path = try variables.text(variable)?.value {
            guard let bytes = try variables.file(variable, limit: 1 << 16),
                FederatedToken.text(in: bytes) != nil
            else { throw .wrong(.variable(variable), "\(path) holds no token") }
            return .file(path)
        }
        let text = try variables.token("AZURE_FEDERATED_TOKEN") ?? ""
        guard let token = FederatedToken.text(in: Array(text.utf8)) else {
            throw noToken("AZURE_FEDERATED_TOKEN")
        }
        return .literal(token)
    }

    private static func pipelineJob(
        _ variables: SignInVariables
    ) throws(CommandFailure) -> JobIdentity {
        try job(
            variables, at: "SYSTEM_OIDCREQUESTURI", with: "SYSTEM_ACCESSTOKEN",
            connection: try variables.name("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID") ?? "")
    }

    private static func gitHubJob(
        _ variables: SignInVariables
    ) throws(CommandFailure) -> JobIdentity {
        try job(
            variables, at: "ACTIONS_ID_TOKEN_REQUEST_URL", with: "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    }

    private static func job(
        _ variables: SignInVariables, at address: String, with token: String,
        connection: String = ""
    ) throws(CommandFailure) -> JobIdentity {
        let url = try variables.text(address)?.value ?? ""
        let text = try variables.token(token) ?? ""
        guard isToken(text) else { throw noToken(token) }
        guard let job = JobIdentity(at: url, token: text, connection: connection) else {
            throw .wrong(.variable(address), "it is no https address")
        }
        return job
    }

    // MARK: Misplaced

    /// What to tell whoever tried to set a part of the sign-in as a flag or key of this name;
    /// `nil` if the name means something else.
    static func hint(forMisplaced name: String) -> String? {
        let word = name.lowercased().filter(\.isLetter)
        if word.contains("certificate"), !word.contains("password") {
            return "A certificate is named in the environment: set AZURE_CLIENT_CERTIFICATE_PATH."
        }
        if ["secret", "password", "token"].contains(where: word.contains) {
            return "A secret is read from the environment: set AZURE_CLIENT_SECRET."
        }
        guard ["tenant", "tenantid", "clientid", "appid", "username"].contains(word) else {
            return nil
        }
        return "Sign-in is set in the environment: AZURE_TENANT_ID and AZURE_CLIENT_ID."
    }
}
