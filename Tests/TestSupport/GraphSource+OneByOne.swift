package import GraphCatalog

extension GraphSource {
    /// Answers a batch by reading the first page of each request, one after the other.
    package func pages(
        oneByOne requests: [GraphRequest]
    ) async -> [Result<GraphPage, GraphError>] {
        var results: [Result<GraphPage, GraphError>] = []
        for request in requests {
            do throws(GraphError) {
                results.append(.success(try await page(.first(request)) { _ in }))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }
}
