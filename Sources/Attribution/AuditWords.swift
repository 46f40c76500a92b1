package import GraphCatalog

/// What types call the activities that are about them.
package struct AuditWords: Sendable {
    /// How activities begin by which something joins something else or parts from it.
    private let joins: [String]
    /// In lower case, activities that several types declare.
    private let shared: Set<String>

    package init(_ types: [GraphResource]) {
        let all = types.flatMap(\.family)
        joins = Set(all.flatMap(\.evidence).flatMap { $0.added + $0.removed }).sorted()
        var known: Set<String> = []
        shared = Set(
            all.flatMap(\.auditActivities).map(folded).filter { !known.insert($0).inserted })
    }

    /// Those of the catalog.
    package static let catalog = AuditWords(GraphResource.all)

    func areJoin(_ activity: String) -> Bool { joins.contains { activity.hasPrefix($0) } }

    func areShared(_ activity: String) -> Bool { shared.contains(folded(activity)) }
}
