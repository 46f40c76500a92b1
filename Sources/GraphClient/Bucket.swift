/// A copy of one of the service's token buckets.
struct Bucket {
    /// A time at which a request may begin.
    struct Promise {
        let start: Duration
        fileprivate let cost: Double
        fileprivate let epoch: Int
    }

    /// A request on its way.
    struct Trip {
        let start: Duration
        let cost: Double
        /// Units that the service must have counted, and not yet forgotten, when it began.
        let before: Double
    }

    /// So much is left alone: requests that began half a second apart may arrive together.
    private static let reserve = 20
    /// So much slower than the service.
    private static let slack = 1.04
    /// How much more than must be reported has to stay unreported to prove a larger size.
    private static let proof = ServiceLoad.threshold + 0.02

    private let sizes: [Int]
    /// From how many users on a tenant has each size.
    private let users: [Int]
    private let window: Double
    /// The place in `sizes` that is believed in.
    private var size = 0
    /// Refusals that took a size back. After the second it stays.
    private var falls = 0
    /// Grows when promises become void.
    private var epoch = 0
    private var stoppedUntil: Duration = .zero

    /// Units free at `updated`; negative if more are promised.
    private var left: Double
    private var updated: Duration = .zero
    /// Units promised to requests that have not begun.
    private var promised = 0.0

    /// Units that the service has counted if every request reached it at once, at `counted`.
    private var sent = 0.0
    private var counted: Duration = .zero
    /// Of these, units of requests without an answer.
    private var outstanding = 0.0

    init(_ limit: ThrottleLimit) {
        sizes = [limit.units] + limit.larger.map(\.units)
        users = [0] + limit.larger.map(\.users)
        window = limit.window / .seconds(1)
        left = 0
        left = capacity
    }

    private var units: Double { Double(sizes[size]) }
    private var capacity: Double { Double(sizes[size] - sizes[size] / Self.reserve) }
    /// Units a second.
    private var rate: Double { units / window / Self.slack }

    // MARK: Promising

    /// Promises `cost` units at the first time they are free.
    mutating func promise(_ cost: Int, now: Duration) -> Promise {
        promise(Double(cost), now: now)
    }

    /// Returns a new promise if the bucket has changed since the old one was made.
    mutating func renew(_ old: Promise, now: Duration) -> Promise? {
        old.epoch == epoch ? nil : promise(old.cost, now: now)
    }

    private mutating func promise(_ cost: Double, now: Duration) -> Promise {
        refill(now)
        let missing = max(0, min(cost, capacity) - left)
        left -= cost
        promised += cost
        let free = updated + .nanoseconds(Int64((missing / rate * 1e9).rounded(.up)))
        return Promise(start: max(now, free), cost: cost, epoch: epoch)
    }

    private mutating func refill(_ now: Duration) {
        guard now > updated else { return }
        left = min(capacity, left + (now - updated) / .seconds(1) * rate)
        updated = now
    }

    /// Makes all promises void; whoever has one asks for another.
    private mutating func withdrawPromises() {
        left += promised
        promised = 0
        epoch += 1
    }

    // MARK: Requests

    mutating func begin(_ promise: Promise, now: Duration) -> Trip {
        if promise.epoch == epoch { promised -= promise.cost }
        count(now)
        let trip = Trip(start: now, cost: promise.cost, before: max(0, sent - outstanding))
        sent += promise.cost
        outstanding += promise.cost
        return trip
    }

    /// - Parameter load: `nil` if the request was not served.
    mutating func settle(_ trip: Trip, _ load: ServiceLoad?, now: Duration) {
        count(now)
        refill(now)
        outstanding = max(0, outstanding - trip.cost)
        guard let load, let billed = load.units else {
            // Whatever the service made of it, it proves nothing.
            sent = max(0, sent - trip.cost)
            return
        }
        // More than there is room for cannot have been charged, and would never be paid back.
        let charged = min(Double(billed), max(capacity, trip.cost))
        let more = charged - trip.cost
        left -= more
        sent = max(0, sent + more)
        if let share = load.share {
            // Others were here before, such as the last run.
            left = min(left, capacity - share * units)
            sent = max(sent, share * units - forgotten(in: now - trip.start))
        } else {
            let least = trip.before + charged - forgotten(in: now - trip.start)
            if least > Self.proof * units { grow() }
        }
    }

    private mutating func count(_ now: Duration) {
        guard now > counted else { return }
        sent = max(0, sent - forgotten(in: now - counted))
        counted = now
    }

    /// What the service, if it is as large as believed, forgets in a time.
    private func forgotten(in time: Duration) -> Double { time / .seconds(1) * units / window }

    // MARK: Size

    /// Takes the size of a tenant with so many users, unless a larger one is believed in or the
    /// service has refused one.
    mutating func expect(users count: Int, now: Duration) {
        guard falls == 0, let known = users.lastIndex(where: { $0 <= count }) else { return }
        refill(now)
        grow(to: known)
    }

    private mutating func grow() {
        guard size + 1 < sizes.count, falls < 2 else { return }
        grow(to: size + 1)
    }

    private mutating func grow(to larger: Int) {
        guard larger > size else { return }
        let before = capacity
        size = larger
        withdrawPromises()
        left += capacity - before
    }

    /// For how long nothing may begin, because the service said so.
    func stop(at now: Duration) -> Duration { max(.zero, stoppedUntil - now) }

    /// Lets nothing begin for `duration`; after that a little, as the service said, and what
    /// comes in anew.
    mutating func stop(for duration: Duration, now: Duration) {
        let isFirst = now >= stoppedUntil
        stoppedUntil = max(stoppedUntil, now + duration)
        if isFirst, size > 0 {
            size -= 1
            falls += 1
        }
        withdrawPromises()
        left = max(1, capacity / 100)
        updated = stoppedUntil
        sent = 0
    }
}
