import Foundation
import Testing

@testable import TenantSimulator

struct ThrottleTests {
    private let policies = "/v1.0/identity/conditionalAccess/policies"

    @Test func `conditional access takes one request a second and says nothing`() async throws {
        try await withTenant("contoso", Settings(throttling: .service())) { client in
            let first = try await client.get(policies)
            let second = try await client.get(policies)
            client.tenant.advanceClock(by: 2)
            let third = try await client.get(policies)

            #expect(first.status == 200)
            #expect(second.status == 429)
            #expect(second.errorCode == "TooManyRequests")
            #expect(second.headers["retry-after"] == nil)
            #expect(third.status == 200)
        }
    }

    @Test func `the audit log takes five requests in ten seconds`() async throws {
        try await withTenant("contoso", Settings(throttling: .service())) { client in
            var statuses: [Int] = []
            for _ in 0..<6 {
                statuses.append(try await client.get("/v1.0/auditLogs/directoryAudits").status)
            }

            #expect(statuses == [200, 200, 200, 200, 200, 429])
        }
    }

    @Test func `whoever waits as long as told is served`() async throws {
        try await withTenant("contoso", Settings(throttling: .service())) { client in
            let path = "/v1.0/auditLogs/directoryAudits"
            for _ in 0..<5 { _ = try await client.get(path) }
            let refused = try await client.get(path)
            let wait = try #require(refused.headers["retry-after"].flatMap { Double($0) })
            client.tenant.advanceClock(by: wait)

            let served = try await client.get(path)

            #expect(
                refused.headers["x-ms-throttle-scope"]?.hasPrefix("Tenant_Application/") == true)
            #expect(served.status == 200)
        }
    }

    @Test(
        arguments: [
            (RetryAfter.integer, "4"), (.fractional, "4.000"), (.zero, "0"), (.absent, nil),
            (.literal("30,120"), "30,120"), (.httpDate, "Mon, 26 Oct 2026 07:33:24 GMT"),
        ] as [(RetryAfter, String?)])
    func `Retry-After comes in every form`(form: RetryAfter, value: String?) async throws {
        var settings = Settings(throttling: .service())
        settings.retryAfter = form
        try await withTenant("contoso", settings) { client in
            let path = "/v1.0/auditLogs/directoryAudits"
            for _ in 0..<5 { _ = try await client.get(path) }

            let refused = try await client.get(path)

            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == value)
        }
    }

    @Test(arguments: [
        ("users", "2"), ("users?$select=id", "1"), ("users?$top=5", "1"), ("groups", "1"),
        ("groups?$expand=owners", "2"), ("subscribedSkus", "3"), ("users?$top=5&$select=id", "1"),
    ])
    func `a request costs what the service asks for it`(path: String, cost: String) async throws {
        try await withTenant { client in
            let answer = try await client.get("/v1.0/\(path)")

            #expect(answer.headers["x-ms-resource-unit"] == cost)
        }
    }

    @Test func `a small tenant has 3,500 units in ten seconds`() {
        var throttle = Throttle()
        func served(users: Int) -> Int {
            var throttle = throttle
            return (0..<9000).count { _ in
                !throttle.charge(
                    .directory, cost: 1, app: "a", users: users, scale: 1,
                    now: start
                ).isRefused
            }
        }
        // A second has only 2,000 requests of one application, whatever they cost.
        #expect(served(users: 49) == 2000)
        throttle = Throttle()
        let costly = (0..<2000).count { _ in
            !throttle.charge(
                .directory, cost: 5, app: "a", users: 49, scale: 1, now: start
            ).isRefused
        }
        #expect(costly == 700)
    }
}
