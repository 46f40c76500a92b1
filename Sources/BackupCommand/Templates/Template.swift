import GraphCatalog
import GraphClient

/// A file that somebody starts from: what `tenantkeep init` prints.
enum Template: String, CaseIterable, Sendable {
    case azurePipelines = "azure-pipelines"
    case githubActions = "github-actions"
    case systemd, config, permissions

    /// What a template is written for.
    struct Subject {
        let catalog: [GraphResource]
        /// The words that choose types.
        let types: [String]
        let exclude: [String]
        let endpoints: GraphEndpoints
        /// Of the application, if it is known.
        let clientID: String?

        init(
            _ settings: Settings, from catalog: [GraphResource], _ environment: [String: String]
        ) throws(CommandFailure) {
            self.catalog = catalog
            // Words that choose nothing would go into a file that does not work.
            _ = try Selection(settings, from: catalog)
            let types = settings.list(.type)
            self.types = types.isEmpty ? ["Config"] : types
            exclude = settings.list(.exclude)
            endpoints = try GraphEndpoints(settings)
            clientID = environment["AZURE_CLIENT_ID"].flatMap { $0.isEmpty ? nil : $0 }
        }

        /// As the command line has them: `--type Config,Users --exclude devices`.
        var typeOptions: String {
            let exclude = exclude.isEmpty ? "" : " --exclude \(exclude.joined(separator: ","))"
            return "--type \(types.joined(separator: ","))\(exclude)"
        }
    }

    /// Under which the file is usually kept.
    var fileName: String {
        switch self {
        case .azurePipelines: "azure-pipelines.yml"
        case .githubActions: ".github/workflows/tenant-backup.yml"
        case .systemd: "install-tenantkeep.sh"
        case .config: "tenantkeep.yaml"
        case .permissions: "grant-permissions.sh"
        }
    }

    /// The file, with a line break at its end.
    func text(for subject: Subject) throws(CommandFailure) -> String {
        switch self {
        case .azurePipelines: Self.azurePipeline(for: subject)
        case .githubActions: Self.githubWorkflow(for: subject)
        case .systemd: Self.systemdScript(for: subject)
        case .config: Self.configuration(for: subject)
        case .permissions: try Self.permissionScript(for: subject)
        }
    }
}
