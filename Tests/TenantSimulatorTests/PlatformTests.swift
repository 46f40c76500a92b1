import Foundation
import Testing

@testable import TenantSimulator

/// What runs beside a tenant refuses what it refuses in the cloud.
struct PlatformTests {
    private static let system = identity("c3", .system)
    private static let user = identity(
        "c4", .user(resourceID: "/subscriptions/s/identities/backup"))

    private static func identity(
        _ end: String, _ kind: AppRegistration.ManagedIdentity
    ) -> AppRegistration {
        var app = AppRegistration(
            clientID: "5eed0000-0000-4000-8000-0000000000\(end)", secret: "",
            servicePrincipalID: "5eed0000-0000-4000-8000-000000000a\(end)",
            permissions: ["Directory.Read.All"])
        app.managedIdentity = kind
        return app
    }

    private func withMachine(
        _ settings: Settings = Settings(), _ apps: [AppRegistration] = [system, user],
        _ body: (Client) async throws -> Void
    ) async throws {
        let configuration = SimulatedTenant.Configuration(
            .folder("\(fixtures)/Tenants/contoso"), settings: settings, clock: ManualClock(start),
            registrations: apps)
        try await withSimulatedTenant(configuration) { try await body(Client($0)) }
    }

    // MARK: Jobs

    private static let connection = "serviceConnectionId=\(Platform().serviceConnection)"
    private static let job = ["Authorization": "Bearer \(Platform().jobToken)"]
    private static let quiet = ["X-TFS-FedAuthRedirect": "Suppress"]

    @Test(
        arguments: [
            ("POST", "api-version=7.1&\(connection)", job, 200),
            ("GET", "api-version=7.1&\(connection)", job, 405),
            ("POST", connection, job, 400),
            ("POST", "api-version=7.1", job, 404),
            ("POST", "api-version=7.1&serviceConnectionId=x", job, 404),
            ("POST", "api-version=7.1&\(connection)", quiet, 401),
            ("POST", "api-version=7.1&\(connection)", ["Authorization": "Bearer no"], 302),
        ] as [(String, String, [String: String], Int)])
    func `a pipeline gives its token to its job alone`(
        method: String, query: String, headers: [String: String], status: Int
    ) async throws {
        try await withMachine { client in
            let path = Platform.Endpoint.pipelines.path + "?" + query
            let answer = try await client.send(method, path, headers: headers)

            // The client follows to where a person would sign in.
            #expect(client.tenant.requests(below: "/contoso/_apis").map(\.status) == [status])
            let token = answer.json["oidcToken"] as? String
            #expect((token != nil) == (status == 200))
        }
    }

    @Test func `a workflow's token is for the audience that is asked for`() async throws {
        try await withMachine { client in
            let path = Platform.Endpoint.github.path + "?api-version=2.0"
            let headers = ["Authorization": "bearer \(Platform().requestToken)"]
            let named = try await client.get(path + "&audience=api://X", headers: headers)
            let silent = try await client.get(path, headers: headers)
            let posted = try await client.send("POST", path, headers: headers)
            let stranger = try await client.get(path)

            #expect(try audience(named) == "api://X")
            #expect(try audience(silent) == "https://github.com/contoso")
            #expect(posted.status == 404)
            #expect(stranger.status == 401)
            client.tenant.configure { $0.platform.isJobOver = true }
            #expect(try await client.get(path, headers: headers).status == 401)
        }
    }

    private func audience(_ answer: Client.Answer) throws -> String? {
        let token = try #require(answer.json["value"] as? String)
        let claims = try #require(decodeBase64(String(token.split(separator: ".")[1])))
        return try JSON(parsing: claims)["aud"]?.string
    }

    // MARK: Machines

    private static let graph = "resource=https://graph.microsoft.com"

    private func ask(
        _ client: Client, _ endpoint: Platform.Endpoint, _ query: String,
        _ headers: [String: String] = ["Metadata": "true"]
    ) async throws -> Client.Answer {
        try await client.get(endpoint.path + "?" + query, headers: headers)
    }

    @Test func `a machine's service answers with numbers in strings`() async throws {
        try await withMachine { client in
            let answer = try await ask(client, .imds, "api-version=2018-02-01&\(Self.graph)")

            #expect(answer.status == 200)
            #expect(answer.json["expires_in"] as? String == "3599")
            #expect(answer.json["client_id"] as? String == Self.system.clientID)
            var holder = client
            holder.token = try #require(answer.json["access_token"] as? String)
            #expect(try await holder.get("/v1.0/users").status == 200)
        }
    }

    @Test(arguments: [
        ("api-version=2018-02-01&\(graph)", [:], 400),
        (
            "api-version=2018-02-01&\(graph)", ["Metadata": "true", "X-Forwarded-For": "1.2.3.4"],
            400
        ),
        (graph, ["Metadata": "true"], 400),
        ("api-version=2018-02-01", ["Metadata": "true"], 400),
        ("api-version=2018-02-01&resource=https://x.example", ["Metadata": "true"], 400),
        ("api-version=2018-02-01&\(graph)&client_id=unknown", ["Metadata": "true"], 400),
    ])
    func `a machine's service refuses a request that lacks something`(
        query: String, headers: [String: String], status: Int
    ) async throws {
        try await withMachine { client in
            let answer = try await ask(client, .imds, query, headers)

            #expect(answer.status == status)
            #expect(answer.json["access_token"] == nil)
        }
    }

    @Test(arguments: [
        (Platform.Endpoint.imds, "2018-02-01", "client_id=\(user.clientID)", true),
        (.imds, "2018-02-01", "object_id=\(user.servicePrincipalID)", true),
        (.imds, "2018-02-01", "msi_res_id=/subscriptions/s/identities/backup", true),
        (.imds, "2018-02-01", "mi_res_id=/subscriptions/s/identities/backup", false),
        (.appService, "2019-08-01", "mi_res_id=/subscriptions/s/identities/backup", true),
        (.appService, "2019-08-01", "msi_res_id=/subscriptions/s/identities/backup", false),
        (.azureML, "2017-09-01", "clientid=\(user.clientID)", true),
        (.azureML, "2017-09-01", "client_id=\(user.clientID)", false),
    ])
    func `each service has its own word for an identity`(
        endpoint: Platform.Endpoint, version: String, selector: String, isUnderstood: Bool
    ) async throws {
        try await withMachine { client in
            let headers = [
                "Metadata": "true", "X-IDENTITY-HEADER": Platform().identityHeader,
                "secret": Platform().machineSecret,
            ]
            let query = "api-version=\(version)&\(Self.graph)&\(selector)"
            let answer = try await ask(client, endpoint, query, headers)

            let id = isUnderstood ? Self.user.clientID : Self.system.clientID
            #expect(answer.json["client_id"] as? String == id)
        }
    }

    @Test(arguments: [
        (Platform.DateForm.seconds, "1793003599"), (.monthFirst, "10/26/2026 08:33:19"),
        (.twelveHours, "10/26/2026 8:33:19 AM +00:00"), (.yearFirst, "2026-10-26 08:33:19"),
        (.iso, "2026-10-26T08:33:19Z"),
    ])
    func `an app host writes dates as it likes`(
        form: Platform.DateForm, text: String
    ) async throws {
        var settings = Settings()
        settings.platform.dateForm = form
        try await withMachine(settings) { client in
            let header = ["X-IDENTITY-HEADER": Platform().identityHeader]
            let answer = try await ask(
                client, .appService, "api-version=2019-08-01&\(Self.graph)", header)
            let stranger = try await ask(
                client, .appService, "api-version=2019-08-01&\(Self.graph)")

            #expect(answer.json["expires_on"] as? String == text)
            #expect(answer.json["expires_in"] == nil)
            #expect(stranger.status == 401)
        }
    }

    @Test func `a cloud shell is posted to`() async throws {
        try await withMachine { client in
            let path = Platform.Endpoint.cloudShell.path
            let headers = ["Metadata": "true"]
            let posted = try await client.send("POST", path, body: Self.graph, headers: headers)
            let read = try await client.send("GET", "\(path)?\(Self.graph)", headers: headers)

            #expect(posted.json["client_id"] as? String == Self.system.clientID)
            #expect(read.status == 405)
        }
    }

    @Test func `a server outside the cloud asks for what its agent wrote`() async throws {
        var settings = Settings()
        settings.platform.keyFile = "/var/opt/azcmagent/tokens/1.key"
        try await withMachine(settings) { client in
            let query = "api-version=2020-06-01&\(Self.graph)"
            let first = try await ask(client, .arc, query)
            let second = try await ask(
                client, .arc, query,
                ["Metadata": "true", "Authorization": "Basic \(Platform().keyFileContent)"])

            #expect(first.status == 401)
            #expect(
                first.headers["www-authenticate"] == "Basic realm=/var/opt/azcmagent/tokens/1.key")
            #expect(second.status == 200)
        }
    }

    @Test func `what vouches for programs breaks where it is told to`() async throws {
        try await withMachine { client in
            let query = "api-version=2018-02-01&\(Self.graph)"
            client.tenant.inject(Fault(.status(410), path: "identity/imds", times: 1))
            client.tenant.inject(Fault(.status(500)))

            let first = try await ask(client, .imds, query)
            let second = try await ask(client, .imds, query)

            #expect(first.status == 410)
            #expect(second.status == 200)
        }
    }
}
