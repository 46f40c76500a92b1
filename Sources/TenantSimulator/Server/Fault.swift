/// Something that goes wrong on purpose, for requests that fit.
package struct Fault: Sendable {
    /// The start of the path below the version, such as `groups` or `users`; `$batch` is the
    /// envelope, `token` the sign-in, `identity/…` where machines and jobs prove who they are
    /// (``Platform/Endpoint``), `arm/…` a path of Azure Resource Manager. Empty: everything of
    /// Graph.
    package var path: String
    package var effect: Effect
    /// Fitting requests that pass first.
    package var skip: Int
    /// How often it strikes; `nil`: for ever.
    package var times: Int?
    /// Strikes each k-th fitting request only.
    package var every: Int
    /// Strikes by chance, from ``seed``.
    package var probability: Double
    package var seed: UInt64
    /// Strikes only requests of this client application.
    package var app: String?

    package init(
        _ effect: Effect, path: String = "", skip: Int = 0, times: Int? = nil, every: Int = 1,
        probability: Double = 1, seed: UInt64 = 1, app: String? = nil
    ) {
        self.path = path
        self.effect = effect
        self.skip = skip
        self.times = times
        self.every = max(1, every)
        self.probability = probability
        self.seed = seed
        self.app = app
    }

    package enum Effect: Sendable, Hashable {
        /// A refusal instead of an answer, with the code Graph gives for it unless one is named.
        case status(
            Int, code: String? = nil, message: String? = nil, retryAfter: RetryAfter = .absent)
        /// 429, with this many seconds to wait.
        case throttle(RetryAfter = .integer, seconds: Double = 1)
        /// 401 with a claims challenge (continuous access evaluation).
        case claimsChallenge
        /// The token presented is dead from now on: 401 until the client signs in again.
        case expireToken
        /// The connection closes after so many bytes of the body, whose length was announced.
        case drop(afterBytes: Int)
        /// A complete answer whose JSON stops after so many bytes.
        case truncate(toBytes: Int)
        /// Status 200 and bytes that are not JSON.
        case garbage
        /// A page for people with this status.
        case html(status: Int)
        /// 302, to a page where people sign in.
        case signInPage
        case contentType(String)
        case emptyBody
        /// The link to the next page names another host.
        case foreignLink(host: String)
        /// The link to the next page is that of this page, for ever.
        case repeatingLink
        /// The link to the next page has characters that should have been escaped.
        case unescapedLink
        /// The link to the next page is longer by so many bytes.
        case longLink(bytes: Int)
        /// The link to the next page is an object, not a text.
        case oddLink
        /// The page has no link, though there are more entries.
        case missingLink
        /// `@odata.count` is given, and so many more than there are.
        case wrongCount(by: Int)
        /// Expanded lists end after so many elements, with a link to the others.
        case cutExpansion(at: Int)
        /// Status 200 and another body, whatever it is.
        case body(String)
        /// 400 in place of every answer that has this text in it: an entry that cannot be sent.
        case unsendable(String)
        /// An object comes as the only element of a list.
        case wrapped
        /// Azure's IDs in lists are in lower case.
        case lowerCaseIDs
        /// A page without entries, and a link to the page that was asked for.
        case emptyPage
        /// The page begins with the last object of the page before it.
        case duplicate
        /// Page tokens beyond this many pages are answered with 400, `Directory_ExpiredPageToken`.
        case expirePageToken(afterPages: Int)
        /// So many bytes at a time, with a pause before each.
        case slow(bytes: Int, pause: Duration)
    }
}

/// The faults that are set, with their counters.
struct Faults: Sendable {
    fileprivate struct Entry: Sendable {
        var id: Int
        var fault: Fault
        var seen = 0
        var struck = 0
    }

    private var entries: [Entry] = []
    private var nextID = 1

    mutating func add(_ fault: Fault) -> Int {
        entries.append(Entry(id: nextID, fault: fault))
        nextID += 1
        return nextID - 1
    }

    mutating func removeAll() { entries = [] }

    mutating func remove(_ id: Int) { entries.removeAll { $0.id == id } }

    /// How often a fault has struck.
    func strikes(of id: Int) -> Int { entries.first { $0.id == id }?.struck ?? 0 }

    /// Returns the effects that strike this request, in the order they were set.
    mutating func effects(path: String, app: String?) -> [Fault.Effect] {
        let path = path.lowercased()
        return entries.indices.compactMap { index -> Fault.Effect? in
            let fault = entries[index].fault
            guard Self.fits(path, fault), fault.app == nil || fault.app == app else { return nil }
            entries[index].seen += 1
            guard entries[index].strikesNow else { return nil }
            entries[index].struck += 1
            return fault.effect
        }
    }

    private static func fits(_ path: String, _ fault: Fault) -> Bool {
        let prefix = fault.path.lowercased()
        if prefix.isEmpty {
            return path != "token" && path != "$batch" && !path.hasPrefix("arm/")
                && !path.hasPrefix("identity/")
        }
        return path == prefix || path.hasPrefix(prefix + "/")
            || prefix.hasSuffix("/") && path.hasPrefix(prefix)
    }
}

extension Faults.Entry {
    /// Whether the request counted last is one to strike.
    fileprivate var strikesNow: Bool {
        guard seen > fault.skip, fault.times.map({ struck < $0 }) ?? true,
            (seen - fault.skip) % fault.every == 0
        else { return false }
        guard fault.probability < 1 else { return true }
        let draw = Double(mix(fault.seed &+ UInt64(seen)) >> 11) / Double(1 << 53)
        return draw < fault.probability
    }
}
