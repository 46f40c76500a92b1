import GraphCatalog

/// Access tokens that somebody fetched already, such as a person at a terminal. Nothing renews them.
package struct ReadyTokens: Sendable {
    /// One token, and the variable that holds it.
    package struct Token: Sendable {
        let value: String
        let variable: String
        /// The word for its service with `az account get-access-token --resource-type`.
        let resourceType: String

        /// - Returns: `nil` if no header can carry it.
        package init?(_ value: String, from variable: String, resourceType: String) {
            guard isToken(value) else { return nil }
            self.value = value
            self.variable = variable
            self.resourceType = resourceType
        }

        var claims: TokenClaims? { TokenClaims(token: value) }
    }

    let graph: Token
    let azure: Token?

    package init(graph: Token, azure: Token? = nil) {
        self.graph = graph
        self.azure = azure
    }
}

extension ReadyTokens.Token: CustomStringConvertible, CustomReflectable {
    package var description: String { "the token in \(variable)" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension ReadyTokens.Token {
    /// Returns the token for use until it expires.
    ///
    /// - Parameters:
    ///   - rejected: a token that the service did not take.
    ///   - now: seconds since 1970.
    ///   - moment: the same on the timeline.
    func accessToken(
        rejecting rejected: String?, by service: String, now: Int, moment: Duration
    ) throws(GraphError) -> AccessToken {
        let expiry = claims?.expirySecond
        if let expiry, expiry <= now { throw lapsed("expired at \(dateTime(expiry))") }
        guard rejected != value else {
            let audience = claims?.audience.map { "; it is for \($0)" } ?? ""
            throw lapsed("was refused by \(service)\(audience)")
        }
        // Where it does not say, its service will.
        let life = Duration.seconds(expiry.map { $0 - now } ?? 86_400)
        return AccessToken(value: value, renewal: moment + life, expiry: moment + life)
    }

    private func lapsed(_ deed: String) -> GraphError {
        GraphError(
            .signInRefused, "The token in \(variable) \(deed)",
            hint: "Get a new one: az account get-access-token --resource-type \(resourceType) "
                + "--query accessToken --output tsv")
    }
}
