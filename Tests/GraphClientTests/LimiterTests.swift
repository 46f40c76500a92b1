import GraphCatalog
import GraphClient
import Synchronization
import TestSupport
import Testing

struct LimiterTests {
    private func pages(_ count: Int) -> [ScriptedServer.Reply] {
        Array(repeating: .page(), count: count)
    }

    @Test func `a bucket's requests go at its pace, and say how long they waited`() async throws {
        let request = GraphRequest(
            version: .v1, path: "auditLogs/directoryAudits", bucket: .audit)
        try await Scene.play(pages(11)) { scene in
            var waits: [Duration] = []
            for _ in 0..<11 { waits.append(try await scene.client.read(request).waited) }

            #expect(waits[..<5].allSatisfy { $0 == .zero })
            #expect(waits[5...].allSatisfy { $0 == .milliseconds(2080) })
        }
    }

    @Test func `buckets do not wait for each other`() async throws {
        let policies = GraphRequest(version: .v1, path: "p", bucket: .conditionalAccess)
        try await Scene.play(pages(4)) { scene in
            _ = try await scene.client.read(policies)
            let user = try await scene.client.read(.users)
            let second = try await scene.client.read(policies)
            let third = try await scene.client.read(policies)

            #expect(user.waited == .zero)
            #expect(second.waited == .milliseconds(1040))
            #expect(third.waited == .milliseconds(1040))
        }
    }

    /// Query, base cost, and what Graph charges for it.
    @Test(arguments: [
        ([], 2, 2), ([GraphRequest.Parameter("$select", "id")], 2, 1),
        ([.init("$select", "id")], 1, 1), ([.init("$expand", "x")], 1, 2),
        ([.init("$top", "19")], 3, 2), ([.init("$top", "20")], 3, 3),
        ([.init("$select", "id"), .init("$expand", "x"), .init("$top", "1")], 3, 2),
    ])
    func `a request is charged its resource units`(
        query: [GraphRequest.Parameter], cost: Int, charge: Int
    ) async throws {
        let request = GraphRequest(version: .v1, path: "x", query: query, cost: cost)
        let limit = [ThrottleBucket.directory: ThrottleLimit(6, per: .seconds(10))]
        try await Scene.play(pages(8), configure: { $0.limits = limit }) { scene in
            var before = 0
            while try await scene.client.read(request).waited == .zero { before += 1 }

            #expect(before == 6 / charge)
        }
    }

    @Test func `in no window of time begins more than the bucket holds and gets`() async throws {
        let limit = ThrottleLimit(7, per: .seconds(10))
        let clock = TestClock()
        let starts = Mutex<[(time: Duration, cost: Int)]>([])
        try await ScriptedServer.run({ request in
            guard !request.isSignIn else { return .token("t", #""expires_in":99999"#) }
            let cost = Int(request.target.split(separator: "/").last ?? "") ?? 0
            starts.withLock { $0.append((clock.sinceStart, cost)) }
            return .page()
        }) { server in
            var configuration = try GraphConfiguration(testing: server)
            configuration.limits = [.directory: limit]
            try await withGraphClient(configuration, clock: clock) { client in
                // One after the other: the clock stands still while a request is on its way.
                for cost in [1, 3, 2, 2, 1, 5, 1, 1, 7, 1, 3, 3, 1, 2, 9, 1] {
                    let request = GraphRequest(version: .v1, path: "\(cost)", cost: cost)
                    _ = try await client.read(request)
                    clock.advance(by: .milliseconds(300))
                }
            }
        }
        let begun = starts.withLock { $0 }
        #expect(begun.count == 16)
        for (end, last) in begun.enumerated() {
            for (start, first) in begun[...end].enumerated() {
                let units = begun[start...end].reduce(0) { $0 + min($1.cost, limit.units) }
                let seconds = (last.time - first.time) / .seconds(1)
                #expect(Double(units) <= 7 + 0.7 * seconds + 1e-6)
            }
        }
    }

    @Test func `a throttled bucket stops for everyone in it`() async throws {
        let busy = ScriptedServer.Reply.error(429, "TooManyRequests", ["Retry-After: 20"])
        try await Scene.play([busy] + pages(6)) { scene in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 { group.addTask { _ = try await scene.client.read() } }
                try await group.waitForAll()
            }
            let late = try await scene.client.read()

            // Whoever slept first wound the clock on for all.
            #expect(scene.clock.sinceStart >= .seconds(20))
            #expect(scene.clock.sinceStart < .seconds(22))
            #expect(late.waited == .zero)
        }
    }

    @Test func `a request that gives up leaves its bucket open`() async throws {
        let busy = ScriptedServer.Reply.error(429, "TooManyRequests", ["Retry-After: 99999"])
        try await Scene.play([busy] + pages(1)) { scene in
            _ = try await scene.client.failure()
            let page = try await scene.client.read()

            #expect(page.waited == .zero)
        }
    }

    /// Reads what takes a minute beyond what the bucket holds at first.
    ///
    /// - Returns: seconds it took, and how many of how many requests were refused.
    private func minute(
        of service: ServiceBucket
    ) async throws -> (seconds: Double, refused: Int, requests: Int) {
        let clock = TestClock()
        let state = Mutex(service)
        let count = Int(service.units * 7) / 100
        return try await ScriptedServer.run({ request in
            guard !request.isSignIn else { return .token("t", #""expires_in":99999"#) }
            return state.withLock { $0.reply(at: clock.sinceStart / .seconds(1)) }
        }) { server in
            let configuration = try GraphConfiguration(testing: server)
            try await withGraphClient(configuration, clock: clock) { client in
                let request = GraphRequest(version: .v1, path: "x", cost: 100)
                for _ in 0..<count {
                    _ = try await client.read(request)
                    clock.advance(by: .milliseconds(3))
                }
            }
            return (clock.sinceStart / .seconds(1), state.withLock { $0.refused }, count)
        }
    }

    /// The limits of small, middling and large tenants; the client is told of none.
    @Test(arguments: [3500.0, 5000, 8000])
    func `a bucket of any size is used to the full, and not over`(units: Double) async throws {
        let run = try await minute(of: ServiceBucket(units: units))

        #expect(run.refused == 0)
        #expect(run.seconds > 59 && run.seconds < 66, "\(run.seconds)")
    }

    /// The same with forty requests on their way at any time, each for so long.
    private func minute(
        of service: ServiceBucket, answeringAfter latency: Duration, users: Int
    ) async throws -> (seconds: Double, refused: Int, requests: Int) {
        let clock = TestClock()
        let state = Mutex(service)
        let count = Int(service.units * 7) / 100
        return try await ScriptedServer.run({ request in
            guard !request.isSignIn else { return .token("t", #""expires_in":99999"#) }
            clock.advance(by: latency / 40)
            return state.withLock { $0.reply(at: clock.sinceStart / .seconds(1)) }
        }) { server in
            let configuration = try GraphConfiguration(testing: server)
            try await withGraphClient(configuration, clock: clock) { client in
                await client.expect(users: users)
                let request = GraphRequest(version: .v1, path: "x", cost: 100)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in 0..<40 {
                        group.addTask {
                            for _ in stride(from: worker, to: count, by: 40) {
                                _ = try await client.read(request)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            return (clock.sinceStart / .seconds(1), state.withLock { $0.refused }, count)
        }
    }

    /// Users, and the requests of 100 units that a full bucket lets through at once.
    @Test(arguments: [(0, 33), (49, 33), (50, 47), (500, 47), (501, 76), (1_000_000, 76)])
    func `who knows the users knows the bucket`(users: Int, count: Int) async throws {
        let request = GraphRequest(version: .v1, path: "x", cost: 100)
        try await Scene.play(pages(count + 1)) { scene in
            await scene.client.expect(users: users)
            // An older count, of fewer, changes nothing.
            await scene.client.expect(users: 3)
            var before = 0
            while try await scene.client.read(request).waited == .zero { before += 1 }

            #expect(before == count)
        }
    }

    @Test func `a large tenant's bucket is used to the full, however slow the answers are`()
        async throws
    {
        let run = try await minute(
            of: ServiceBucket(units: 8000), answeringAfter: .milliseconds(1500), users: 501)

        #expect(run.refused * 100 < run.requests, "\(run.refused) of \(run.requests)")
        #expect(run.seconds < 66, "\(run.seconds)")
    }

    @Test func `users that were more than the service counts cost few refusals`()
        async throws
    {
        let run = try await minute(
            of: ServiceBucket(units: 3500), answeringAfter: .milliseconds(100), users: 100_000)

        // Not how long it took: who waits for the next try winds the clock on for all.
        #expect(run.refused < 40, "\(run.refused)")
    }

    @Test func `a bucket that others have emptied is left to fill`() async throws {
        let run = try await minute(of: ServiceBucket(units: 8000, left: 0))

        #expect(run.refused * 100 < run.requests, "\(run.refused)")
        #expect(run.seconds < 77, "\(run.seconds)")
    }

    @Test func `a service that is silent about its load costs two refusals`() async throws {
        let run = try await minute(of: ServiceBucket(units: 3500, isSilent: true))

        #expect(run.refused <= 2)
        #expect(run.seconds < 66, "\(run.seconds)")
    }

    @Test func `what the service charges counts, whatever was expected`() async throws {
        let run = try await minute(of: ServiceBucket(units: 3500, charge: 150))

        #expect(run.refused * 100 < run.requests, "\(run.refused)")
        #expect(run.seconds < 1.1 * (24_500 * 1.5 / 350 - 10), "\(run.seconds)")
    }
}

/// A token bucket as Graph keeps it.
private struct ServiceBucket {
    let units: Double
    private var left: Double
    private let charge: Double
    private let isSilent: Bool
    private var updated = 0.0
    private(set) var refused = 0

    /// - Parameters:
    ///   - units: what it holds, and gets in ten seconds.
    ///   - isSilent: whether it never says how full it is.
    init(units: Double, left: Double? = nil, charge: Double = 100, isSilent: Bool = false) {
        self.units = units
        self.left = left ?? units
        self.charge = charge
        self.isSilent = isSilent
    }

    mutating func reply(at time: Double) -> ScriptedServer.Reply {
        left = min(units, left + (time - updated) * units / 10)
        updated = time
        guard left >= charge else {
            refused += 1
            let wait = (charge - left) / units * 10
            return .error(429, "TooManyRequests", ["Retry-After: \(Int(wait.rounded(.up)))"])
        }
        left -= charge
        let used = 1 - left / units
        let load = isSilent || used < 0.8 ? [] : ["x-ms-throttle-limit-percentage: \(used)"]
        return .http(
            200, ["x-ms-resource-unit: \(Int(charge))"] + load,
            body: ScriptedServer.Reply.pageBody())
    }
}
