import BackupEngine
import CanonicalJSON
import GraphCatalog
import GraphClient
import Logging
import TenantSimulator

/// The pages of one type, taken from the simulated tenant once and answered from memory.
struct RecordedPages: GraphSource {
    private(set) var pages: [GraphPage] = []

    var byteCount: Int { pages.reduce(0) { $0 + $1.body.count } }

    /// Reads all pages over HTTP.
    init(of resource: GraphResource, from source: some GraphSource, tenant: String) async throws {
        var target = GraphTarget.first(resource.request(tenant: tenant))
        while true {
            let page = try await source.page(target) { _ in }
            let number = pages.count + 1
            pages.append(
                GraphPage(body: page.body, next: page.next.map { _ in GraphLink("\(number)") }))
            guard let link = page.next else { return }
            target = .next(link, of: target.request)
        }
    }

    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        guard case .next(let link, _) = target, let number = Int(link.text) else { return pages[0] }
        return pages[number]
    }

    func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
        requests.map { _ in .failure(GraphError(.notFound, "Nothing but one type is recorded")) }
    }
}

extension SimulatedTenant {
    /// Runs `body` with a client that is signed in here and knows no throttle limit.
    func withClient<Value: Sendable>(
        _ body: @Sendable (GraphClient) async throws -> Value
    ) async throws -> Value {
        guard let graph = Origin(graph), let authority = Origin(authority) else {
            throw Failed(what: "the simulated tenant has no address")
        }
        var configuration = GraphConfiguration(
            endpoints: GraphEndpoints(graph: graph, authority: authority, arm: graph),
            tenant: tenantID, credential: .secret(clientID: app.clientID, secret: app.secret),
            network: try Network(environment: [:]), version: "benchmark",
            logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() })
        configuration.limits = [:]
        return try await withGraphClient(configuration) { client async throws -> Value in
            try await body(client)
        }
    }
}

struct Failed: Error {
    let what: String
}
