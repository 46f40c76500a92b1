import GraphCatalog

/// An access token and its times, on the timeline of whoever fetched it.
struct AccessToken: Sendable {
    let value: String
    let renewal: Duration
    let expiry: Duration
}

/// Holds one access token and renews it before it expires.
///
/// However many ask at once, one sign-in serves them all; what it throws, it throws to all. If an
/// early renewal fails, the old token serves on until it expires.
///
/// A refusal means something else once a token has been good for an answer: then it is
/// ``GraphError/Kind/signInExpired``.
actor TokenCache {
    private let timeline: Timeline
    /// Gets the token that a server did not take, if that is why there must be a new one.
    private let fetch: @Sendable (String?) async throws(GraphError) -> AccessToken
    private var token: AccessToken?
    private var isFetching = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// What the last sign-in came to, for those who waited for it.
    private var failure: GraphError?
    /// Whether a token has been good for an answer.
    private var hasServed = false
    /// The refusal of another token, and until when it holds without being asked for again.
    private var refusal: (error: GraphError, end: Duration)?

    /// How soon whoever refused a token is asked again.
    private static let pause: Duration = .seconds(30)

    init(
        timeline: Timeline,
        fetch: @escaping @Sendable (String?) async throws(GraphError) -> AccessToken
    ) {
        self.timeline = timeline
        self.fetch = fetch
    }

    /// Returns a token that is good now.
    ///
    /// - Parameter rejected: a token that a server did not take; it is not returned again.
    func current(rejecting rejected: String? = nil) async throws(GraphError) -> String {
        if let token, token.value == rejected { self.token = nil }
        while true {
            if let token, timeline.now < token.renewal { return token.value }
            if let refusal, timeline.now < refusal.end { throw refusal.error }
            guard isFetching else { return try await renew(rejecting: rejected) }
            await withCheckedContinuation { waiting.append($0) }
            if let failure, token == nil { throw failure }
        }
    }

    /// Notes that a service has answered to a token from here.
    func noteAnswer() { hasServed = true }

    private func renew(rejecting rejected: String?) async throws(GraphError) -> String {
        isFetching = true
        failure = nil
        defer {
            isFetching = false
            for waiter in waiting { waiter.resume() }
            waiting = []
        }
        do {
            let fresh = try await fetch(rejected)
            token = fresh
            return fresh.value
        } catch {
            guard let old = token, timeline.now < old.expiry, !Task.isCancelled else {
                token = nil
                // Whoever waited is not cancelled with the one who fetched, and fetches anew.
                let error = hasServed ? error.afterSignIn : error
                failure = Task.isCancelled ? nil : error
                if error.kind == .signInExpired {
                    refusal = (error, timeline.now + Self.pause)
                }
                throw error
            }
            // Not at once again with the very next request.
            let later = min(timeline.now + Self.pause, old.expiry)
            token = AccessToken(value: old.value, renewal: later, expiry: old.expiry)
            return old.value
        }
    }
}

extension GraphError {
    /// The error of a sign-in after one that succeeded.
    fileprivate var afterSignIn: GraphError {
        guard kind == .signInRefused || kind == .notPermitted else { return self }
        return GraphError(.signInExpired, reason, hint: hint, requests: requests)
    }
}
