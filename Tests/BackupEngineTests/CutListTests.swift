import BackupEngine
import GraphCatalog
import Synchronization
import TestSupport
import Testing

/// Lists inside objects that the service cut, with a link to the rest.
struct CutListTests {
    private static func team(_ members: String) -> String {
        #"{"value":[{"id":"a","name":"A"},{"id":"b",\#(members),"name":"B"}]}"#
    }

    private static let whole = team(#""members":[{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"}]"#)

    @Test(arguments: [
        team(#""members":[{"id":"1"},{"id":"2"}],"members@odata.nextLink":"l1""#),
        team(#""members@odata.nextLink":"l1","members":[{"id":"1"},{"id":"2"}]"#),
        team(#""members":[ ],"members@odata.nextLink":"l0""#),
        team(#""members@odata.nextLink":"l0""#),
        team(#""members":[{"id":"1"},{"id":"2"}],"members\u0040odata.nextLink":"l1""#),
        // One that came twice.
        team(#""members":[{"id":"1"},{"id":"2"},{"id":"3"}],"members@odata.nextLink":"l1""#),
    ])
    func `the rest of a list is read to its end and appended`(body: String) async throws {
        let tenant = CutTenant([
            "teams": Self.whole, "l0": #"{"value":[{"id":"1"},{"id":"2"}],"@odata.nextLink":"l1"}"#,
            "l1": #"{"value":[{"id":"3"}],"@odata.nextLink":"l2"}"#,
            "l2": #"{"@odata.nextLink":null,"value":[{"id":"4"}]}"#,
        ])
        let runs = try Runs()
        try await runs.run(from: tenant, [SelectedResource(teams)])
        tenant["teams"] = body

        let result = try await runs.run(from: tenant, [SelectedResource(teams)])

        #expect(result.changes.isEmpty && !result.isIncomplete)
        #expect(try #require(result.record.types["teams"]?.requests) >= 3)
    }

    @Test func `lists at every depth are completed, of the rest too`() async throws {
        let nested = #""policy":{"rules":[{"id":"1"}],"rules@odata.nextLink":"r"}"#
        let tenant = CutTenant([
            "teams": Self.team(nested),
            "r":
                #"{"value":[{"id":"2","parts":[{"id":"x"}],"parts@odata.nextLink":"p"},{"id":"3"}]}"#,
            "p": #"{"value":[{"id":"y"}]}"#,
        ])
        let runs = try Runs()

        let result = try await runs.run(from: tenant, [SelectedResource(teams)])
        let file = try runs.git("cat-file", "blob", "main:Teams/b/b.json")

        #expect(!result.isIncomplete)
        #expect(
            file.filter { !$0.isWhitespace }
                == #"{"id":"b","name":"B","policy":{"rules":[{"id":"1"},"#
                + #"{"id":"2","parts":[{"id":"x"},{"id":"y"}]},{"id":"3"}]}}"#)
    }

    @Test(arguments: [
        ("l1", "Graph said no", 2), ("loop", "Graph's pages go round in circles", 4),
        ("7", "that leads from no list", 3),
        ("deep", "lists that are cut inside of lists that are cut, without end", 12),
    ])
    func `a rest that cannot be read keeps the type and names the member`(
        link: String, reason: String, most: Int
    ) async throws {
        let text = Int(link) == nil ? "\"\(link)\"" : link
        let tenant = CutTenant([
            "teams": Self.whole,
            "loop": #"{"value":[{"id":"3"}],"@odata.nextLink":"loop"}"#,
            "deep": #"{"value":[{"id":"3","parts":[],"parts@odata.nextLink":"deep"}]}"#,
        ])
        let runs = try Runs()
        try await runs.run(from: tenant, [SelectedResource(teams)])
        tenant["teams"] = Self.team(
            #""members":[{"id":"1"},{"id":"2"}],"members@odata.nextLink":\#(text)"#)

        let result = try await runs.run(from: tenant, [SelectedResource(teams)])
        let type = try #require(result.record.types["teams"])

        #expect(type.outcome == .kept && result.changes.isEmpty)
        #expect(type.reason?.contains("members") == true, "\(type.reason ?? "")")
        #expect(type.reason?.hasSuffix(reason) == true, "\(type.reason ?? "")")
        #expect(tenant.count <= most + 1)
    }

    @Test func `a list that is cut in the answer to a batch is completed as well`() async throws {
        let part = GraphResource(
            "teams/parts", path: "parts", folder: "Parts", groups: ["All"],
            permissions: Permissions("Teams.Read.All"))
        let parent = GraphResource(
            "teams", path: "teams", folder: "Teams", groups: ["All"],
            permissions: Permissions("Teams.Read.All"), children: [part])
        let tenant = CutTenant([
            "teams": #"{"value":[{"id":"a"}]}"#,
            "teams/a/parts":
                #"{"value":[{"id":"p","list":[1],"list@odata.nextLink":"l"}]}"#,
            "l": #"{"value":[2,3]}"#,
        ])
        let runs = try Runs()

        try await runs.run(from: tenant, all(parent))
        let file = try runs.git("cat-file", "blob", "main:Teams/a/Parts/p/p.json")

        #expect(file.filter { !$0.isWhitespace } == #"{"id":"p","list":[1,2,3]}"#)
    }
}

/// Answers by paths and by the texts of links.
private final class CutTenant: GraphSource {
    private let bodies: Mutex<[String: String]>
    private let asked = Mutex(0)

    /// Requests so far.
    var count: Int { asked.withLock { $0 } }

    init(_ bodies: [String: String]) {
        self.bodies = Mutex(bodies)
    }

    subscript(key: String) -> String {
        get { bodies.withLock { $0[key] ?? "" } }
        set { bodies.withLock { $0[key] = newValue } }
    }

    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        asked.withLock { $0 += 1 }
        let key =
            switch target {
            case .first(let request): request.path
            case .next(let link, _): link.text
            }
        guard !self[key].isEmpty else { throw GraphError(.notFound, "Graph said no", requests: 1) }
        return GraphPage(body: Array(self[key].utf8), linkName: "@odata.nextLink")
    }

    func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
        await pages(oneByOne: requests)
    }
}
