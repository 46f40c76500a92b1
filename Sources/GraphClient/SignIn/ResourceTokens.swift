import GraphCatalog

/// The tokens of one credential, each for one resource and fetched when it is first needed.
actor ResourceTokens {
    private let signIn: SignIn
    private var caches: [String: TokenCache] = [:]

    init(_ signIn: SignIn) {
        self.signIn = signIn
    }

    /// Returns the cache of the tokens for `resource`.
    func cache(for resource: String) -> TokenCache {
        if let cache = caches[resource] { return cache }
        let signIn = signIn
        let cache = TokenCache(timeline: signIn.timeline) { rejected async throws(GraphError) in
            try await signIn.token(for: resource, rejecting: rejected)
        }
        caches[resource] = cache
        return cache
    }
}
