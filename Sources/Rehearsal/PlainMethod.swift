import CanonicalJSON
package import FoundationEssentials
import GraphCatalog
package import GraphClient

/// The usual way to find out who changed a file: to ask the audit log for the object's ID since the
/// last commit, and to name everybody who is found.
package struct PlainMethod {
    let client: GraphClient
    package private(set) var requests = 0

    package init(_ client: GraphClient) { self.client = client }

    /// Returns the IDs of everybody found, in lower case.
    package mutating func authors(of id: String, since: Date) async throws -> Set<String> {
        let time = since.formatted(.iso8601)
        let quoted = id.replacing("'", with: "''")
        let request = GraphRequest(
            path: "auditLogs/directoryAudits",
            query: [
                .init(
                    "$filter",
                    "activityDateTime ge \(time) and targetResources/any(t:t/id eq '\(quoted)')")
            ], bucket: .audit)
        var found: Set<String> = []
        var target: GraphTarget? = .first(request)
        while let next = target {
            let page = try await client.page(next) { _ in }
            requests += page.requests
            for event in try JSONValue(parsing: page.body)["value"]?.array ?? [] {
                let initiator = event["initiatedBy"]
                let id =
                    initiator?["user"]?["id"]?.string
                    ?? initiator?["app"]?["servicePrincipalId"]?.string
                if let id { found.insert(id.lowercased()) }
            }
            target = page.next.map { .next($0, of: request) }
        }
        return found
    }
}
