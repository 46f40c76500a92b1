import Foundation
import GraphCatalog

/// Answers with recorded pages, each read from its file when it is asked for.
///
/// The link to the next page is told at once, as HTTP does: it stands at the start of a page.
struct RecordedSource: GraphSource {
    let pages: PageFolder
    /// The audit log; without it the tenant has none.
    var week: AuditedWeek?

    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        if target.request.path == AuditSource.directory.path { return try eventPage(target) }
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

    private func eventPage(_ target: GraphTarget) throws(GraphError) -> GraphPage {
        guard let week else { throw GraphError(.notAvailable, "No audit log is recorded") }
        switch target {
        case .next(let link, _):
            let parts = link.text.split(separator: " ").compactMap { Double($0) }
            guard parts.count == 3 else { throw GraphError(.other, "No such page of the log") }
            return week.page(
                Int(parts[0]), from: Date(timeIntervalSince1970: parts[1]),
                to: Date(timeIntervalSince1970: parts[2]))
        case .first(let request):
            let filter = request.query.first { $0.name == "$filter" }?.value ?? ""
            let times = filter.split(separator: " ").compactMap {
                try? Date(String($0), strategy: .iso8601)
            }
            guard times.count == 2 else { throw GraphError(.other, "The filter has no window") }
            return week.page(0, from: times[0], to: times[1])
        }
    }
}
