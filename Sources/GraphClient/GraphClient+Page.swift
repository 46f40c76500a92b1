import AsyncHTTPClient
import CanonicalJSON
package import GraphCatalog
import HTTPTransport

extension GraphClient {
    package func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        let request = target.request
        if let rows = request.rows { return try await page(of: rows, target) }
        let access = access(to: request.service)
        guard let url = url(of: target, at: access.origin) else {
            throw GraphError(.malformed, "\(access.name)'s link to the next page leads elsewhere")
        }
        var watch = LinkWatch(of: target, at: access.origin, found: found)
        let answer = try await exchange(
            with: access, charges: [request.bucket: request.charge]
        ) { attempt throws(Failure) in
            let response: HTTPClientResponse
            do throws(Failure) {
                response = try await send(
                    HTTPClientRequest(url, sending: request.body), to: request.service,
                    with: attempt, headers: request.headers)
            } catch {
                throw error.asDeclared(by: request)
            }
            await slowDown(request, after: response)
            watch.restart()
            let body = try await transport.body(of: response, host: access.origin.host) {
                piece throws(Failure) in try watch.read(piece)
            }
            guard isWholeObject(body) else { throw Failure(.garbled, "answered without JSON") }
            return Served(
                value: body, loads: [request.bucket: ServiceLoad(response.headers)])
        }
        return GraphPage(
            body: answer.value, next: watch.link,
            linkName: request.answer == .collection ? request.service.linkName : nil,
            requests: answer.requests, waited: answer.waited)
    }

    private func url(of target: GraphTarget, at origin: Origin) -> String? {
        switch target {
        case .first(let request): "\(origin)\(request.root)\(request.reference)"
        case .next(let link, let request): link.url(at: origin, root: request.root)
        }
    }

    /// Leaves Azure alone for a while where it says that little is left of a limit.
    func slowDown(_ request: GraphRequest, after response: HTTPClientResponse) async {
        guard request.service.isAzure else { return }
        let pause = await azureQuota.pause(
            after: response.headers, subscription: request.subscription)
        if pause > .zero { await limiter.stop(request.bucket, for: pause) }
    }
}

/// Whether `body` starts and ends as an object does. A cut that the connection does not show is
/// seen here or by whoever reads the JSON.
private func isWholeObject(_ body: [UInt8]) -> Bool {
    func isSpace(_ byte: UInt8) -> Bool { " \t\r\n".utf8.contains(byte) }
    let start = body.starts(with: [0xEF, 0xBB, 0xBF]) ? body.dropFirst(3) : body[...]
    return start.first { !isSpace($0) } == UInt8(ascii: "{")
        && body.last { !isSpace($0) } == UInt8(ascii: "}")
}

/// Looks for the link to the next page in the pieces of an answer, through all tries of it.
///
/// The first link of all tries is reported at once, so that the next page can be asked for. The one
/// that counts is that of the try whose body is used: Graph gives other tokens when asked again, and
/// what stands between two pages may have moved in the meantime.
private struct LinkWatch {
    private let target: GraphTarget
    private let origin: Origin
    private let found: (GraphLink) -> Void
    private var scanner: LinkScanner
    /// Of this try.
    private(set) var link: GraphLink?
    private var isReported = false

    init(of target: GraphTarget, at origin: Origin, found: @escaping (GraphLink) -> Void) {
        self.target = target
        self.origin = origin
        self.found = found
        scanner = LinkScanner(for: target.request.service.linkName)
    }

    /// Begins a new try.
    mutating func restart() {
        link = nil
        scanner = LinkScanner(for: target.request.service.linkName)
    }

    mutating func read(_ piece: Span<UInt8>) throws(Failure) {
        guard link == nil, target.request.answer == .collection else { return }
        guard let text = scanner.read(piece) else { return }
        let next = try GraphLink(text).checked(after: target, at: origin)
        link = next
        guard !isReported else { return }
        isReported = true
        found(next)
    }
}

extension GraphLink {
    /// Returns this link if it leads on from `target` and to nowhere but `origin`.
    func checked(after target: GraphTarget, at origin: Origin) throws(Failure) -> GraphLink {
        guard url(at: origin, root: target.request.root) != nil else {
            throw Failure(.final(.malformed), "answered with a link to another host")
        }
        if case .next(self, _) = target {
            throw Failure(.final(.malformed), "answered with a link to the same page")
        }
        return self
    }
}
