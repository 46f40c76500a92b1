import GraphCatalog

/// Lets requests go at the pace that each bucket allows, and stops a bucket that is throttled.
///
/// Keeps a copy of each of the service's token buckets, a little smaller and slower than the
/// service's, since requests catch up with each other on the way. First come, first served.
///
/// How large a tenant is to the service depends on its users. Until ``expect(users:)`` says how many
/// there are the copy has the smallest size. An answer that is silent about the bucket's load, when
/// that would have to be reported, proves a larger one; the slower the answers, the fewer can. A
/// refusal takes that back.
actor Limiter {
    /// The leave to make one try of a request, or of a batch.
    struct Turn {
        let waited: Duration
        fileprivate let bucket: ThrottleBucket
        fileprivate let trip: Bucket.Trip
    }

    private let timeline: Timeline
    /// A service that wants to be left alone for longer is not waited for.
    private let longestStop: Duration
    private var buckets: [ThrottleBucket: Bucket]
    private var application = Bucket(.application)

    /// The longest sleep without looking whether the bucket has turned out larger.
    private static let nap: Duration = .milliseconds(500)

    init(
        _ limits: [ThrottleBucket: ThrottleLimit], timeline: Timeline, longestStop: Duration
    ) {
        self.timeline = timeline
        self.longestStop = longestStop
        buckets = limits.mapValues(Bucket.init)
    }

    /// Returns once `cost` units of `bucket` are free for that many requests. They are taken then,
    /// until ``settle(_:_:)``.
    ///
    /// - Parameter service: the name of whoever is asked.
    /// - Throws: if the task is cancelled, or the service wants to be left alone for too long.
    func admit(
        _ cost: Int, for requests: Int = 1, to bucket: ThrottleBucket, of service: String
    ) async throws(GraphError) -> Turn {
        try refuseLongStop(of: bucket, service)
        let asked = timeline.now
        let earliest = application.promise(requests, now: asked)
        var promise = buckets[bucket]?.promise(cost, now: asked)
        while let start = promise.map({ max($0.start, earliest.start) }), start > timeline.now {
            try await timeline.sleep(for: min(start - timeline.now, Self.nap))
            try refuseLongStop(of: bucket, service)
            if let old = promise, let renewed = buckets[bucket]?.renew(old, now: timeline.now) {
                promise = renewed
            }
        }
        let trip =
            promise.flatMap { buckets[bucket]?.begin($0, now: timeline.now) }
            ?? Bucket.Trip(start: timeline.now, cost: 0, before: 0)
        return Turn(waited: timeline.now - asked, bucket: bucket, trip: trip)
    }

    private func refuseLongStop(
        of bucket: ThrottleBucket, _ service: String
    ) throws(GraphError) {
        guard let stop = buckets[bucket]?.stop(at: timeline.now), stop > longestStop else { return }
        throw GraphError(
            .unavailable,
            "\(service) asks for \(stop.components.seconds) seconds without requests")
    }

    /// The tenant has this many users, or had when they were last counted.
    func expect(users: Int) {
        for bucket in buckets.keys { buckets[bucket]?.expect(users: users, now: timeline.now) }
    }

    /// Takes what an answer says about the bucket's load; `nil` if the request was not served.
    func settle(_ turn: Turn, _ load: ServiceLoad?) {
        buckets[turn.bucket]?.settle(turn.trip, load, now: timeline.now)
    }

    /// Lets nothing of `bucket` begin for `duration`: the service refused a request.
    func stop(_ bucket: ThrottleBucket, for duration: Duration) {
        buckets[bucket]?.stop(for: duration, now: timeline.now)
    }
}
