import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

@testable import TenantSimulator

/// A client without opinions: it sends what a test says and shows what came back.
struct Client: Sendable {
    let tenant: SimulatedTenant
    var token = ""

    struct Answer {
        let status: Int
        let headers: [String: String]
        let body: Data

        /// The body as JSON, or an empty object.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:]
        }

        var text: String { String(decoding: body, as: UTF8.self) }

        var values: [[String: Any]] { json["value"] as? [[String: Any]] ?? [] }

        /// Read by the simulator's own parser: Foundation's drops a byte order mark from a string.
        var ids: [String] {
            let page = try? JSON(parsing: Array(body))
            return (page?["value"]?.elements ?? []).compactMap { $0["id"]?.string }
        }

        var nextLink: String? { json["@odata.nextLink"] as? String }

        var errorCode: String? { (json["error"] as? [String: Any])?["code"] as? String }
    }

    init(_ tenant: SimulatedTenant) { self.tenant = tenant }

    /// Returns a client that has signed in as the tenant's first application.
    static func signedIn(_ tenant: SimulatedTenant) async throws -> Client {
        var client = Client(tenant)
        let answer = try await client.signIn()
        client.token = answer.json["access_token"] as? String ?? ""
        return client
    }

    /// Asks for a token; `changes` replaces fields of the form, `nil` leaves one out.
    func signIn(
        tenantName: String? = nil, _ changes: [String: String?] = [:]
    ) async throws -> Answer {
        let app = tenant.app
        var form: [String: String?] = [
            "grant_type": "client_credentials", "client_id": app.clientID,
            "client_secret": app.secret, "scope": "https://graph.microsoft.com/.default",
        ]
        form.merge(changes) { $1 }
        let body = form.compactMap { name, value in
            value.map { "\(name)=\(Self.escaped($0))" }
        }.joined(separator: "&")
        return try await send(
            "POST", "/\(tenantName ?? tenant.tenantID)/oauth2/v2.0/token", body: body,
            headers: ["Content-Type": "application/x-www-form-urlencoded"])
    }

    /// `path` is below the origin, query included and escaped already; or a whole address.
    func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send("GET", path, headers: headers)
    }

    func batch(_ members: [[String: Any]], version: String = "v1.0") async throws -> Answer {
        let body = try JSONSerialization.data(withJSONObject: ["requests": members])
        return try await send(
            "POST", "/\(version)/$batch", body: String(decoding: body, as: UTF8.self),
            headers: ["Content-Type": "application/json"])
    }

    func send(
        _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        let address = path.hasPrefix("http") ? path : tenant.origin + path
        var request = HTTPClientRequest(url: address)
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !token.isEmpty { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        var fields: [String: String] = [:]
        for header in response.headers { fields[header.name.lowercased()] = header.value }
        return Answer(
            status: Int(response.status.code), headers: fields, body: Data(bytes.readableBytesView))
    }

    /// Follows links to the end and returns the IDs page by page.
    func pages(_ path: String, headers: [String: String] = [:]) async throws -> [[String]] {
        var pages: [[String]] = []
        var next: String? = path
        while let path = next, pages.count < 200 {
            let answer = try await get(path, headers: headers)
            pages.append(answer.ids)
            next = answer.nextLink
        }
        return pages
    }

    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}

/// The folder of fixtures, found from where this file was compiled.
let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures").path

let start = Timestamp(seconds: 1_793_000_000)

/// Runs `body` with a client of the tenant `name`, signed in; time stands still.
func withTenant<Value: Sendable>(
    _ name: String = "contoso", _ settings: Settings = Settings(),
    _ body: (Client) async throws -> Value
) async throws -> Value {
    let configuration = SimulatedTenant.Configuration(
        .folder("\(fixtures)/Tenants/\(name)"), settings: settings, clock: ManualClock(start))
    return try await withSimulatedTenant(configuration) { tenant in
        try await body(.signedIn(tenant))
    }
}

/// The same with a tenant made from a seed.
func withGenerated<Value: Sendable>(
    _ size: GeneratedTenant, _ settings: Settings = Settings(),
    _ body: (Client) async throws -> Value
) async throws -> Value {
    let configuration = SimulatedTenant.Configuration(
        .generated(size), settings: settings, clock: ManualClock(start))
    return try await withSimulatedTenant(configuration) { tenant in
        try await body(.signedIn(tenant))
    }
}
