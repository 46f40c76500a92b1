package import GraphCatalog

/// What one bucket allows: it holds so many resource units (or requests), and gets as many anew in
/// each window of time.
package struct ThrottleLimit: Sendable {
    package let units: Int
    package let window: Duration
    /// What tenants of so many users and more have instead, the smallest first.
    package let larger: [(units: Int, users: Int)]

    package init(
        _ units: Int, per window: Duration, orLarger larger: [(units: Int, users: Int)] = []
    ) {
        self.units = units
        self.window = window
        self.larger = larger
    }

    /// The limits of one app in a tenant of less than 50 users, of up to 500, and of more.
    ///
    /// <https://learn.microsoft.com/graph/throttling-limits>
    package static let documented: [ThrottleBucket: ThrottleLimit] = [
        .directory: ThrottleLimit(
            3500, per: .seconds(10), orLarger: [(5000, users: 50), (8000, users: 501)]),
        .audit: ThrottleLimit(5, per: .seconds(10)),
        .conditionalAccess: ThrottleLimit(1, per: .seconds(1)),
        .intune: ThrottleLimit(1000, per: .seconds(20)),
        // One subscription's bucket for all: a run asks each for little.
        .azure: ThrottleLimit(250, per: .seconds(10)),
        .azureResourceGraph: ThrottleLimit(15, per: .seconds(5)),
    ]

    /// Requests of one app to all of Graph.
    static let application = ThrottleLimit(2000, per: .seconds(1))
}
