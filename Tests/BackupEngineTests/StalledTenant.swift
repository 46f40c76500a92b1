import GraphCatalog
import TestSupport

/// A recorded tenant that never answers at some paths, until whoever waits is cancelled.
final class StalledTenant: GraphSource {
    private let tenant: RecordedTenant
    private let stalled: Set<String>
    /// Called with each path that is asked for, before it is answered.
    private let ask: @Sendable (String) async throws(GraphError) -> Void

    init(
        _ tenant: RecordedTenant, stalledAt paths: Set<String>,
        ask: @escaping @Sendable (String) async throws(GraphError) -> Void = { _ in }
    ) {
        self.tenant = tenant
        stalled = paths
        self.ask = ask
    }

    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        let path = target.request.path
        try await ask(path)
        if stalled.contains(path) {
            let (never, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            throw GraphError(.other, "The read was cancelled")
        }
        return try await tenant.page(target, found: found)
    }

    func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
        for request in requests { try await ask(request.path) }
        return await pages(oneByOne: requests)
    }
}
