import Foundation
import Testing

@testable import TenantSimulator

/// Microsoft's own Python libraries against the simulated tenant, over TLS: what they read without
/// complaint is as the service has it, as far as its own clients can tell.
struct OfficialClientTests {
    /// `OfficialClients/clients.py`, run in the environment that `make test` installs.
    private struct Script {
        static let python = "\(package)/.build/official-clients/bin/python3"
        static let path = "\(package)/Tests/TenantSimulatorTests/OfficialClients/clients.py"
        private static let package = URL(filePath: fixtures).deletingLastPathComponent().path

        /// Runs the script to its end; returns what it printed.
        static func run(
            _ arguments: [String], input: Data = Data(), environment: [String: String] = [:],
            in folder: URL
        ) async throws -> Data {
            try #require(
                FileManager.default.isExecutableFile(atPath: python),
                "Microsoft's Python libraries are not installed. Run .make/official-clients.")
            let files = ["input", "output", "messages"].map { folder.appending(path: $0) }
            try input.write(to: files[0])
            for file in files.dropFirst() { try Data().write(to: file) }
            let process = Process()
            process.executableURL = URL(filePath: python)
            process.arguments = [path] + arguments
            process.environment = environment
            process.standardInput = try FileHandle(forReadingFrom: files[0])
            process.standardOutput = try FileHandle(forWritingTo: files[1])
            process.standardError = try FileHandle(forWritingTo: files[2])
            let (ends, continuation) = AsyncStream.makeStream(of: Int32.self)
            process.terminationHandler = {
                continuation.yield($0.terminationStatus)
                continuation.finish()
            }
            try process.run()
            let status = await ends.first { _ in true }
            let messages = String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
            try #require(status == 0, "\(messages)")
            return try Data(contentsOf: files[1])
        }
    }

    /// What the script saw.
    private struct Report: Decodable {
        let signIns: [String: Bool]
        let refusal: String
        let iterated, doubleSlash, followed, audit: [String]
        let batchAsked: [String]
        let batch: [String: String]
        let statuses: [String: Int]
        let absolute: Int
    }

    /// Runs `body` with a tenant that has lived for a week and knows a certificate.
    private func play(
        _ body: (SimulatedTenant, Report) async throws -> Void,
        prepare: (SimulatedTenant) -> Void = { _ in }
    ) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "tenantkeep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try await Script.run(["certificate", folder.path], in: folder)
        let app = AppRegistration(
            clientID: "5eed0000-0000-4000-8000-0000000000c2", secret: "s%c&et + 1",
            permissions: ["Directory.Read.All", "AuditLog.Read.All"],
            certificates: [
                try String(contentsOf: folder.appending(path: "certificate.pem"), encoding: .utf8)
            ])
        let configuration = SimulatedTenant.Configuration(
            .folder("\(fixtures)/Tenants/contoso"), usesTLS: true, registrations: [app])
        try await withSimulatedTenant(configuration) { tenant in
            try tenant.play(Scenario(file: "\(fixtures)/Scenarios/first-week.json"))
            prepare(tenant)
            let trust = try #require(tenant.certificate)
            let settings = [
                "graph": tenant.graph, "authority": tenant.authority, "tenant": tenant.tenantID,
                "clientID": app.clientID, "clientSecret": app.secret,
                "keyFile": folder.appending(path: "key.pem").path,
                "from": "2020-01-01T00:00:00Z", "to": "2120-01-01T00:00:00Z",
            ]
            let output = try await Script.run(
                ["read"], input: try JSONEncoder().encode(settings),
                environment: ["REQUESTS_CA_BUNDLE": trust, "SSL_CERT_FILE": trust], in: folder)
            try await body(tenant, try JSONDecoder().decode(Report.self, from: output))
        }
    }

    private func ids(_ path: String, of tenant: SimulatedTenant) -> [String] {
        tenant.simulation.change { state in
            let listing = state.tenant.listing(at: TenantPath(path))
            return (0..<listing.endIndex).compactMap { listing[$0]?["id"]?.string }
        }
    }

    @Test func `they sign in, page, batch and read the audit log`() async throws {
        try await play { tenant, report in
            let kinds = [
                "asyncCertificate", "asyncSecret", "certificate", "certificateChain",
                "msalCertificate", "secret",
            ]
            #expect(report.signIns.filter(\.value).keys.sorted() == kinds)
            #expect(report.refusal.contains("AADSTS7000215"))
            let users = ids("users", of: tenant)
            #expect(users.count > 9)
            #expect(report.iterated == users)
            #expect(report.doubleSlash == users)
            #expect(report.followed == ids("groups", of: tenant))
            let now = tenant.simulation.clock.now
            let events = tenant.simulation.change { $0.tenant.visibleEvents(now) }
                .compactMap { $0["id"]?.string }
            #expect(events.count > 5)
            #expect(report.audit.sorted() == events.sorted())
            #expect(tenant.requests.contains { $0.path.contains("//users") })
        }
    }

    @Test func `they get every member of a batch, and are refused absolute addresses`()
        async throws
    {
        try await play { tenant, report in
            let wanted = Dictionary(
                uniqueKeysWithValues: report.batchAsked.enumerated().map { ("\($0)", $1) })
            #expect(wanted.count == 20)
            #expect(report.batch == wanted)
            #expect(report.statuses.count == 25)
            #expect(report.statuses.values.allSatisfy { $0 == 200 })
            #expect(report.absolute == 400)
        }
        try await play { _, report in
            #expect(report.absolute == 200)
        } prepare: {
            $0.configure { $0.acceptsAbsoluteBatchURLs = true }
        }
    }

    @Test func `they come back when told to wait, and take up a challenge`() async throws {
        try await play { tenant, report in
            #expect(report.iterated == ids("users", of: tenant))
            let groups = tenant.requests(below: "/v1.0/groups")
            #expect(groups.first?.status == 429)
            #expect(groups.dropFirst().first?.headers["retry-attempt"] == "1")
            #expect(report.followed == ids("groups", of: tenant))
            let audits = tenant.requests(below: "/v1.0/auditLogs")
            #expect(audits.map(\.status) == [401, 200])
            #expect(!report.audit.isEmpty)
        } prepare: {
            $0.inject(Fault(.throttle(.integer, seconds: 1), path: "groups", times: 1))
            $0.inject(Fault(.claimsChallenge, path: "auditLogs", times: 1))
        }
    }
}
