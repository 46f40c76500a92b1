package import GraphCatalog

/// What one bucket allows: resource units (or requests) in any window of time.
package struct ThrottleLimit: Sendable {
    package let units: Int
    package let window: Duration

    package init(_ units: Int, per window: Duration) {
        self.units = units
        self.window = window
    }

    /// The limits of one app in the smallest tenant, with a tenth more time: requests catch up with
    /// each other on the way.
    ///
    /// <https://learn.microsoft.com/graph/throttling-limits>
    package static let documented: [ThrottleBucket: ThrottleLimit] = [
        .directory: ThrottleLimit(3500, per: .seconds(11)),
        .audit: ThrottleLimit(5, per: .seconds(11)),
        .conditionalAccess: ThrottleLimit(1, per: .milliseconds(1100)),
        // One subscription's bucket for all: a run asks each for little.
        .azure: ThrottleLimit(250, per: .seconds(11)),
        .azureResourceGraph: ThrottleLimit(15, per: .milliseconds(5500)),
    ]
}

/// Lets requests go at the pace that each bucket allows, and stops a bucket that is throttled.
///
/// In any window of a bucket no more units begin than its limit, whoever asks. First come, first
/// served. Costs one small entry for each request of the last window.
actor Limiter {
    private let timeline: Timeline
    private var buckets: [ThrottleBucket: Bucket]

    init(_ limits: [ThrottleBucket: ThrottleLimit], timeline: Timeline) {
        self.timeline = timeline
        buckets = limits.mapValues(Bucket.init)
    }

    /// Returns how long it took until `cost` units of `bucket` were free. They are taken then.
    func admit(_ cost: Int, to bucket: ThrottleBucket) async throws(GraphError) -> Duration {
        let asked = timeline.now
        var start = reserve(cost, in: bucket)
        while start > timeline.now {
            try await timeline.sleep(for: start - timeline.now)
            // The bucket may have been stopped while this waited.
            if isStopped(bucket) { start = reserve(cost, in: bucket) }
        }
        return timeline.now - asked
    }

    /// Lets nothing of `bucket` begin for `duration`.
    func stop(_ bucket: ThrottleBucket, for duration: Duration) {
        let end = timeline.now + duration
        buckets[bucket]?.stop(until: end)
    }

    private func reserve(_ cost: Int, in bucket: ThrottleBucket) -> Duration {
        buckets[bucket]?.reserve(cost, now: timeline.now) ?? timeline.now
    }

    private func isStopped(_ bucket: ThrottleBucket) -> Bool {
        (buckets[bucket]?.stoppedUntil ?? .zero) > timeline.now
    }
}

/// The begun and the promised requests of one bucket.
private struct Bucket {
    let limit: ThrottleLimit
    private(set) var stoppedUntil: Duration = .zero
    /// Oldest first.
    private var starts: [(time: Duration, cost: Int)] = []
    /// The sum of their costs.
    private var used = 0

    init(_ limit: ThrottleLimit) {
        self.limit = limit
    }

    mutating func stop(until end: Duration) {
        stoppedUntil = max(stoppedUntil, end)
    }

    /// Promises `cost` units at the first time that the limit allows, and returns that time.
    mutating func reserve(_ cost: Int, now: Duration) -> Duration {
        let expired = starts.prefix { $0.time <= now - limit.window }
        used -= expired.reduce(0) { $0 + $1.cost }
        starts.removeFirst(expired.count)

        let cost = min(cost, limit.units)
        var time = max(now, stoppedUntil, starts.last?.time ?? now)
        var unitsInWindow = used
        for earlier in starts {
            guard earlier.time <= time - limit.window || unitsInWindow + cost > limit.units
            else { break }
            time = max(time, earlier.time + limit.window)
            unitsInWindow -= earlier.cost
        }
        starts.append((time, cost))
        used += cost
        return time
    }
}
