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

            #expect(waits.filter { $0 > .zero } == [.seconds(11), .seconds(11)])
            #expect(waits[5] > .zero && waits[10] > .zero)
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
            #expect(second.waited == .milliseconds(1100))
            #expect(third.waited == .milliseconds(1100))
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

    @Test func `in no window of time begins more than the limit, whoever asks`() async throws {
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
        for (time, _) in begun {
            let window = begun.filter { $0.time > time - limit.window && $0.time <= time }
            #expect(window.reduce(0) { $0 + min($1.cost, limit.units) } <= limit.units)
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
            #expect(scene.clock.sinceStart == .seconds(20))
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
}
