import AsyncHTTPClient
package import GraphCatalog
import HTTPTransport
import NIOHTTP1

extension GraphClient {
    /// More would be refused by Graph.
    package static let batchLimit = 20

    package func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
        precondition(requests.count <= Self.batchLimit, "a batch has at most 20 members")
        precondition(Set(requests.map(\.root)).count <= 1, "a batch has one version")
        if requests.contains(where: \.service.isAzure) { return await pages(requests) }
        var members = requests.map { Member($0, patience: configuration.patience) }
        let start = timeline.now
        while true {
            let open = members.indices.filter { members[$0].result == nil }
            guard !open.isEmpty else { return members.compactMap(\.result) }
            let round = try await exchange(open.map { members[$0].request })
            var wait: Duration = .zero
            for (index, answer) in zip(open, round.value) {
                members[index].waited += round.waited
                wait = max(
                    wait,
                    members[index].take(
                        answer, elapsed: timeline.now - start, random: configuration.random()))
            }
            try await pause(wait, answers: round.value, of: open.map { members[$0].request })
            for index in open where members[index].result == nil { members[index].waited += wait }
        }
    }

    /// Reads first pages side by side, where there are no batches.
    private func pages(_ requests: [GraphRequest]) async -> [Result<GraphPage, GraphError>] {
        await withTaskGroup(of: (Int, Result<GraphPage, GraphError>).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, await firstPage(of: request)) }
            }
            var pages: [Result<GraphPage, GraphError>?] = requests.map { _ in nil }
            for await (index, page) in group { pages[index] = page }
            // An answer too few would read as a deletion.
            return pages.map { page in
                guard let page else { fatalError("a request without an answer") }
                return page
            }
        }
    }

    private func firstPage(of request: GraphRequest) async -> Result<GraphPage, GraphError> {
        do throws(GraphError) {
            return .success(try await page(.first(request)) { _ in })
        } catch {
            return .failure(error)
        }
    }

    /// Waits before the next round, and stops the buckets of members that were throttled.
    private func pause(
        _ wait: Duration, answers: [Result<MemberPage, Failure>], of requests: [GraphRequest]
    ) async throws(GraphError) {
        var throttled: Set<ThrottleBucket> = []
        for (answer, request) in zip(answers, requests) {
            guard case .failure(let failure) = answer, failure.kind == .throttled else { continue }
            throttled.insert(request.bucket)
        }
        for bucket in throttled { await limiter.stop(bucket, for: wait) }
        try await timeline.sleep(for: wait)
    }

    /// Sends one batch, and returns the answers in the order of `requests`.
    private func exchange(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> Answer<[Result<MemberPage, Failure>]> {
        let charges = Dictionary(requests.map { ($0.bucket, $0.charge) }, uniquingKeysWith: +)
        let graph = access(to: .graph)
        var http = HTTPClientRequest(url: "\(graph.origin)\(requests[0].root)/$batch")
        http.method = .POST
        http.headers.add(name: "content-type", value: "application/json")
        http.body = .bytes(BatchEnvelope.request(requests))
        return try await exchange(with: graph, charges: charges, requests: requests.count) {
            attempt throws(Failure) in
            let response = try await send(http, to: .graph, with: attempt)
            let body = try await transport.body(of: response, host: graph.origin.host)
            let answers = try BatchEnvelope(body, count: requests.count)
                .answers(to: requests, at: graph.origin)
            return Served(value: answers, loads: loads(answers, of: requests))
        }
    }

    /// The loads of buckets in which every member was served.
    private func loads(
        _ answers: [Result<MemberPage, Failure>], of requests: [GraphRequest]
    ) -> [ThrottleBucket: ServiceLoad] {
        var loads: [ThrottleBucket: ServiceLoad] = [:]
        var failed: Set<ThrottleBucket> = []
        for (answer, request) in zip(answers, requests) {
            switch answer {
            case .success(let page):
                loads[request.bucket] = loads[request.bucket].map { $0 + page.load } ?? page.load
            case .failure: failed.insert(request.bucket)
            }
        }
        return loads.filter { !failed.contains($0.key) }
    }
}

/// One request of a batch, through all the batches that repeat it.
private struct Member {
    let request: GraphRequest
    var waited: Duration = .zero
    private var attempts: Attempts
    private(set) var result: Result<GraphPage, GraphError>?

    init(_ request: GraphRequest, patience: Patience) {
        self.request = request
        attempts = Attempts(at: "Graph", patience: patience)
    }

    /// Takes the answer of one batch, and returns how long to wait before the next.
    mutating func take(
        _ answer: Result<MemberPage, Failure>, elapsed: Duration, random: UInt64
    ) -> Duration {
        switch answer {
        case .success(let page):
            result = .success(
                GraphPage(
                    body: page.body, next: page.next, requests: attempts.count + 1,
                    waited: waited))
            return .zero
        case .failure(let failure):
            do throws(GraphError) {
                return try attempts.wait(after: failure, elapsed: elapsed, random: random)
            } catch {
                result = .failure(error)
                return .zero
            }
        }
    }
}
