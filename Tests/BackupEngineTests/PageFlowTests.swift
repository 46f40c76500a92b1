import CanonicalJSON
import GraphCatalog
import Synchronization
import Testing

@testable import BackupEngine

/// The order of pages, and which link leads from one to the next.
struct PageFlowTests {
    @Test func `the link of the body that is used decides, not one that was seen earlier`()
        async throws
    {
        // What was inserted between two tries of the first page has pushed `c` to the second.
        let tenant = LinkedTenant([
            "": .init(["a", "b"], seen: "old", next: "new"),
            "old": .init(["d"], next: nil), "new": .init(["c", "d"], next: nil),
        ])

        let names = try await tenant.names()

        #expect(names == ["a", "b", "c", "d"])
    }

    @Test func `a page that was asked for too early may fail`() async throws {
        let tenant = LinkedTenant([
            "": .init(["a"], seen: "old", next: "new"), "new": .init(["b"], next: nil),
        ])

        let names = try await tenant.names()

        #expect(names == ["a", "b"])
    }

    @Test func `pages behind one that was asked for too early are dropped with it`() async throws {
        let tenant = LinkedTenant([
            "": .init(["a"], seen: "old", next: "new", waitsFor: "older"),
            "old": .init(["x"], seen: "older", next: "older"),
            "older": .init(["y"], next: nil),
            "new": .init(["b"], seen: "older", next: "older"),
        ])

        let names = try await tenant.names()

        #expect(names == ["a", "b", "y"])
    }

    @Test func `a link that nobody saw in passing is followed`() async throws {
        let tenant = LinkedTenant([
            "": .init(["a"], next: "2"), "2": .init(["b"], next: "3"),
            "3": .init(["c"], seen: "4", next: nil), "4": .init(["d"], next: nil),
        ])

        let names = try await tenant.names()

        #expect(names == ["a", "b", "c"])
    }

    @Test func `a page that cannot be had fails when all before it are right`() async throws {
        let tenant = LinkedTenant(["": .init(["a"], seen: "2", next: "2")])

        await #expect(throws: BackupError.self) { try await tenant.names() }
    }

    @Test func `links that lead back are refused`() async throws {
        let tenant = LinkedTenant([
            "": .init(["a"], next: "2"), "2": .init(["b"], next: "3"),
            "3": .init(["c"], next: "2"),
        ])

        await #expect(throws: BackupError.self) { try await tenant.names() }
    }

    @Test(arguments: ["7", "{}", "[]", "true"])
    func `a link that is no string makes the page none`(link: String) async throws {
        let body = #"{"value":[],"nextLink":\#(link)}"#

        #expect(throws: JSONError.self) {
            try CanonicalPage(
                Array(body.utf8), .collection, by: CanonicalRules(), linkName: "nextLink")
        }
        #expect(throws: JSONError.self) {
            try ListedValues(Array(body.utf8), linkName: "nextLink")
        }
    }

    @Test(arguments: [#","nextLink":null"#, #","nextLink":"""#, "", #","@odata.nextLink":"x""#])
    func `no link, an empty one and another service's end a list`(link: String) throws {
        let body = Array(#"{"value":[]\#(link)}"#.utf8)

        let page = try CanonicalPage(
            body, .collection, by: CanonicalRules(), linkName: "nextLink")
        let list = try ListedValues(body, linkName: "nextLink")

        #expect(page.nextLink == nil && list.link == nil)
    }
}

/// Pages by the text of the link that leads to them.
private final class LinkedTenant: GraphSource {
    struct Page: Sendable {
        let items: [String]
        /// The link that is told before the page has come.
        let seen: String?
        /// The link in the page.
        let next: String?
        /// Comes when the page behind this link has been asked for.
        let gate: String?

        init(_ items: [String], seen: String? = nil, next: String?, waitsFor gate: String? = nil) {
            self.items = items
            self.seen = seen
            self.next = next
            self.gate = gate
        }
    }

    private let pages: [String: Page]
    private let asked = Mutex<Set<String>>([])

    init(_ pages: [String: Page]) {
        self.pages = pages
    }

    func names() async throws -> [String] {
        var names: [String] = []
        let flow = PageFlow(source: self) { page throws(BackupError) in try Names(page) }
        try await flow.read(from: .first(GraphRequest(path: "names"))) { names += $0.names }
        return names
    }

    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        var key = ""
        if case .next(let link, _) = target { key = link.text }
        asked.withLock { _ = $0.insert(key) }
        guard let page = pages[key] else { throw GraphError(.pageTokenExpired, "No such page") }
        if let seen = page.seen { found(GraphLink(seen)) }
        while let gate = page.gate, !asked.withLock({ $0.contains(gate) }) { await Task.yield() }
        let items = page.items.map { "\"\($0)\"" }.joined(separator: ",")
        let link = page.next.map { #","@odata.nextLink":"\#($0)""# } ?? ""
        return GraphPage(
            body: Array(#"{"value":[\#(items)]\#(link)}"#.utf8),
            next: page.seen.map(GraphLink.init),
            linkName: "@odata.nextLink")
    }

    func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
        throw GraphError(.other, "There are no batches here")
    }

    private struct Names: PreparedPage {
        let names: [String]
        let next: GraphLink?

        init(_ page: GraphPage) throws(BackupError) {
            do throws(JSONError) {
                let list = try ListedValues(page.body, linkName: page.linkName)
                names = list.elements.compactMap(\.string)
                next = page.next(asRead: list.link)
            } catch {
                throw .source(GraphError(.malformed, error.reason))
            }
        }
    }
}
