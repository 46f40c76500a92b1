import AsyncHTTPClient
import CanonicalJSON
import GraphCatalog
import HTTPTransport
import NIOHTTP1

/// Azure Resource Graph: one query, answered with rows, up to 1,000 a page.
///
/// <https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data>
extension GraphClient {
    /// Reads one page of the rows of `query`, and hands it over as the page of a collection.
    func page(of query: String, _ target: GraphTarget) async throws(GraphError) -> GraphPage {
        let request = target.request
        let access = access(to: request.service)
        let place = RowPlace(target)
        var http = HTTPClientRequest(url: "\(access.origin)\(request.reference)")
        http.method = .POST
        http.headers.add(name: "content-type", value: "application/json")
        http.body = .bytes(Array(place.body(of: query).utf8))
        let answer = try await exchange(
            with: access, charges: [request.bucket: request.charge]
        ) { attempt throws(Failure) in
            let response = try await send(http, to: request.service, with: attempt)
            await slowDown(request, after: response)
            let isCut = response.headers.first(name: "x-ms-tenant-subscription-limit-hit")
            guard isCut?.lowercased() != "true" else {
                throw Failure(.final(.malformed), "answered for some of the subscriptions only")
            }
            let body = try await transport.body(of: response, host: access.origin.host)
            return Served(value: try Rows(body, from: place), loads: [:])
        }
        return GraphPage(
            body: answer.value.page, next: answer.value.next, requests: answer.requests,
            waited: answer.waited)
    }
}

/// Where a page of rows begins: the rows before it, and the token that leads to it.
private struct RowPlace {
    var count = 0
    var token: String?

    /// A link here is both of them, the count first.
    init(_ target: GraphTarget) {
        guard case .next(let link, _) = target else { return }
        let parts = link.text.split(separator: " ", maxSplits: 1)
        count = parts.first.flatMap { Int($0) } ?? 0
        token = parts.last.map(String.init)
    }

    func body(of query: String) -> String {
        let skip = token.map { ",\"$skipToken\":\(quoted($0))" } ?? ""
        return "{\"query\":\(quoted(query)),\"options\":"
            + "{\"resultFormat\":\"objectArray\",\"$top\":1000\(skip)}}"
    }
}

/// One answer of Resource Graph, checked for rows that it left out.
private struct Rows {
    /// `{"value": [row, …]}`
    let page: [UInt8]
    let next: GraphLink?

    /// - Throws: if there are more rows and no way to them, as when the query does not project `id`.
    init(_ body: [UInt8], from place: RowPlace) throws(Failure) {
        guard let root = try? JSONValue(parsing: body), let data = root["data"],
            let rows = data.array, let total = root["totalRecords"]?.int
        else { throw Failure(.garbled, "answered a query without rows") }
        guard root["count"]?.int ?? rows.count == rows.count else {
            throw Failure(.garbled, "answered a query with another number of rows than it counted")
        }
        let count = place.count + rows.count
        let token = root["$skipToken"]?.string ?? ""
        let isCut = root["resultTruncated"]?.string?.lowercased() == "true"
        guard token.isEmpty ? !isCut && count >= total : token != place.token && !rows.isEmpty
        else {
            throw Failure(
                .final(.malformed), "answered \(count) rows of \(total) and no way to the others")
        }
        page = Array("{\"value\":".utf8) + data.bytes + "}".utf8
        next = token.isEmpty ? nil : GraphLink("\(count) \(token)")
    }
}
