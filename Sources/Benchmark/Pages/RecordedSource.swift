import GraphCatalog

/// Answers with recorded pages, each read from its file when it is asked for.
///
/// The link to the next page is told at once, as HTTP does: it stands at the start of a page.
struct RecordedSource: GraphSource {
    let pages: PageFolder

    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        let number = try number(of: target)
        let next = number + 1 < pages.count ? GraphLink(String(number + 1)) : nil
        if let next { found(next) }
        do { return GraphPage(body: try pages.read(number), next: next) } catch {
            throw GraphError(.other, "\(error)")
        }
    }

    func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
        requests.map { _ in .failure(GraphError(.notFound, "Only one type is recorded")) }
    }

    private func number(of target: GraphTarget) throws(GraphError) -> Int {
        guard case .next(let link, _) = target else { return 0 }
        guard let number = Int(link.text) else { throw GraphError(.other, "No such page") }
        return number
    }
}
