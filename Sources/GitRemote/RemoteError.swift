/// Why a remote did not do what it was asked for. Final: what could be tried again has been.
///
/// Words of the host in it are printable, and cut to what a person reads.
package struct RemoteError: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// A ref is not where it was: another writer was faster.
        case moved
        /// The host understood and will not: a policy, a hook, a permission, a limit.
        case refused
        /// The credential is missing, wrong or expired.
        case unauthorised
        /// There is no such repository, or this credential may not know of it.
        case notFound
        /// The host lacks an object that the pack builds on, or does not hand one out.
        case missing
        /// No connection could be made, or the host asks to come back later. Nothing has happened.
        case unreachable
        /// The exchange broke off before its end.
        case broken
        /// The host let too much time pass before its end.
        case silent
        /// A push may have happened, and the refs could not be read again.
        case unknown
        /// What came is not git's protocol.
        case malformed
        /// A file of this machine could not be read or written.
        case file
        case cancelled
    }

    package var kind: Kind
    /// A sentence part without its stop: `the host took nothing in`.
    package var reason: String
    /// What to do, a full sentence.
    package var hint: String?
    /// What the host asks to be waited for.
    package var retryAfter: Duration?

    package init(
        _ kind: Kind, _ reason: String, hint: String? = nil, retryAfter: Duration? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.hint = hint
        self.retryAfter = retryAfter
    }

    package static let cancelled = RemoteError(.cancelled, "the exchange was cancelled")

    static func malformed(_ reason: String) -> RemoteError {
        RemoteError(
            .malformed, "\(reason)",
            hint: "Check that the URL is a git repository's, and that no proxy answers instead.")
    }
}
