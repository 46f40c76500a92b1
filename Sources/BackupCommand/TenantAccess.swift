import BackupEngine
import FoundationEssentials
import GraphCatalog

/// The way into one tenant: who signs in to it.
struct TenantAccess: Sendable {
    private let signIn: SignInSettings

    init(_ settings: Settings, _ environment: [String: String]) throws(CommandFailure) {
        signIn = try SignInSettings(environment)
    }

    /// Who signs in; for the curious.
    var wording: String { "\(signIn)" }

    /// Makes one backup.
    func backUp(
        _ request: BackupRequest, start: Date,
        progress: @escaping @Sendable (BackupEvent) async -> Void
    ) async -> Result<BackupResult, BackupError> {
        .failure(.source(GraphError(.other, "this version cannot reach Graph yet")))
    }
}
