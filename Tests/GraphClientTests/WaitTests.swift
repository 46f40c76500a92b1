import GraphCatalog
import NIOHTTP1
import TestSupport
import Testing

@testable import GraphClient

/// Every wait has an end.
struct WaitTests {
    /// So long that a byte at a time takes half a second.
    private static let page = ScriptedServer.Reply.page(
        (0..<40).map { #"{"id":"\#($0)"}"# }.joined(separator: ","))

    @Test func `a page that comes a byte in twenty seconds is given up`() async throws {
        let clock = TestClock()
        let slow = Self.page.dripping { clock.advance(by: .seconds(20)) }
        try await Scene.play(Array(repeating: slow, count: 5), clock: clock) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .unavailable)
            #expect(error.reason.hasPrefix("Graph sent its answer too slowly"))
            #expect((2...5).contains(scene.reads.count))
        }
    }

    @Test func `a page that is only once too slow is read`() async throws {
        let clock = TestClock()
        // Less than a request may take with all its tries.
        let slow = Self.page.dripping {
            if clock.sinceStart < .seconds(300) { clock.advance(by: .seconds(20)) }
        }
        try await Scene.play([slow, Self.page], clock: clock) { scene in
            let page = try await scene.client.read()

            #expect(page.requests == 2)
        }
    }

    @Test func `a page that comes slowly but at a pace is read`() async throws {
        let clock = TestClock()
        let slow = Self.page.dripping { clock.advance(by: .milliseconds(200)) }
        try await Scene.play([slow], clock: clock) { scene in
            let page = try await scene.client.read()

            #expect(page.requests == 1)
        }
    }

    @Test func `a token that comes a byte in twenty seconds is given up`() async throws {
        let clock = TestClock()
        try await Scene.play(
            [],
            signIn: { _ in
                .token(String(repeating: "t", count: 400)).dripping {
                    clock.advance(by: .seconds(20))
                }
            },
            clock: clock
        ) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .unavailable)
            #expect(error.reason.hasPrefix("Entra sent its answer too slowly"))
            #expect(scene.reads.isEmpty)
        }
    }

    @Test(arguments: ["3600", "12960000", "99999999999", "1e300"])
    func `a wait that is longer than all patience is not begun`(wait: String) async throws {
        for status in [429, 503] {
            let busy = ScriptedServer.Reply.error(status, "Busy", ["Retry-After: \(wait)"])
            try await Scene.play([busy, .page()]) { scene in
                let error = try await scene.client.failure()

                #expect(error.kind == .unavailable)
                #expect(error.reason.contains("and asks for \(min(Double(wait) ?? 0, 1e9).whole)"))
                #expect(scene.clock.sleeps.isEmpty)
            }
        }
    }

    @Test func `a charge that nothing can pay back is not waited for`() async throws {
        let charged = [5_000_000, Int.max, -1, .min].map {
            ScriptedServer.Reply.http(
                200, ["x-ms-resource-unit: \($0)"], body: ScriptedServer.Reply.pageBody())
        }
        try await Scene.play(charged + [.page()]) { scene in
            for _ in 0...charged.count { _ = try await scene.client.read() }

            #expect(scene.clock.sinceStart < .seconds(60))
        }
    }

    @Test func `charges of any size add up`() {
        let load = ServiceLoad(HTTPHeaders([("x-ms-resource-unit", "\(Int.max)")]))

        #expect((load + load).units == nil)
    }
}

extension Double {
    fileprivate var whole: String { "\(Int(self)) seconds" }
}
