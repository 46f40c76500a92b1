/// How the service behaves when nothing goes wrong. All of it may be changed while it runs.
package struct Settings: Sendable {
    package var throttling = Throttling.none
    /// How directory and audit refusals say when to come back. Conditional access says nothing.
    package var retryAfter = RetryAfter.integer
    package var conditionalAccessRetryAfter = RetryAfter.absent
    /// Seconds.
    package var tokenLifetime = 3599.0
    /// `expires_in` as a string.
    package var tokenNumbersAreStrings = false
    /// An upper bound for pages, so that small tenants page too.
    package var pageSize: Int?
    /// Seconds from the page that gave a link until the link dies.
    package var pageTokenLifetime = 3600.0
    /// Orders pages, members and sets anew in each answer.
    package var shuffleSeed: UInt64?
    /// Changes on every read what changes by itself: last sign-ins, consumed units.
    package var noiseSeed: UInt64?
    /// Links carry raw spaces, quotes and the like.
    package var escapesLinksBadly = false
    /// Batch members may name this server's own absolute URLs.
    package var acceptsAbsoluteBatchURLs = false
    /// Secrets of applications are sent as they are stored, as no service should.
    package var leaksSecrets = false
    package var keepsRequests = true
    package var platform = Platform()

    package init(throttling: Throttling = .none) { self.throttling = throttling }
}

/// One request that was served.
package struct ServedRequest: Sendable {
    package var method: String
    /// As it came, such as `/v1.0/users`.
    package var path: String
    package var query: String
    package var status: Int
    package var isBatchMember: Bool
    package var byteCount: Int
    package var time: Timestamp
    /// Names in lower case; `authorization` only as its scheme.
    package var headers: [String: String]
}
