import Foundation
import GraphCatalog
import GraphClient
import HTTPTransport
import Logging
import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand
@testable import BackupEngine
@testable import GitObjects
@testable import GitStore

/// A small tenant over HTTP, and backups of it in this process. Waits take no time.
struct FaultScene {
    let tenant: SimulatedTenant
    /// Of the tenant's slow answers and of everything that waits for it.
    let clock: TestClock

    /// Runs `body` with a new tenant.
    static func play<Value: Sendable>(
        _ body: @Sendable (FaultScene) async throws -> Value
    ) async throws -> Value {
        let folder = try TemporaryRepository()
        for (path, text) in files { try folder.write("../\(path)", Array(text.utf8)) }
        var settings = TenantSimulator.Settings()
        settings.pageSize = 3
        let clock = TestClock()
        var configuration = SimulatedTenant.Configuration(
            .folder(folder.folder), settings: settings)
        configuration.pause = {
            clock.advance(by: $0)
            // So that the pieces arrive one by one.
            try await Task.sleep(for: .milliseconds(1))
        }
        return try await withSimulatedTenant(configuration) {
            try await body(FaultScene(tenant: $0, clock: clock))
        }
    }

    /// How one backup ended.
    struct Ending {
        let status: BackupCommand.ExitStatus
        /// None of a run that failed as a whole.
        let record: RunRecord?
        let tree: ObjectID?
        let message: String

        func type(_ name: String) throws -> TypeRecord {
            try #require(record?.types[name], "\(message)")
        }

        /// Created, updated and deleted objects by type, where there are any.
        var changes: [String: [Int]] {
            (record?.types ?? [:]).filter { $1.hasChanges }.mapValues {
                [$0.created ?? 0, $0.updated ?? 0, $0.deleted ?? 0]
            }
        }
    }

    /// Makes one backup and says how the program would have ended.
    @discardableResult
    func backUp(
        _ selection: [SelectedResource], into repository: TemporaryRepository,
        acceptingDeletions: Bool = false
    ) async throws -> Ending {
        let options = BackupOptions(
            repository: repository.path, branch: try #require(RefName.branch("main")), root: .top,
            selection: selection, tenant: tenant.tenantID, identityName: "Tenantkeep",
            identityEmail: "tenantkeep@localhost",
            start: Date(timeIntervalSince1970: 1_790_000_000), version: "test",
            acceptDeletions: acceptingDeletions)
        let result: Result<BackupResult, BackupError>
        do throws(BackupError) {
            let configuration = try configuration
            result = .success(
                try await withGraphClient(configuration, clock: clock) {
                    client async throws(BackupError) in
                    try await Backup(from: client, options).run()
                })
        } catch {
            result = .failure(error)
        }
        return try await ending(result, in: repository)
    }

    private var configuration: GraphConfiguration {
        get throws(BackupError) {
            do throws(GraphError) {
                guard let origin = Origin(tenant.origin), let azure = Origin(tenant.arm),
                    let network = try? Network(environment: [:])
                else {
                    throw GraphError(.other, "There is no tenant")
                }
                var configuration = GraphConfiguration(
                    endpoints: GraphEndpoints(graph: origin, authority: origin, arm: azure),
                    tenant: tenant.tenantID,
                    credential: .secret(clientID: tenant.app.clientID, secret: tenant.app.secret),
                    network: network, version: "test",
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                configuration.random = { 0 }
                return configuration
            } catch {
                throw .source(error)
            }
        }
    }

    private func ending(
        _ result: Result<BackupResult, BackupError>, in repository: TemporaryRepository
    ) async throws -> Ending {
        switch result {
        case .success(let result):
            let report = BackupReport(
                result, of: try BackupRequest(flags([:])), took: .seconds(1))
            let tip = result.record.branch.after.flatMap { ObjectID(hex: $0) }
            let store = try GitStore(at: repository.path, for: .reading, unique: "")
            var tree: ObjectID?
            if let tip { tree = try await store.commit(tip).tree }
            return Ending(
                status: report.status, record: result.record, tree: tree,
                message: result.record.types.values.compactMap(\.reason).joined(separator: "; "))
        case .failure(let error):
            let failure = CommandFailure(error)
            return Ending(
                status: failure.status, record: nil, tree: nil, message: failure.sentence)
        }
    }
}

// MARK: The tenant

extension FaultScene {
    static let definitions = "identityGovernance/accessReviews/definitions"
    static let packages = "identityGovernance/entitlementManagement/accessPackages"
    static let subscriptions = (0..<3).map { "subscription-\($0)" }
    static let groups = (0..<5).map { "group-\($0)" }
    static let reviews = (0..<2).map { "review-\($0)" }

    /// By path below the tenant's folder.
    private static var files: [String: String] {
        [
            "tenant.json": """
            {"id": "11111111-2222-3333-4444-555555555555", "domain": "contoso.example",
             "displayName": "Contoso",
             "applications": [{"clientID": "app", "secret": "secret", "permissions":
               ["Directory.Read.All", "Policy.Read.All", "AccessReview.Read.All",
                "EntitlementManagement.Read.All"], "azureScopes": ["/"]}]}
            """,
            "users.json": array((0..<7).map { object("user-\($0)") }),
            "domains.json": array((0..<3).map { object("domain-\($0).example") }),
            "organization.json": array((0..<4).map { object("organization-\($0)") }),
            "policies/authorizationPolicy.json": object("authorizationPolicy"),
            "groups.json": array(groups.enumerated().map { group($1, owners: $0 % 3 * 2 + 1) }),
            "\(definitions).json": array(reviews.map(review)),
            "arm/subscriptions.json": array(
                subscriptions.map {
                    #"{"id":"/subscriptions/\#($0)","subscriptionId":"\#($0)"}"#
                }),
            "arm/roleAssignments.json": array(
                subscriptions.enumerated().flatMap { number, subscription in
                    (0..<(number + 2)).map { assignment("right-\(number)-\($0)", in: subscription) }
                }),
            "\(packages).json": array((0..<4).map { package("package-\($0)", scopes: 7 - $0) }),
        ]
    }

    private static func array(_ items: [String]) -> String {
        "[\(items.joined(separator: ","))]"
    }

    private static func object(_ id: String, _ rest: String = "") -> String {
        #"{"id":"\#(id)","displayName":"The one called \#(id)"\#(rest)}"#
    }

    private static func group(_ id: String, owners: Int) -> String {
        let owners = array((0..<owners).map { "\"user-\($0)\"" })
        // One group is not dynamic.
        let types = id == groups[0] ? "[]" : #"["DynamicMembership"]"#
        return object(id, #","groupTypes":\#(types),"/owners":\#(owners)"#)
    }

    private static func assignment(_ name: String, in subscription: String) -> String {
        let scope = "/subscriptions/\(subscription)"
        return """
            {"id":"\(scope)/providers/Microsoft.Authorization/roleAssignments/\(name)",
             "name":"\(name)","properties":{"scope":"\(scope)","principalId":"user-1"}}
            """
    }

    private static func package(_ id: String, scopes: Int) -> String {
        let scopes = array((0..<scopes).map { object("\(id)-scope-\($0)") })
        return object(id, #","/accessPackageResourceRoleScopes":\#(scopes)"#)
    }

    private static func review(_ id: String) -> String {
        let reviewers = array((0..<4).map { object("\(id)-reviewer-\($0)") })
        let instance = object("\(id)-1", #","/contactedReviewers":\#(reviewers)"#)
        return object(id, #","/instances":[\#(instance)]"#)
    }
}
