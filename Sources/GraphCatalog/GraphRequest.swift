import Encodings

/// One read of Graph: a collection from its start, or one object.
package struct GraphRequest: Sendable, Hashable {
    package let service: Service
    /// Graph's own.
    package let version: GraphResource.Version
    /// Below the version, percent-encoded, without a leading slash.
    package let path: String
    /// Names and values, not yet percent-encoded, in the order they are sent.
    package let query: [Parameter]
    /// Sent with every page; links do not carry them.
    package let headers: [Parameter]
    package let bucket: ThrottleBucket
    /// Resource units before Graph's modifiers.
    package let cost: Int
    package let answer: GraphResource.Answer
    /// What Azure Resource Graph is asked at ``path``, in Kusto; `nil` for a plain read.
    package let rows: String?
    /// JSON that is sent with it; then it is a POST, to an action that changes nothing.
    package let body: String?
    /// Codes, or words of the message, of errors that mean ``GraphError/Kind/notAvailable``.
    package let unavailable: [String]
    /// Likewise ``GraphError/Kind/empty``.
    package let empty: [String]

    package struct Parameter: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        service: Service = .graph, version: GraphResource.Version = .v1, path: String,
        query: [Parameter] = [],
        headers: [Parameter] = [], bucket: ThrottleBucket = .directory, cost: Int = 1,
        answer: GraphResource.Answer = .collection, rows: String? = nil,
        body: String? = nil, unavailable: [String] = [], empty: [String] = []
    ) {
        self.service = service
        self.version = version
        self.path = path
        self.query = query
        self.headers = headers
        self.bucket = bucket
        self.cost = cost
        self.answer = answer
        self.rows = rows
        self.body = body
        self.unavailable = unavailable
        self.empty = empty
    }
}

extension GraphRequest {
    /// The read of a collection at the same service, to be gone on with by a link.
    package var ofCollection: GraphRequest {
        GraphRequest(
            service: service, version: version, path: path, query: query, headers: headers,
            bucket: bucket, cost: cost)
    }
}

extension GraphResource {
    /// Returns the read of the objects of this type in `tenant`, all or what `narrowing` asks for.
    ///
    /// - Parameters:
    ///   - members: what is selected besides.
    ///   - unknown: members that the service does not have; they are not selected.
    package func request(
        tenant: String, narrowing: Narrowing? = nil, members: [String] = [],
        without unknown: Set<String> = []
    ) -> GraphRequest {
        request(
            path: path.replacing("{tenant}", with: tenant), filter: filter, narrowing: narrowing,
            members: members, without: unknown)
    }

    /// The longest query that names members, in bytes: Graph refuses advanced queries of more than
    /// 2,048, and how long others may be is not said.
    private static let longestQuery = (advanced: 2_000, plain: 6_000)

    /// Returns the read of this type below a chain of objects, the outermost first.
    package func request(
        below ancestors: [(resource: GraphResource, id: [UInt8])], tenant: String
    ) -> GraphRequest {
        let parent = ancestors.last?.id ?? []
        // A quote in a string of OData is written twice (ABNF, `SQUOTE-in-string`).
        let text = String(decoding: parent, as: UTF8.self).replacing("'", with: "''")
        return request(
            path: location(below: ancestors[...]).replacing("{tenant}", with: tenant),
            filter: (ancestors.last?.resource.partFilter ?? filter)?
                .replacing("{parent}", with: text), narrowing: nil)
    }

    /// Returns the read of one object of this type by its ID, the last of a chain's.
    ///
    /// - Parameter chain: the objects above it, the outermost first, and itself.
    /// - Returns: `nil` if the chain does not lead to it: its first type is one of parts, and begins
    ///   at an object of another list.
    package static func request(
        of chain: [(resource: GraphResource, id: [UInt8])], tenant: String
    ) -> GraphRequest? {
        guard let first = chain.first, let resource = chain.last?.resource,
            first.resource.walks.isEmpty
        else { return nil }
        let path = location(of: chain[...]).replacing("{tenant}", with: tenant)
        return GraphRequest(
            service: resource.service, version: resource.version, path: path,
            query: resource.ownQuery, bucket: resource.bucket, cost: resource.cost,
            answer: .object)
    }

    private typealias Chain = ArraySlice<(resource: GraphResource, id: [UInt8])>

    /// Where the last object of a chain is.
    private static func location(of chain: Chain) -> String {
        guard let last = chain.last else { return "" }
        let list = last.resource.location(below: chain.dropLast())
        return last.resource.answer == .object ? list : "\(list)/\(percentEncoded(last.id))"
    }

    /// Where this type is below the last object of a chain.
    private func location(below ancestors: Chain) -> String {
        guard let parent = ancestors.last?.id else { return path }
        guard namesParent else { return "\(Self.location(of: ancestors))/\(path)" }
        let segments = parent.split(separator: UInt8(ascii: "/")).map { percentEncoded(Array($0)) }
        let path = path.replacing("{parent}", with: percentEncoded(parent))
            .replacing("{parent/}", with: segments.joined(separator: "/"))
        // Of a parent that is the root nothing is left before the slash.
        return String(path.trimmingPrefix("/"))
    }

    /// What every request of the type carries.
    private var ownQuery: [GraphRequest.Parameter] {
        if case .azure(let version) = service { [.init("api-version", version)] } else { [] }
    }

    private func request(
        path: String, filter: String?, narrowing: Narrowing?, members: [String] = [],
        without unknown: Set<String> = []
    ) -> GraphRequest {
        let filters = [filter, narrowing?.filter].compactMap { $0 }
        var query = ownQuery
        var headers = headers
        let names = (select + members).filter { !unknown.contains($0) }.joined(separator: ",")
        if !select.isEmpty { query.append(.init("$select", names)) }
        if let expand { query.append(.init("$expand", expand)) }
        if let first = filters.first {
            let both = "(\(filters.joined(separator: ") and (")))"
            query.append(.init("$filter", filters.count == 1 ? first : both))
        }
        if let top { query.append(.init("$top", String(top))) }
        if isAdvanced || narrowing?.isAdvanced ?? false {
            query.append(.init("$count", "true"))
            headers.append(.init("ConsistencyLevel", "eventual"))
        }
        if !members.isEmpty, !Self.isShort(query, isAdvanced: !headers.isEmpty) {
            // Then Graph gives all there is; what is not wanted of it is left out here.
            query.removeAll { $0.name == "$select" }
        }
        return GraphRequest(
            service: service, version: version, path: path, query: query, headers: headers,
            bucket: bucket, cost: cost, answer: answer, rows: rows, unavailable: unavailable,
            empty: empty)
    }
}

extension GraphResource {
    private static func isShort(_ query: [GraphRequest.Parameter], isAdvanced: Bool) -> Bool {
        let length = query.reduce(0) { $0 + $1.name.utf8.count + 2 + $1.value.utf8.count }
        return length <= (isAdvanced ? longestQuery.advanced : longestQuery.plain)
    }
}
