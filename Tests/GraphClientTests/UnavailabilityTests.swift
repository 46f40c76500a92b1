import GraphCatalog
import Testing

@testable import GraphClient

/// What a tenant does not have, in the words of each service; and what nobody knows the meaning of.
struct UnavailabilityTests {
    private func reply(_ status: Int, _ code: String, _ message: String) -> ScriptedServer.Reply {
        .http(status, body: body(code, message))
    }

    private func body(_ code: String, _ message: String) -> String {
        #"{"error":{"code":"\#(code)","message":"\#(message)"}}"#
    }

    private static let licence = "the tenant has no licence for it"
    private static let service = "the tenant does not use the service"
    private static let cloud = "this cloud does not have it"

    @Test(arguments: [
        (400, "BadRequest", "Tenant does not have a SPO license.", licence),
        (403, "NoLicense", "The tenant does not meet license requirement for it.", licence),
        (403, "Forbidden", "Neither tenant is B2C or tenant doesn't have premium license", licence),
        (400, "AadPremiumLicenseRequired", "", licence),
        (404, "X", "The tenant needs an AAD Premium 2 license.", licence),
        (
            400, "BadRequest",
            "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
            licence
        ),
        (400, "BadRequest", "Request not applicable to target tenant.", service),
        (400, "BadRequest", "Resource not found for the segment 'apiConnectors'.", cloud),
        (400, "", "No OData route exists that match template ~/singleton", cloud),
    ])
    func `what the tenant does not have is not available, and the reason is in words`(
        status: Int, code: String, message: String, words: String
    ) async throws {
        let member =
            #"{"id":"0","status":\#(status),"headers":{},"body":\#(body(code, message))}"#
        let batch = ScriptedServer.Reply.http(200, body: #"{"responses":[\#(member)]}"#)
        let azure = GraphRequest(service: .azure(apiVersion: "2022-04-01"), path: "subscriptions")
        let reply = reply(status, code, message)
        try await Scene.play([reply, batch, reply]) { scene in
            let alone = try await scene.client.failure()
            let results = try await scene.client.batch([.users])
            let other = try await scene.client.failure(reading: .first(azure))

            let detail = code.isEmpty ? "" : " (\(code))"
            #expect(alone.kind == .notAvailable)
            #expect(alone.reason == "Graph answered \(status)\(detail): \(words)")
            #expect(other.kind == .notAvailable)
            #expect(other.reason == "Azure answered \(status)\(detail): \(words)")
            guard case .failure(let error) = results[0] else {
                Issue.record("The member succeeded")
                return
            }
            #expect(error.kind == .notAvailable && error.reason == alone.reason)
        }
    }

    @Test(arguments: [
        (404, "ResourceNotFound", "Resource not found for the segment 'users'.", .notFound),
        (403, "Forbidden", "Insufficient privileges to complete the operation.", .notPermitted),
        (400, "BadRequest", "The license of the parser is unknown.", .other),
        (409, "NoLicense", "", GraphError.Kind.other),
    ])
    func `what sounds alike is something else`(
        status: Int, code: String, message: String, kind: GraphError.Kind
    ) async throws {
        try await Scene.play([reply(status, code, message)]) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == kind)
        }
    }

    @Test func `an unknown 400 comes with the service's own words and what to do`() async throws {
        let words = "Invalid\\nfilter \\u001b[31mclause\\u202e at\\tposition 7."
        try await Scene.play([reply(400, "BadRequest", words)]) { scene in
            let error = try await scene.client.failure()

            #expect(error.kind == .other)
            #expect(
                error.reason
                    == "Graph answered 400 (BadRequest): “Invalid filter [31mclause at position 7.”"
            )
            #expect(
                error.hint == "If the tenant cannot have this type, leave it out with --exclude.")
        }
    }

    @Test func `words are cut, and hold no secret`() async throws {
        let secret = "xYz8Q~" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0.xR-"
        let long = reply(400, "BadRequest", String(repeating: "word ", count: 400))
        let leaking = reply(400, "BadRequest", "The secret \(secret) is wrong")
        try await Scene.play([long, leaking]) { scene in
            let first = try await scene.client.failure()
            let second = try await scene.client.failure()

            #expect(first.reason.count < 250 && first.reason.hasSuffix("…”"))
            #expect(!second.reason.contains(secret), "\(second.reason)")
        }
    }

    @Test func `a 400 without words ends with its code`() async throws {
        try await Scene.play([.http(400, type: "text/html", body: "<html>")]) { scene in
            let error = try await scene.client.failure()

            #expect(error.reason == "Graph answered 400")
        }
    }
}
