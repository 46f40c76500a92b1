import CanonicalJSON
import GraphCatalog

/// One page of a small list whose objects are looked into one by one.
struct ListPage: PreparedPage {
    let objects: [JSONValue]
    let next: GraphLink?
    let requests: Int
    let waited: Duration

    /// - Parameter name: what an error calls the list.
    /// - Throws: an error of kind `malformed` if it is no page of a list.
    init(_ page: GraphPage, of name: String) throws(BackupError) {
        do throws(JSONError) {
            let list = try ListedValues(page.body, linkName: page.linkName)
            objects = list.elements
            next = page.next(asRead: list.link)
        } catch {
            throw .source(GraphError(.malformed, "\(name) is not proper JSON: \(error.reason)"))
        }
        (requests, waited) = (page.requests, page.waited)
    }
}
