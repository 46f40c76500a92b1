import GraphCatalog
import HTTPTransport

/// One of the services that a client reads: its name in messages, its origin and its tokens.
struct ServiceAccess: Sendable {
    let name: String
    let origin: Origin
    let tokens: TokenCache
}
