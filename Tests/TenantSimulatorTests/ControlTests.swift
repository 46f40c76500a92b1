import Foundation
import Testing

@testable import TenantSimulator

struct ControlTests {
    @Test func `a fault is set, counted and removed from outside`() async throws {
        try await withTenant { client in
            let set = try await client.send(
                "POST", "/simulator/faults",
                body: #"{"path": "users", "effect": "status", "status": 503, "times": 5}"#)
            let id = try #require(set.json["id"] as? Int)
            let struck = try await client.get("/v1.0/users")
            let strikes = try await client.get("/simulator/faults/\(id)")
            _ = try await client.send("DELETE", "/simulator/faults")
            let well = try await client.get("/v1.0/users")

            #expect(set.status == 201)
            #expect(struck.status == 503)
            #expect(strikes.json["strikes"] as? Int == 1)
            #expect(well.status == 200)
        }
    }

    @Test func `the log of requests can be read and forgotten`() async throws {
        try await withTenant { client in
            _ = try await client.send("DELETE", "/simulator/requests")
            _ = try await client.get("/v1.0/users?$top=1", headers: ["Prefer": "x"])
            _ = try await client.get("/v1.0/groups")
            let log = try await client.get("/simulator/requests?path=/v1.0/users")

            #expect(log.json["count"] as? Int == 1)
            #expect(log.text.contains("\"prefer\":\"x\""))
            #expect(log.text.contains("\"authorization\":\"Bearer\""))
            #expect(!log.text.contains(client.token))
            #expect(client.tenant.requests.count == 2)
        }
    }

    @Test func `settings, clock, permissions and scenarios are changed from outside`() async throws
    {
        try await withTenant { client in
            let scenario = try String(
                contentsOfFile: "\(fixtures)/Scenarios/first-week.json", encoding: .utf8)
            let statuses = [
                try await client.send(
                    "PATCH", "/simulator/settings", body: #"{"pageSize": 3, "shuffleSeed": 1}"#),
                try await client.send("POST", "/simulator/scenario", body: scenario),
                try await client.send("POST", "/simulator/clock", body: #"{"advance": 4000}"#),
                try await client.send(
                    "POST", "/simulator/permissions", body: #"{"permissions": ["User.Read.All"]}"#),
            ].map(\.status)
            let expired = try await client.get("/v1.0/users")
            let renewed = try await Client.signedIn(client.tenant)
            let users = try await renewed.get("/v1.0/users")
            let groups = try await renewed.get("/v1.0/groups")
            let wrong = try await client.send(
                "PATCH", "/simulator/settings", body: #"{"nonsense": 1}"#)

            #expect(statuses == [204, 204, 204, 204])
            #expect(expired.status == 401)
            #expect(users.ids.count == 3)
            #expect(groups.status == 403)
            #expect(wrong.status == 400)
        }
    }
}
