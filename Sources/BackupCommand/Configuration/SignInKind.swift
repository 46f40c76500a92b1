/// The ways to sign in, in the order in which the first that is configured is taken.
enum SignInKind: String, CaseIterable, Sendable {
    case token, secret, certificate
    case workloadIdentity = "workload-identity"
    case azurePipelines = "azure-pipelines"
    case gitHubActions = "github-actions"
    case managedIdentity = "managed-identity"

    /// Takes the first that is configured.
    static let automatic = "auto"

    static var words: [String] { [automatic] + allCases.map(\.rawValue) }

    /// Whether the environment or the machine offers it.
    func isConfigured(_ variables: SignInVariables, on machine: MachineTraits) -> Bool {
        switch self {
        case .token: variables.has("AZURE_ACCESS_TOKEN")
        case .secret: variables.has("AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET_FILE")
        case .certificate: variables.has("AZURE_CLIENT_CERTIFICATE_PATH")
        case .workloadIdentity:
            variables.has("AZURE_FEDERATED_TOKEN_FILE", "AZURE_FEDERATED_TOKEN")
        // Every pipeline has an address to ask; the service connection is what somebody set up.
        case .azurePipelines:
            variables.has("SYSTEM_OIDCREQUESTURI")
                && variables.has("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID")
        case .gitHubActions: variables.has("ACTIONS_ID_TOKEN_REQUEST_URL")
        case .managedIdentity:
            variables.has("IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST")
                || machine.hasArcAgent
                // The machines of hosted jobs are Azure's, and nobody's identity.
                || machine.isAzure && !variables.has("TF_BUILD", "GITHUB_ACTIONS")
        }
    }

    /// What must be set; of each list one.
    var required: [[String]] {
        let application = [["AZURE_TENANT_ID"], ["AZURE_CLIENT_ID"]]
        switch self {
        case .token: return [["AZURE_ACCESS_TOKEN"]]
        case .secret:
            return application + [["AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET_FILE"]]
        case .certificate: return application + [["AZURE_CLIENT_CERTIFICATE_PATH"]]
        case .workloadIdentity:
            return application + [["AZURE_FEDERATED_TOKEN_FILE", "AZURE_FEDERATED_TOKEN"]]
        case .azurePipelines:
            return [
                ["AZURE_TENANT_ID", "AZURESUBSCRIPTION_TENANT_ID"],
                ["AZURE_CLIENT_ID", "AZURESUBSCRIPTION_CLIENT_ID"],
                ["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"], ["SYSTEM_ACCESSTOKEN"],
                ["SYSTEM_OIDCREQUESTURI"],
            ]
        case .gitHubActions:
            return application
                + [["ACTIONS_ID_TOKEN_REQUEST_URL"], ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]]
        case .managedIdentity: return []
        }
    }

    /// What to do about a variable that is not set, if setting it by hand is not the way.
    func hint(forMissing variable: String) -> String? {
        switch variable {
        case "SYSTEM_ACCESSTOKEN":
            "Pass it to this step: SYSTEM_ACCESSTOKEN: $(System.AccessToken)."
        case "SYSTEM_OIDCREQUESTURI": "Azure Pipelines sets it; this is no job of a pipeline."
        case "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN":
            "GitHub Actions sets it in a job with `permissions: id-token: write`."
        default: nil
        }
    }
}
