/// How long a host may be silent.
package struct RemotePatience: Sendable {
    /// For a connection with its TLS handshake.
    package var connecting: Duration = .seconds(15)
    /// From the question what a repository holds to the first byte of the answer.
    package var answering: Duration = .seconds(100)
    /// Between two bytes, either way. A host that takes a large push in says nothing for minutes.
    package var idling: Duration = .seconds(600)

    package init() {}
}
