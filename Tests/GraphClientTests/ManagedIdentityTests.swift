import Encodings
import Foundation
import GraphCatalog
import HTTPTransport
import TenantSimulator
import TestSupport
import Testing

@testable import GraphClient

/// Sign-ins as the machine, against what vouches for machines.
struct ManagedIdentityTests {
    private static let system = identity("c3", .system)
    private static let user = identity("c4", .user(resourceID: resource))
    private static let resource = "/subscriptions/s/resourceGroups/g e/identities/backup"

    private static func identity(
        _ end: String, _ kind: AppRegistration.ManagedIdentity
    ) -> AppRegistration {
        var app = AppRegistration(
            clientID: "5eed0000-0000-4000-8000-0000000000\(end)", secret: "",
            servicePrincipalID: "5eed0000-0000-4000-8000-000000000a\(end)",
            permissions: ["Directory.Read.All"], azureScopes: ["/"])
        app.managedIdentity = kind
        return app
    }

    private func credential(
        _ platform: ManagedIdentity.Platform, _ tenant: SimulatedTenant,
        selecting selector: ManagedIdentity.Selector? = nil, keys: String = "/nowhere"
    ) throws -> Credential {
        let endpoint = Self.endpoints[platform] ?? .imds
        let values = tenant.variables(of: endpoint)
        let address =
            values["IDENTITY_ENDPOINT"] ?? values["MSI_ENDPOINT"]
            ?? values["AZURE_POD_IDENTITY_AUTHORITY_HOST"] ?? ""
        let identity = ManagedIdentity(
            platform, at: address,
            secret: values["IDENTITY_HEADER"] ?? values["MSI_SECRET"] ?? "", selecting: selector)
        return .managedIdentity(try #require(identity).withKeys(in: keys))
    }

    private static let endpoints: [ManagedIdentity.Platform: Platform.Endpoint] = [
        .imds: .imds, .appService: .appService, .azureML: .azureML, .cloudShell: .cloudShell,
        .arc: .arc,
    ]

    private func asMachine(
        _ platform: ManagedIdentity.Platform = .imds,
        selecting selector: ManagedIdentity.Selector? = nil,
        apps: [AppRegistration] = [system, user], settings: TenantSimulator.Settings = .init(),
        keys: String = "/nowhere", clock: TestClock = TestClock(),
        configure: (inout GraphConfiguration) -> Void = { _ in },
        _ body: (GraphClient, SimulatedTenant) async throws -> Void
    ) async throws {
        try await signingIn(
            apps, settings: settings, clock: clock,
            with: { try credential(platform, $0, selecting: selector, keys: keys) },
            configure: configure, body)
    }

    @Test(arguments: [
        ManagedIdentity.Platform.imds, .appService, .azureML, .cloudShell,
    ])
    func `each platform gives the machine's own identity`(
        platform: ManagedIdentity.Platform
    ) async throws {
        try await asMachine(platform) { client, tenant in
            let claims = try await client.tokenClaims()
            #expect(claims?.applicationID == Self.system.clientID)
            #expect(try await client.read().body.count > 10)
            #expect(tenant.requests.allSatisfy { $0.status == 200 })
        }
    }

    @Test(
        arguments: [
            (.imds, .clientID(user.clientID)), (.imds, .objectID(user.servicePrincipalID)),
            (.imds, .resourceID(resource)), (.appService, .clientID(user.clientID)),
            (.appService, .objectID(user.servicePrincipalID)),
            (.appService, .resourceID(resource)), (.azureML, .clientID(user.clientID)),
        ] as [(ManagedIdentity.Platform, ManagedIdentity.Selector)])
    func `each platform gives the identity that is asked for`(
        platform: ManagedIdentity.Platform, selector: ManagedIdentity.Selector
    ) async throws {
        try await asMachine(platform, selecting: selector) { client, _ in
            let claims = try await client.tokenClaims()
            #expect(claims?.applicationID == Self.user.clientID)
        }
    }

    @Test func `a platform asks to name an identity that it can name`() {
        #expect(!ManagedIdentity.offers(.objectID("x"), on: .azureML))
        #expect(!ManagedIdentity.offers(.clientID("x"), on: .cloudShell))
        #expect(ManagedIdentity.offers(.resourceID("x"), on: .arc))
    }

    @Test func `the resource is asked for by its bare address`() async throws {
        try await asMachine { client, tenant in
            _ = try await client.tokenClaims()

            let request = try #require(tenant.requests.first)
            let address = percentEncoded(Array(tenant.graph.utf8))
            #expect(request.query == "api-version=2018-02-01&resource=\(address)")
            #expect(request.headers["metadata"] == "true")
        }
    }

    // MARK: Life

    @Test(arguments: Platform.DateForm.allCases)
    func `the end of a token's life may be written in any way`(
        form: Platform.DateForm
    ) async throws {
        var settings = TenantSimulator.Settings()
        settings.platform.dateForm = form
        let clock = TestClock()
        try await asMachine(.appService, settings: settings, clock: clock) { client, tenant in
            _ = try await client.tokenClaims()
            clock.advance(by: .seconds(3200))
            _ = try await client.tokenClaims()
            #expect(tenant.requests.count == 1)
            clock.advance(by: .seconds(150))
            _ = try await client.tokenClaims()
            #expect(tenant.requests.count == 2)
        }
    }

    @Test(
        arguments: [
            ("10/26/2026 01:19:59", 1_792_977_599), ("10/26/2026 1:19:59 AM +00:00", 1_792_977_599),
            ("10/26/2026 1:19:59 PM +00:00", 1_793_020_799),
            ("10/26/2026 12:19:59 AM", 1_792_973_999), ("10/26/2026 12:19:59 PM", 1_793_017_199),
            ("2026-10-26 01:19:59", 1_792_977_599), ("2026-10-26T01:19:59Z", 1_792_977_599),
            ("2026-10-26T01:19:59.1234567+02:00", 1_792_970_399),
            ("2026-10-26T01:19:59-01:30", 1_792_982_999), ("26/10/2026 01:19:59", nil),
            ("2026-10-26", nil), ("tomorrow", nil), ("", nil), ("2026-10-26 x", nil),
        ] as [(String, Int?)])
    func `dates are read to the second`(text: String, seconds: Int?) {
        #expect(PlatformDate(text)?.seconds == seconds)
    }

    @Test func `a token of a day is renewed when half of it is over`() async throws {
        var settings = TenantSimulator.Settings()
        settings.tokenLifetime = 86_400
        let clock = TestClock()
        try await asMachine(settings: settings, clock: clock) { client, tenant in
            _ = try await client.tokenClaims()
            clock.advance(by: .seconds(43_199))
            _ = try await client.tokenClaims()
            #expect(tenant.requests.count == 1)
            clock.advance(by: .seconds(1))
            _ = try await client.tokenClaims()
            #expect(tenant.requests.count == 2)
        }
    }

    // MARK: Odd answers

    @Test(arguments: [404, 410, 429, 500, 503])
    func `a service that is not ready is waited for`(status: Int) async throws {
        let clock = TestClock()
        try await asMachine(clock: clock) { client, tenant in
            tenant.inject(Fault(.status(status), path: "identity/imds", times: 3))
            _ = try await client.tokenClaims()

            #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
        }
    }

    @Test func `an update of 70 seconds is sat out`() async throws {
        let clock = TestClock()
        try await asMachine(clock: clock) { client, tenant in
            tenant.inject(Fault(.status(410), path: "identity/imds"))
            let error = try await client.failure()

            #expect(error.reason == "IMDS answered 410 nine times")
            #expect(clock.sinceStart > .seconds(70))
        }
    }

    @Test func `an identity that the machine does not have is told`() async throws {
        try await asMachine(selecting: .clientID("unknown")) { client, tenant in
            let error = try await client.failure()

            #expect(error.kind == .signInRefused)
            #expect(error.reason == "IMDS knows no such identity")
            #expect(error.hint?.hasPrefix("Assign the identity") == true)
            #expect(tenant.requests.count == 1)
        }
        try await asMachine(apps: []) { client, _ in
            let error = try await client.failure()
            #expect(error.hint?.contains("AZURE_CLIENT_ID") == true)
        }
    }

    @Test(arguments: [
        Fault.Effect.html(status: 200), .garbage, .emptyBody, .signInPage, .html(status: 418),
    ])
    func `what is no answer is a refused sign-in`(effect: Fault.Effect) async throws {
        try await asMachine { client, tenant in
            tenant.inject(Fault(effect, path: "identity/imds"))
            let error = try await client.failure()

            #expect(error.kind == .signInRefused)
            #expect(error.reason.hasPrefix("IMDS "))
            #expect(error.hint != nil)
        }
    }

    @Test func `a place where nobody vouches for machines is told`() async throws {
        // Port 9 is nobody's here.
        let nobody = try #require(ManagedIdentity(.imds, at: "http://127.0.0.1:9"))
        try await signingIn([], with: { _ in .managedIdentity(nobody) }) { client, _ in
            let error = try await client.failure()

            #expect(error.kind == .signInRefused)
            #expect(error.reason == "IMDS could not be reached at 127.0.0.1 five times")
            #expect(error.hint?.contains("sign in another way") == true)
        }
    }

    @Test func `no proxy sees what is asked of the platform`() async throws {
        let refusal = ScriptedServer.Reply("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
        try await ScriptedServer.run({ _ in refusal }) { proxy in
            // This machine by a name that does not say so; nothing there speaks TLS.
            let place = "https://[::ffff:127.0.0.1]:\(proxy.port)"
            let identity = try #require(ManagedIdentity(.imds, at: place))
            var configuration = try GraphConfiguration(testing: proxy)
            configuration.credential = .managedIdentity(identity)
            configuration.patience.triesOfFaults = 1
            configuration.network = try Network(environment: [
                "HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"
            ])
            try await withGraphClient(configuration, clock: TestClock()) { client in
                _ = try await client.failure()
            }
            #expect(proxy.requests.filter { $0.method == "CONNECT" }.isEmpty)
        }
    }

    @Test(arguments: [
        ("http://169.254.169.254", true), ("http://10.0.0.4:8081/msi", true),
        ("http://172.31.0.1", true), ("http://192.168.1.1/x", true), ("https://x.example/y", true),
        ("http://172.32.0.1", false), ("http://8.8.8.8", false), ("http://metadata.example", false),
        ("http://169.254.169.254.example", false), ("http://010.0.0.1", false), ("nowhere", false),
    ])
    func `plain http stays on this machine and its platform`(address: String, isTaken: Bool) {
        #expect((ManagedIdentity(.appService, at: address) != nil) == isTaken)
        #expect(JobIdentity(at: address, token: "t") == nil || address.hasPrefix("https"))
    }

    // MARK: Arc

    private func asServer(
        key: String = "simulated-arc-key", named name: String = "1.key",
        selecting selector: ManagedIdentity.Selector? = nil,
        change: (inout Platform, String) -> Void = { _, _ in },
        _ body: (GraphClient, SimulatedTenant) async throws -> Void
    ) async throws {
        let files = try CertificateFiles()
        try files.write(key.utf8, to: name)
        var settings = TenantSimulator.Settings()
        settings.platform.keyFile = files.path(name)
        change(&settings.platform, files.folder)
        try await asMachine(
            .arc, selecting: selector, settings: settings, keys: files.folder, body)
    }

    @Test func `a server outside the cloud shows the key of its agent`() async throws {
        try await asServer { client, tenant in
            let claims = try await client.tokenClaims()
            #expect(claims?.applicationID == Self.system.clientID)
            #expect(tenant.requests.map(\.status) == [401, 200])
            #expect(tenant.requests.map { $0.headers["authorization"] } == [nil, "Basic"])
        }
        try await asServer(selecting: .clientID(Self.user.clientID)) { client, _ in
            let claims = try await client.tokenClaims()
            #expect(claims?.applicationID == Self.user.clientID)
        }
    }

    @Test(arguments: [
        "/etc/shadow", "/etc/1.key", "%/../1.key", "%/sub/1.key", "%/1.txt", "%/.key", "%1.key",
        "1.key", "",
    ])
    func `a key that is not where the agent keeps them is left alone`(path: String) async throws {
        try await asServer {
            $0.keyFile = path.replacingOccurrences(of: "%", with: $1)
        } _: { client, tenant in
            let error = try await client.failure()

            #expect(error.kind == .signInRefused)
            #expect(error.reason.hasPrefix("Azure Arc names a key that is not in /"))
            #expect(tenant.requests.count == 1)
        }
    }

    @Test func `a key that is too long, empty, wrong or not there is told`() async throws {
        let long = String(repeating: "k", count: 4097)
        for (key, words) in [
            (long, "cannot be read: it is too large"), ("", "holds no key"),
            ("a b", "holds no key"), ("wrong", "Azure Arc gave no token (unauthorized)"),
        ] {
            try await asServer(key: key) { client, _ in
                let error = try await client.failure()

                #expect(error.kind == .signInRefused)
                #expect(error.reason.contains(words))
            }
        }
        try await asServer {
            $0.keyFile = "\($1)/2.key"
        } _: { client, _ in
            let error = try await client.failure()
            #expect(error.hint?.contains("himds") == true)
        }
    }

    @Test func `an agent that gives another identity, or asks for no key, is not believed`()
        async throws
    {
        try await asServer(selecting: .clientID(Self.user.clientID)) { platform, _ in
            platform.ignoresSelector = true
        } _: { client, _ in
            let error = try await client.failure()

            #expect(
                error.reason
                    == "Azure Arc gave a token of the identity \(Self.system.clientID)")
        }
        try await asServer { client, tenant in
            tenant.inject(Fault(.garbage, path: "identity/arc"))
            let error = try await client.failure()
            #expect(error.kind == .signInRefused)
        }
    }

    // MARK: The tenant

    @Test func `the identity's own tenant is the tenant`() async throws {
        try await asMachine(configure: { $0.tenant = nil }) { client, tenant in
            let id = try await client.tenantID()
            #expect(id == tenant.tenantID)
        }
        try await asMachine(configure: { $0.tenant = "11111111-2222-3333-4444-555555555555" }) {
            client, tenant in
            await #expect { try await client.tenantID() } throws: { error in
                (error as? GraphError)?.reason
                    == "The token is of tenant \(tenant.tenantID), not of tenant "
                    + "11111111-2222-3333-4444-555555555555"
            }
        }
    }
}
