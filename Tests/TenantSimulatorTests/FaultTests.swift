import Foundation
import Testing

@testable import TenantSimulator

struct FaultTests {
    @Test(arguments: [500, 503, 504, 403, 404, 401])
    func `a status strikes the path it is set for, in Graph's form`(status: Int) async throws {
        try await withTenant { client in
            client.tenant.inject(Fault(.status(status), path: "groups"))

            let struck = try await client.get("/v1.0/groups")
            let other = try await client.get("/v1.0/users")

            #expect(struck.status == status)
            #expect(struck.errorCode?.isEmpty == false)
            let error = try #require(struck.json["error"] as? [String: Any])
            let inner = try #require(error["innerError"] as? [String: Any])
            #expect(inner["request-id"] as? String == struck.headers["request-id"])
            #expect(other.status == 200)
        }
    }

    @Test func `a fault skips, counts and strikes each k-th request`() async throws {
        try await withTenant { client in
            let fault = client.tenant.inject(
                Fault(.status(503), path: "users", skip: 1, times: 2, every: 2))

            var statuses: [Int] = []
            for _ in 0..<8 { statuses.append(try await client.get("/v1.0/users?$top=1").status) }

            #expect(statuses == [200, 200, 503, 200, 503, 200, 200, 200])
            #expect(client.tenant.strikes(of: fault) == 2)
        }
    }

    @Test func `chance is the same for the same seed`() async throws {
        func statuses(_ seed: UInt64) async throws -> [Int] {
            try await withTenant { client in
                client.tenant.inject(Fault(.throttle(.zero), probability: 0.2, seed: seed))
                var statuses: [Int] = []
                for _ in 0..<100 { statuses.append(try await client.get("/v1.0/domains").status) }
                return statuses
            }
        }
        let first = try await statuses(7)
        let again = try await statuses(7)
        let other = try await statuses(8)

        #expect(first == again)
        #expect(first != other)
        #expect((10...30).contains(first.count { $0 == 429 }))
    }

    @Test func `a dropped connection is an error to the client`() async throws {
        try await withTenant { client in
            client.tenant.inject(Fault(.drop(afterBytes: 100), path: "users", times: 1))

            await #expect(throws: (any Error).self) { try await client.get("/v1.0/users") }
            let next = try await client.get("/v1.0/users")

            #expect(next.status == 200)
        }
    }

    @Test func `bodies are damaged as asked`() async throws {
        try await withTenant { client in
            func body(_ effect: Fault.Effect) async throws -> Client.Answer {
                client.tenant.inject(Fault(effect, path: "users", times: 1))
                return try await client.get("/v1.0/users")
            }
            let truncated = try await body(.truncate(toBytes: 64))
            let garbage = try await body(.garbage)
            let page = try await body(.html(status: 503))
            let typed = try await body(.contentType("text/plain"))
            let empty = try await body(.emptyBody)
            let slow = try await body(.slow(bytes: 2000, pause: .zero))

            #expect(truncated.body.count == 64)
            #expect(truncated.json.isEmpty)
            #expect(garbage.status == 200)
            #expect(garbage.json.isEmpty)
            #expect(page.status == 503)
            #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(typed.headers["content-type"] == "text/plain")
            #expect(typed.ids.count == 12)
            #expect(empty.body.isEmpty)
            #expect(slow.ids.count == 12)
        }
    }

    @Test func `links lead astray as asked`() async throws {
        try await withTenant { client in
            func link(_ effect: Fault.Effect, _ path: String) async throws -> String? {
                client.tenant.inject(Fault(effect, path: "users", times: 1))
                return try await client.get(path).nextLink
            }
            let path = "/v1.0/users?$top=5&$filter=accountEnabled%20eq%20true"
            let foreign = try await link(.foreignLink(host: "evil.example"), path)
            let raw = try await link(.unescapedLink, path)
            let repeating = try #require(try await link(.repeatingLink, path))
            let first = try await client.get(path)
            let again = try await client.get(repeating)

            #expect(foreign?.hasPrefix("https://evil.example/v1.0/users?") == true)
            #expect(raw?.contains("$filter=accountEnabled eq true") == true)
            #expect(again.ids == first.ids)
        }
    }

    @Test func `an empty page has a link and loses nothing`() async throws {
        try await withTenant { client in
            client.tenant.inject(Fault(.emptyPage, path: "users"))

            let pages = try await client.pages("/v1.0/users?$top=5&$select=id")

            #expect(pages.map(\.count) == [0, 5, 0, 5, 0, 2])
            #expect(Set(pages.joined()).count == 12)
        }
    }

    @Test func `an object is seen twice where pages overlap`() async throws {
        try await withTenant { client in
            client.tenant.inject(Fault(.duplicate, path: "users"))

            let pages = try await client.pages("/v1.0/users?$top=5&$select=id")

            #expect(pages.map(\.count) == [5, 6, 3])
            #expect(pages[1].first == pages[0].last)
            #expect(Set(pages.joined()).count == 12)
        }
    }

    @Test func `a page token dies after so many pages, or of age`() async throws {
        try await withTenant { client in
            let path = "/v1.0/users?$top=3&$select=id"
            let fault = Fault(.expirePageToken(afterPages: 1), path: "users")
            let first = try #require(try await client.get(path).nextLink)
            client.tenant.inject(fault)
            let second = try await client.get(first)
            let third = try await client.get(try #require(second.nextLink))
            client.tenant.removeFaults()
            let alive = try await client.get(try #require(second.nextLink))
            client.tenant.advanceClock(by: 3500)
            let renewed = try await Client.signedIn(client.tenant)
            client.tenant.advanceClock(by: 200)
            let old = try await renewed.get(first)

            #expect(second.status == 200)
            #expect(third.status == 400)
            #expect(third.errorCode == "Directory_ExpiredPageToken")
            #expect(alive.status == 200)
            #expect(old.errorCode == "Directory_ExpiredPageToken")
        }
    }

    @Test func `a token that died needs a new sign-in`() async throws {
        try await withTenant { client in
            client.tenant.inject(Fault(.expireToken, path: "users", times: 1))

            let dead = try await client.get("/v1.0/users")
            let still = try await client.get("/v1.0/groups")
            let renewed = try await Client.signedIn(client.tenant)
            let alive = try await renewed.get("/v1.0/users")

            #expect(dead.status == 401)
            #expect(still.status == 401)
            #expect(alive.status == 200)
        }
    }

    @Test func `a claims challenge carries its claims`() async throws {
        try await withTenant { client in
            client.tenant.inject(Fault(.claimsChallenge, path: "users", times: 1))

            let answer = try await client.get("/v1.0/users")

            let header = try #require(answer.headers["www-authenticate"])
            #expect(answer.status == 401)
            #expect(header.contains("error=\"insufficient_claims\""))
            let claims = header.split(separator: "claims=\"").last?.dropLast().description
            #expect(decodeBase64(claims ?? "").flatMap { try? JSON(parsing: $0) } != nil)
        }
    }

    @Test func `the sign-in can fail too`() async throws {
        try await withTenant { client in
            client.tenant.inject(
                Fault(.status(503, retryAfter: .integer), path: "token", times: 1))

            let failed = try await client.signIn()
            let next = try await client.signIn()

            #expect(failed.status == 503)
            #expect(failed.json["error"] as? String == "temporarily_unavailable")
            #expect(failed.headers["retry-after"] == "1")
            #expect(next.status == 200)
        }
    }

    @Test func `answers differ in order and noise, not in substance`() async throws {
        var settings = Settings()
        settings.shuffleSeed = 3
        settings.noiseSeed = 4
        try await withTenant("contoso", settings) { client in
            let first = try await client.get("/beta/users")
            let second = try await client.get("/beta/users")

            #expect(first.ids != second.ids)
            #expect(Set(first.ids) == Set(second.ids))
            func seen(_ answer: Client.Answer) -> [String: String] {
                Dictionary(
                    uniqueKeysWithValues: answer.values.map {
                        ($0["id"] as? String ?? "", "\($0["refreshTokensValidFromDateTime"] ?? "")")
                    })
            }
            #expect(seen(first) != seen(second))
        }
    }
}
