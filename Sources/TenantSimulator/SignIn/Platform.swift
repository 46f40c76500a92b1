/// What runs beside the tenant and vouches for programs: pipelines, machines, app hosts.
package struct Platform: Sendable {
    /// One place that answers with a token. Faults name it `identity/` and its raw value.
    package enum Endpoint: String, Sendable, CaseIterable {
        case pipelines, github, imds, appService, azureML, cloudShell, arc

        /// The path, or its start.
        var path: String {
            switch self {
            case .pipelines:
                "/contoso/_apis/distributedtask/hubs/build/plans/1f/jobs/2e/oidctoken"
            case .github: "/actions/idtoken/1f/2e"
            case .imds: "/metadata/identity/oauth2/token"
            case .appService: "/msi/token"
            case .azureML: "/azureml/msi/token"
            case .cloudShell: "/oauth2/token"
            case .arc: "/arc/metadata/identity/oauth2/token"
            }
        }

        var fault: String { "identity/\(rawValue)" }
    }

    /// How an app host writes the end of a token's life.
    package enum DateForm: Sendable, CaseIterable {
        case seconds, number, monthFirst, twelveHours, yearFirst, iso
    }

    // Azure Pipelines
    package var jobToken = "simulated-job-token"
    package var serviceConnection = "5eed0000-0000-4000-8000-0000000000f1"
    package var pipelineIssuer =
        "https://vstoken.dev.azure.com/5eed0000-0000-4000-8000-0000000000f2"
    package var pipelineSubject = "sc://contoso/backup/tenant"
    // GitHub Actions
    package var requestToken = "simulated-request-token"
    package var gitHubIssuer = "https://token.actions.githubusercontent.com"
    package var gitHubSubject = "repo:contoso/backup:ref:refs/heads/main"
    /// The job is over, and its token with it.
    package var isJobOver = false

    // Machines and app hosts
    package var identityHeader = "simulated-identity-header"
    package var machineSecret = "simulated-machine-secret"
    package var dateForm = DateForm.seconds
    package var sendsLife = true
    /// Where Arc's agent puts the files that only administrators read.
    package var keyFile: String?
    package var keyFileContent = "simulated-arc-key"
    /// Old agents of Arc give the machine's own identity, whichever is asked for.
    package var ignoresSelector = false

    package init() {}
}

extension SimulatedTenant {
    /// The variables that `endpoint`'s platform sets for a program.
    package func variables(of endpoint: Platform.Endpoint) -> [String: String] {
        let platform = simulation.change { $0.settings.platform }
        let address = origin + endpoint.path
        return switch endpoint {
        case .pipelines:
            [
                "SYSTEM_OIDCREQUESTURI": address, "SYSTEM_ACCESSTOKEN": platform.jobToken,
                "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": platform.serviceConnection,
            ]
        case .github:
            [
                "ACTIONS_ID_TOKEN_REQUEST_URL": address + "?api-version=2.0",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": platform.requestToken,
            ]
        case .imds: ["AZURE_POD_IDENTITY_AUTHORITY_HOST": origin]
        case .appService:
            ["IDENTITY_ENDPOINT": address, "IDENTITY_HEADER": platform.identityHeader]
        case .azureML: ["MSI_ENDPOINT": address, "MSI_SECRET": platform.machineSecret]
        case .cloudShell: ["MSI_ENDPOINT": address]
        case .arc: ["IDENTITY_ENDPOINT": address, "IMDS_ENDPOINT": origin]
        }
    }

    /// Gives `app` a token for `resource`, as a command of Azure's would print it.
    package func token(
        of app: AppRegistration, for resource: String? = nil, life: Double = 3600
    ) -> String {
        let simulation = self.simulation
        let service = simulation.signInService(at: origin)
        let audience = service.audience(of: resource ?? graph) ?? .other(resource ?? "")
        let given = service.grant(app, audience, life: life)
        simulation.change { $0.grants[given.token] = given.grant }
        return given.token
    }

    /// Makes the first application's secret one of the past.
    package func expireSecret() {
        simulation.change { $0.tenant.registrations[0].isSecretExpired = true }
    }
}
