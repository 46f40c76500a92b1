import AsyncHTTPClient
package import GraphCatalog
package import HTTPTransport
import NIOHTTP1

/// An address that is called when something happened: of a chat, of a health check.
///
/// Whoever knows all of it can call it, so it prints as its server alone.
package struct Webhook: Sendable, Hashable {
    private let url: String
    private let origin: Origin

    /// `nil` unless the text is an address of `https`, or of `http` on this machine, without a user
    /// or password.
    package init?(_ text: String) {
        let isClean = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isClean, !text.contains("#"), let split = SplitURL(text) else { return nil }
        url = text
        origin = split.origin
    }

    /// What an address is called with.
    package enum Call: Sendable {
        /// GET.
        case plain
        /// POST of a JSON document.
        case document([UInt8])
    }

    /// Calls the address once; any answer of 200 to 299 is a success. No redirect is followed.
    ///
    /// - Parameters:
    ///   - deadline: until the answer has begun.
    ///   - version: of this program.
    /// - Throws: ``GraphError`` whose reason names the server and no more.
    package func send(
        _ call: Call, through network: Network, within deadline: Duration, version: String
    ) async throws(GraphError) {
        var patience = Patience()
        patience.connecting = deadline
        patience.answering = deadline
        let transport = Transport(network: network, patience: patience)
        let outcome: Result<HTTPClientResponse, Failure>
        do throws(Failure) {
            outcome = .success(try await transport.send(request(call, version), to: origin))
        } catch {
            outcome = .failure(error)
        }
        await transport.shutdown()
        switch outcome {
        case .success(let response) where (200..<300).contains(response.status.code): return
        case .success(let response):
            throw GraphError(.other, "\(origin.host) answered \(response.status.code)")
        case .failure(let failure):
            throw GraphError(.unreachable, "\(origin.host) \(failure.deed)", hint: failure.hint)
        }
    }

    private func request(_ call: Call, _ version: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "user-agent", value: "tenantkeep/\(version)")
        if case .document(let bytes) = call {
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(bytes)
        }
        return request
    }
}

extension Webhook: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(origin)/…" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
