/// One query of Azure Resource Graph, in the few words of Kusto that a backup needs: `resources` or
/// `resourcecontainers`, then `where …`, `project …` and `order by id`. A condition is one of
/// `type =~ '…'`, `type !~ '…'`, `type in~ ('…', '…')` and `array_length(properties.…) > 0`, or some
/// of them joined by `and`.
///
/// <https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data>
struct ResourceGraph {
    private let stages: [String]
    private let options: JSON
    private let subscriptions: [String]?
    private static let recordLimit = 1000

    init(_ body: [UInt8]) throws(AzureFailure) {
        guard let request = try? JSON(parsing: body), let query = request["query"]?.string else {
            throw .badQuery
        }
        stages = query.split(separator: "|").map { String($0.trimmed) }
        options = request["options"] ?? .object([])
        let named = (request["subscriptions"]?.elements ?? []).compactMap(\.string)
        subscriptions = named.isEmpty ? nil : named.map { $0.lowercased() }
    }

    /// Answers the query.
    ///
    /// - Parameter isVisible: whether the caller may read what is at a scope.
    func answer(
        _ azure: Azure, settings: Settings, isVisible: (AzureScope) -> Bool
    ) throws(AzureFailure) -> JSON {
        var rows = try table(azure).filter { row in
            let scope = AzureScope(row["id"]?.string ?? "/")
            return isVisible(scope)
                && (subscriptions.map { $0.contains(scope.subscription ?? "") } ?? true)
        }
        var columns: [String]?
        for stage in stages.dropFirst() { try apply(stage, to: &rows, &columns) }
        let start = (options["$skipToken"]?.string).map { Int($0.dropFirst(2)) ?? 0 } ?? 0
        let size = min(
            options["$top"]?.integer ?? 100, Self.recordLimit, settings.pageSize ?? .max)
        let page = rows.dropFirst(start).prefix(size)
        let isTruncated = start + page.count < rows.count
        var answer: JSON = [
            "totalRecords": JSON(rows.count), "count": JSON(page.count),
            "data": .array(page.map { shown($0, columns) }), "facets": [],
            "resultTruncated": isTruncated ? "true" : "false",
        ]
        // The trap: without the ID among its columns a result cannot be continued.
        if isTruncated, columns?.contains("id") ?? true {
            answer["$skipToken"] = JSON("t-\(start + page.count)")
        }
        return answer
    }

    private func table(_ azure: Azure) throws(AzureFailure) -> [JSON] {
        switch stages.first?.lowercased() {
        case "resources": azure.objects("resources")
        case "resourcecontainers":
            azure.objects("subscriptions") + azure.objects("managementGroups")
        default: throw .badQuery
        }
    }

    private func apply(
        _ stage: String, to rows: inout [JSON], _ columns: inout [String]?
    ) throws(AzureFailure) {
        let words = stage.split(separator: " ", maxSplits: 1)
        let rest = words.count == 2 ? String(words[1]).trimmed : ""
        switch words.first {
        case "project": columns = rest.split(separator: ",").map { $0.trimmed }
        case "order", "sort":
            guard ["by id", "by id asc"].contains(rest) else { throw .badQuery }
            rows.sort { ($0["id"]?.string ?? "") < ($1["id"]?.string ?? "") }
        case "where":
            for condition in rest.split(separator: " and ") {
                let holds = try test(condition.trimmed)
                rows.removeAll { !holds($0) }
            }
        default: throw .badQuery
        }
    }

    private func test(_ condition: String) throws(AzureFailure) -> (JSON) -> Bool {
        for start in ["type =~ ", "type in~ ", "type !~ "] where condition.hasPrefix(start) {
            let quoted = condition.dropFirst(start.count).split(separator: "'")
            let names = quoted.filter { !$0.trimmed.isEmpty && !"(),".contains($0.trimmed) }
            let types = Set(names.map { $0.lowercased() })
            return { row in
                types.contains(row["type"]?.string?.lowercased() ?? "") != start.contains("!")
            }
        }
        let length = try? /array_length\(([\w.]+)\) > 0/.wholeMatch(in: condition)
        guard let path = length?.output.1.split(separator: ".").map(String.init) else {
            throw .badQuery
        }
        // Of what is no list the length is null, and null is not more than anything.
        return { row in row.at(path)?.elements?.isEmpty == false }
    }

    /// Types come in lower case from here, whatever the provider writes.
    private func shown(_ row: JSON, _ columns: [String]?) -> JSON {
        var row = row.shownByAzure
        if let type = row["type"]?.string { row["type"] = JSON(type.lowercased()) }
        guard let columns else { return row }
        return .object(columns.map { JSON.Member(JSONText($0), row[JSONText($0)] ?? .null) })
    }
}
