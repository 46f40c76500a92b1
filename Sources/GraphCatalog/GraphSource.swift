/// Whatever can answer the requests of the catalog: Graph over HTTP, or a recording.
///
/// A page is handed over whole or not at all. A source waits, retries and renews its token by
/// itself; what it throws is final for the request.
package protocol GraphSource: Sendable {
    /// Reads one page.
    ///
    /// - Parameter found: called at most once, as soon as a link to the page after this one is seen
    ///   and usually before the rest of this page has arrived. It may turn out to be wrong: the page
    ///   that is returned decides. Not called for a last page.
    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage

    /// Reads the first pages of up to 20 requests of one version in one exchange.
    ///
    /// - Returns: one result for each request, in the order of `requests`. A request that was
    ///   throttled inside the batch has been repeated.
    /// - Throws: only what concerns all of them, such as a refused sign-in.
    func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>]

    /// Takes how many users the tenant has, on which the service's limits depend; not called if
    /// nobody knows.
    func expect(users: Int) async

    /// Returns after a while in which what one server knows can reach the others; at once if nothing
    /// changes meanwhile.
    ///
    /// - Throws: only if the task is cancelled.
    func pause(for duration: Duration) async throws(GraphError)

    /// Returns the names of the permissions that it reads Graph with; `nil` if nobody knows.
    func permissions() async throws(GraphError) -> Set<String>?

    /// How far the service's clock is ahead of this machine's, negative if it is behind; zero if that
    /// is not known, or no more than answers can tell. All that the service dates, such as audit
    /// events, is of its clock.
    func clockOffset() async -> Duration
}

extension GraphSource {
    package func expect(users: Int) async {}

    package func pause(for duration: Duration) async throws(GraphError) {}

    package func permissions() async throws(GraphError) -> Set<String>? { nil }

    package func clockOffset() async -> Duration { .zero }
}

/// What one page is asked for by: the request itself, or the link its last page gave.
package enum GraphTarget: Sendable, Hashable {
    case first(GraphRequest)
    case next(GraphLink, of: GraphRequest)

    package var request: GraphRequest {
        switch self {
        case .first(let request), .next(_, let request): request
        }
    }
}

/// An `@odata.nextLink`: the server's own text, used as it is.
package struct GraphLink: Sendable, Hashable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}

/// One answer of Graph: the bytes of a JSON document, complete but not yet checked.
package struct GraphPage: Sendable {
    package let body: [UInt8]
    /// Where the collection goes on. `nil` on its last page and for an object.
    package let next: GraphLink?
    /// The member of ``body`` that says where the collection goes on, if ``next`` was only looked for
    /// in passing: whoever reads the JSON knows better. `nil` if ``next`` is certain.
    package let linkName: String?
    /// Requests it took, retries included; of a batch, this member's own.
    package var requests: Int
    /// How long the source waited for a throttle limit before this page.
    package let waited: Duration

    package init(
        body: [UInt8], next: GraphLink? = nil, linkName: String? = nil, requests: Int = 1,
        waited: Duration = .zero
    ) {
        self.body = body
        self.next = next
        self.linkName = linkName
        self.requests = requests
        self.waited = waited
    }

    /// Where the collection goes on, given the link that a strict reader found in ``body``.
    package func next(asRead link: String?) -> GraphLink? {
        linkName == nil ? next : link.map(GraphLink.init)
    }
}

/// Why a read of Graph failed. Final: what could be retried has been.
package struct GraphError: Error, Sendable {
    package enum Kind: Sendable, Hashable {
        /// The identity provider refused the credential (exit status 6).
        case signInRefused
        /// The identity provider gave tokens earlier in this run and refuses another, such as after
        /// the hour that a job's own token is good for. What was read before is as good as ever.
        case signInExpired
        /// 403, or a 401 that a new token did not cure.
        case notPermitted
        /// 404.
        case notFound
        /// The tenant has no licence for it, or its cloud does not offer it.
        case notAvailable
        /// The error that Graph answers instead of an empty list, or for an object that is not set.
        case empty
        /// The page token died; the collection must be read again from its start.
        case pageTokenExpired
        /// No connection could be made to the host.
        case unreachable
        /// Throttled, failing or timing out past all patience.
        case unavailable
        /// The service does not have a member of this name: an older version of it, or another cloud.
        case unknownMember(String)
        /// The answer is not what the protocol promises: bad JSON, a link to another host.
        case malformed
        case other
    }

    package let kind: Kind
    /// A full sentence without its stop, fit for a person and a record: `Graph answered 503 nine
    /// times`. Never a token, never an object's contents.
    package let reason: String
    /// What to do about it, a full sentence, if the source knows.
    package let hint: String?
    /// Requests it took to find out.
    package var requests: Int

    package init(_ kind: Kind, _ reason: String, hint: String? = nil, requests: Int = 0) {
        self.kind = kind
        self.reason = reason
        self.hint = hint
        self.requests = requests
    }
}
