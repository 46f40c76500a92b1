import NIOHTTP1

/// What an answer tells about its throttle limit.
///
/// <https://learn.microsoft.com/graph/throttling-limits#response-headers>
struct ServiceLoad: Equatable {
    /// What the service charged (`x-ms-resource-unit`); `nil` if it does not say.
    var units: Int?
    /// How much of the limit was used, where that is more than ``threshold``.
    var share: Double?

    /// The service is silent about smaller shares.
    static let threshold = 0.8

    init(_ headers: HTTPHeaders) {
        units = headers.first(name: "x-ms-resource-unit").flatMap { Int($0) }
            .flatMap { (0...1_000_000).contains($0) ? $0 : nil }
        share = headers.first(name: "x-ms-throttle-limit-percentage").flatMap { Double($0) }
            .flatMap { (0...10).contains($0) ? $0 : nil }
    }

    /// Of two answers, the charge of both and the larger share.
    static func + (one: ServiceLoad, other: ServiceLoad) -> ServiceLoad {
        var sum = one
        sum.units = one.units.flatMap { units in other.units.map { units + $0 } }
        sum.share = [one.share, other.share].compactMap(\.self).max()
        return sum
    }
}
