import AsyncHTTPClient
import Encodings
package import FoundationEssentials
package import GraphCatalog
import HTTPTransport
import NIOHTTP1

/// How far a server's clock is ahead of this machine's, as the `Date` of one answer tells.
///
/// The header has whole seconds (RFC 9110 §6.6.1), and was written at some time between the request
/// and its answer.
struct ClockOffset: Sendable {
    /// The true offset is between these, in seconds.
    let least: Int
    let most: Int

    /// Smaller offsets are not believed: they may come from the network.
    private static let smallest = 5

    /// All in whole seconds since 1970.
    ///
    /// - Parameters:
    ///   - date: of the answer.
    ///   - sent: when the request was, by this machine's clock.
    ///   - received: when the head of the answer was.
    init(date: Int, sent: Int, received: Int) {
        least = date - (received + 1)
        most = date + 1 - sent
    }

    /// The middle of what is possible; zero if no offset, or a very small one, is possible too.
    var estimate: Duration {
        guard least > Self.smallest || most < -Self.smallest else { return .zero }
        return .milliseconds((least + most) * 500)
    }
}

extension GraphClient {
    package func clockOffset() async -> Duration {
        let answer =
            try? await configuration.credential.bringsItsTenant
            ? graphTime() : authorityTime()
        return answer?.offset.estimate ?? .zero
    }

    /// Returns what time it is at the authority that signs in; `nil` if it does not say.
    package func serverTime() async throws(GraphError) -> Date? {
        try await authorityTime()?.date
    }

    private typealias ServerTime = (date: Date, offset: ClockOffset)

    private func authorityTime() async throws(GraphError) -> ServerTime? {
        let authority = configuration.endpoints.authority
        let tenant = percentEncoded(Array((configuration.tenant ?? "common").utf8))
        return try await time(
            of: authority, named: "Entra", at: "/\(tenant)/v2.0/.well-known/openid-configuration")
    }

    /// Of Graph, where something else than Entra gives the tokens: Entra may be out of reach there.
    private func graphTime() async throws(GraphError) -> ServerTime? {
        try await time(of: configuration.endpoints.graph, named: "Graph", at: "/v1.0/")
    }

    /// Sends a request without a token: a refusal tells the time, too.
    private func time(
        of origin: Origin, named name: String, at path: String
    ) async throws(GraphError) -> ServerTime? {
        let sent = configuration.now()
        do throws(Failure) {
            let response = try await transport.send(
                HTTPClientRequest(url: "\(origin)\(path)"), to: origin)
            let received = configuration.now()
            guard let date = response.headers.first(name: "date").flatMap(secondsOfHTTPDate)
            else { return nil }
            return (
                Date(timeIntervalSince1970: Double(date)),
                ClockOffset(date: Int(date), sent: sent, received: received)
            )
        } catch {
            throw GraphError(.unreachable, "\(name) \(error.deed)", hint: error.hint)
        }
    }
}
